"""Officers: the passkeys by which they are known, their sessions, and their signatures under changes.

There is no password and no name to type: an officer is whoever holds an enrolled passkey and unlocks it. Everything is
a ceremony in two steps, the same each time: `begin` issues a challenge, `finish` takes it back with what the passkey
signed. A challenge is gone once it was answered, rightly or wrongly.

    refusals.py    the ways in which an officer is turned away, in words for the page
    party.py       WebAuthn as we use it: what is asked of a passkey, and whether the answer holds (pure)
    challenges.py  what passkeys are asked to sign, once
    passkeys.py    the passkeys of an officer: two at a time
    enrolment.py   a passkey by a one-time link
    codes.py       the code that goes with the link: one person tells the one, another the other
    second.py      the second passkey beside the first; taking one away
    changes.py     those two as changes, and their record
    sign_in.py     a session for a passkey
    sessions.py    who is signed in: renewed, idle, ended
    step_up.py     a passkey's signature under one change: the evidence that `auth.acts.perform` demands
    proof.py       whether kept evidence holds, years later and without a database (pure)
    signatures.py  the acts of officers whose signature does not hold
    door.py        the officer of a request, and whether a request is our own page's

What an officer may do stands in `auth.acts.actors`; here it is only decided who asks.
"""
