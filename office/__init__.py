"""The second schema, `/office/graphql`: what officers, agencies and citizens see and change. Reads no register.

Ordinary Strawberry over the authority's tables and acts, the one door for the console, for scripts and for the command
`lienthong`. The flow of one request:

    endpoint.py   bytes -> question -> bytes          POST and JSON only, 64 KB
    door.py       cookie or token -> Visitor          who asks, before the body is read
    answer.py     document -> data                    parse, limits.py, validate, run; refused in part is refused whole
    introspection.py                                  questions about the schema, in a thread of their own
    fields.py     who may ask a root field            each says so, or the server does not start
    changes.py    change -> Done | … | Refusal        one mutation for each act of `auth.acts`, made from it

What there is to see: holders.py (agencies, clients, purposes), rights.py (grants, delegations, operations),
proposals.py, people.py (officers, keys, oneself), consents.py, audit.py. Their fields are columns, described where the
column is declared (rows.py), in pages (paging.py). inputs.py makes input types of the acts' values.

**A change** is `verbNoun(change: {…}, idempotencyKey: "…", signature: …)`, and its answer one union, `ChangeResult`:

    mutation { revokeGrant(change: {grant: "7", reason: "…"}, idempotencyKey: "…") {
        ... on Done { act inForce { serving refusing of } }
        ... on SignatureRequired { options change }
        ... on Refusal { code message } } }

- `Done`: made, recorded; `inForce` waits up to a second for every process to decide by it.
- `SignatureRequired`: an officer's browser gives `options` to `navigator.credentials.get({publicKey: …})` and sends the
  same change, with the same key, and what came of it as `signature` (`PublicKeyCredential.toJSON()` as text). What is
  signed is the canonical JSON of `change`; the session's cookie and `X-CSRF-Token` are new afterwards, in the answer.
- a `Refusal`: nothing was changed.

The same key with the same change is done once and answered twice. **Looking ahead**: `proposal { impact { … } }`, and
`impactOf(change: …)` before anything is proposed (preview.py, impact.py, edits.py).

Agencies come with an access token whose `resource` is this address; it holds no scopes and no purpose.
"""
