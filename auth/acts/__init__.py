"""What people do to the authority: every change by one road, with its record.

A change is a value (`change.py`): `grant.revoke` of grant 7, for this reason. What an officer's passkey signs, what a
proposal keeps for the second officer, what the record holds and what an idempotency key stands for is the canonical
JSON of that one value. `perform` carries a change out, in one transaction:

    perform(desk, actor, change, evidence=…, key=…) -> Done

    canonical.py   the one way in which a value becomes bytes
    change.py      what a change is; texts and names that may stand in one
    actors.py      who acts, and who may do what: one table
    evidence.py    what a passkey signed
    refusals.py    the ways in which a change is refused
    desk.py        what acts work with; one transaction per act
    log.py         the record: numbered without a gap, chained by hashes
    answered.py    the same request twice is done once
    perform.py     the road, and the list of all acts
    proposals.py   what widens: proposed by one, approved by another; widening.py lists what does
    grants.py, terms.py, emergencies.py                     what agencies may read
    trials.py                                               what a narrower grant would refuse
    agencies.py, clients.py, client_keys.py, redirects.py   who may ask
    purposes.py, delegations.py, consents.py                for what, through whom, and with whose leave
    operations.py, manifests.py                             which documents are known
    disclosures.py                                          who looks into the ledger
    officers.py, audit.py                                   who decides, and who looks at what was decided
    cases.py                                                complaints, and whom officers may look up in the ledger
    signing_keys.py, beginning.py                           what signs tokens

Whatever widens what is allowed takes two people; whatever narrows it takes one, and is in force at once.
"""
