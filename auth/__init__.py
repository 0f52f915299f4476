"""Who may ask what, now: agencies, clients, purposes, grants, tokens and the OAuth server.

Knows no GraphQL and no domain. It is given the scope catalogue and a way to expand administrative units, and answers
one question per request: `Authority.caller(authorization) -> Caller`.

    scopes.py   the grammar of scopes; the catalogue of those that exist
    reach.py    whose data: everywhere, some communes, only oneself
    caller.py   what the rest of the program sees of all this
    errors.py   the ways in which a caller can be turned away
    tables/     what was decided, and what is remembered, as rows
    policy/     what is allowed now: those rows as values, their algebra, and the feed that keeps them current
    access/     the resource side: token and proof -> Caller
    oauth/      the OAuth server on Authlib
    acts/       what people do to all this: each act one transaction, with its row in the record of acts
    officers/   who decides: passkeys, sessions, enrolment
    citizens/   sign-in at an identity provider, consents, representation
    demo/       invented agencies, clients and identity provider
    opening.py  all of it put together for one process
"""
