"""A citizen takes back a consent: alone, and at once."""

from auth.acts.change import Change, Number
from auth.acts.desk import Outcome, Work
from auth.acts.refusals import NotFound
from auth.citizens import consents


class WithdrawConsent(Change, frozen=True, tag="consent.withdraw"):
    """Take back what was allowed: this consent, and every other for the same portal, purpose and person."""

    consent: Number


async def withdraw(work: Work, change: WithdrawConsent) -> Outcome:
    """The actor's name is the sealed citizen: nobody ends a consent that is not theirs, or learns that it exists."""
    withdrawn = await consents.withdraw(work.connection, work.actor.name, change.consent)
    if withdrawn is None:
        raise NotFound("consent in force")
    return Outcome(str(change.consent), after={"withdrawn": list(withdrawn.numbers)})
