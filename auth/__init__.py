"""Who may ask what, now: agencies, clients, purposes, grants, tokens and the OAuth server.

Knows no GraphQL and no domain. It is given the scope catalogue and a way to expand administrative units, and answers
one question per request: `Authority.caller(authorization) -> Caller`.

    scopes.py     the grammar of scopes; the catalogue of those that exist
    reach.py      whose data: everywhere, some communes, only oneself
    caller.py     what the rest of the program sees of all this
    errors.py     the ways in which a caller can be turned away
    tables.py     what officers decided, as rows; triggers.py tells every process when it changes
    rows.py       reads them at one revision
    policy.py     those rows as values, and the algebra of effective rights (pure)
    rehearsal.py  who a client would be, for explanations
    feed.py       keeps the policy of this process alive, or says that it is not
    tokens.py     access tokens: signed here, verified here
    authority.py  the resource side: token -> Caller
    server.py     the OAuth server on Authlib; assertion.py, purposes.py, bridge.py and endpoints.py around it
    opening.py    all of it put together for one process
    demo.py       invented agencies and clients for demo mode
"""
