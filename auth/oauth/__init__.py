"""The OAuth server: Authlib behind a thin bridge, and every endpoint under /oauth.

posted.py          a form, in time and in size, from an address that does not ask too often (rates.py)
bridge.py          the form as Authlib reads it
server.py          one request: the proof checked, the client authenticated, the answer found
authentication.py  which client (registered.py), by its assertion (assertion.py); assertion and proof used once
asked.py           purpose, scopes and resource, checked against what is granted now
client_credentials.py, code.py, refresh.py, exchange.py   the kinds of grant, each ending in issuing.py
par.py, authorization.py   what a portal asks a citizen (portals.py is what its two grants share)
questions.py       introspection and revocation
policy.py          what is granted, for ministries' subgraphs
metadata.py, endpoints.py  what everybody may look up, and all addresses
"""
