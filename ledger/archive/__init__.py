"""Reading by those whom it concerns: a citizen's own rows and their proofs, an agency's own, officers', and exports.

What is in the books is shown as rows; who is shown which of them, and how much of each, is decided here.

    guard.py       what a citizen is shown of a reading, and when: rules of its purpose
    rows.py        a reading as the books say it, and its kind
    own.py         the same as its citizen sees it
    database.py    one ledger's database, read by a role that can only read
    books.py       what many rows share, kept in mind: parties, operations, readings
    subjects.py    the readings of one subject in one ledger, a page at a time
    tree.py        the tree as the database keeps it
    proofs.py      the proof of one reading
    sealed.py      ids and cursors that say nothing
    archives.py    the citizen's list over all registered ledgers
    conditions.py  what is asked of answers beyond what an index says
    answers.py     answers by who asked, why, what and when: for officers, and for an agency about itself
    persons.py     what was read of one person, whole: for officers under a case
    counts.py      how many, by who asked, why, what and when
    exports.py     rows as lines of CSV or JSON
"""
