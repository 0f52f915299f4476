"""The pages of citizens: signing in, saying yes or no to a portal, and taking it back.

    labels.py      what citizens call the fields; fields.csv has the words
    wording.py     what a citizen is asked, as a text whose hash the consent keeps
    desk.py        what the pages share: who is at the browser, and how an outage is told
    signing_in.py  from the portal to the identity provider and back
    consenting.py  the question, and its answer
    own.py         what a citizen allowed, and how it ends
    readings.py    what was read of a citizen, in words
    ledgers.py     the ledgers' archive, asked for one citizen
    disclosures.py who looked, when and why, and the proof of it
    complaints.py  a complaint about a reading, and every case about the citizen

A portal sends the browser to `/oauth/authorize`; that always leads to the identity provider, which knows whether
somebody is signed in there. Back from it the browser stands on a page of ours that moves on by itself: only then does
it send the session's cookie, which nothing that another site began ever carries.
"""
