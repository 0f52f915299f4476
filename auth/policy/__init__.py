"""What is allowed now: the rows of one revision, their algebra, and the feed that keeps a process up to date.

Read in this order:

    decided.py           what officers and agencies decided, as values
    algebra.py           what a way of asking may do (pure)
    snapshot.py          the policy of one revision, and what of it counts at one moment
    triggers.py          what tells every process that something changed
    rows.py              reads the policy from the database; versions.py only the rows that changed
    source.py            the door through which a process has its policy, wherever it comes from
    feed.py              keeps it alive from the database, or says that it is not
    acknowledgements.py  which processes decide by which revision
    remote.py            keeps it alive over HTTP, for a subgraph: remote_part.py is what is sent, remote_wire.py how
    quotas.py            how much of a daily limit is left
    texts.py             the texts of registered operations
"""
