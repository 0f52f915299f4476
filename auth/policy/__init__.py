"""What is allowed now: the rows of one revision, their algebra, and the feed that keeps a process up to date.

decided.py           what officers and agencies decided, as values
algebra.py           what a way of asking may do (pure)
snapshot.py          the policy of one revision, and what of it counts at one moment
rows.py              reads the policy from the database; triggers.py tells every process when it changes
source.py            the door through which a process has its policy, wherever it comes from
feed.py              keeps it alive from the database, or says that it is not
acknowledgements.py  which processes decide by which revision
"""
