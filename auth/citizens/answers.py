"""A citizen says yes or no: the consent is written, the code is made, and the browser goes back to the portal.

All of one answer is one transaction that begins by closing the request, so that of two answers to one request exactly
one counts, and a crash leaves none of it. For whom the citizen may act is asked again at this moment: what the page
showed a while ago decides nothing.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from auth.citizens import consents
from auth.citizens.asked import Asked
from auth.citizens.consents import Wish
from auth.citizens.desk import CitizenDesk
from auth.citizens.representation import Represented
from auth.oauth.authorization import Consented, answer_with, close, make_code
from auth.oauth.portals import names_for


class NotUnderWay(LookupError):
    """The request was answered before, or took too long."""


class NothingToAllow(ValueError):
    """Nothing of what was asked is granted to the portal any more."""


@dataclass(frozen=True, slots=True)
class Yes:
    """Consent by `citizen`, for oneself or for `child`. `shown` is SHA-256 of the text on the page."""

    citizen: str = field(repr=False)
    child: Represented | None = field(repr=False)
    language: str
    shown: bytes


async def said_yes(desk: CitizenDesk, asked: Asked, yes: Yes) -> str:
    """Write the consent down; returns where the browser goes, with a code."""
    if not asked.scopes:
        raise NothingToAllow
    wish = wish_of(desk, asked, yes.citizen, yes.child)
    async with desk.engine.begin() as connection:
        if not await close(connection, asked.arrived):
            raise NotUnderWay
        until = lasts_until(yes.child)
        number = await consents.give(connection, wish, valid_until=until, language=yes.language, shown=yes.shown)
        code = await make_code(connection, asked.arrived, _consented(desk, asked, wish, number))
    return answer_with(desk.issuer, asked.arrived, code=code)


async def said_yes_before(desk: CitizenDesk, asked: Asked, citizen: str) -> str | None:
    """Where the browser goes at once, since this citizen allowed exactly this before; None: ask."""
    if asked.arrived.pushed.asks_again or not asked.scopes:
        return None
    wish = wish_of(desk, asked, citizen, None)
    async with desk.engine.begin() as connection:
        number = await consents.equal_to(connection, wish)
        if number is None:
            return None
        if not await close(connection, asked.arrived):
            raise NotUnderWay
        code = await make_code(connection, asked.arrived, _consented(desk, asked, wish, number))
    return answer_with(desk.issuer, asked.arrived, code=code)


async def said_no(desk: CitizenDesk, asked: Asked, error: str = "access_denied") -> str:
    """Where the browser goes, with a refusal and nothing else: not even whether anybody signed in."""
    async with desk.engine.begin() as connection:
        if not await close(connection, asked.arrived):
            raise NotUnderWay
    return answer_with(desk.issuer, asked.arrived, error=error)


def lasts_until(child: Represented | None, now: datetime | None = None) -> datetime:
    """The end of a consent given now."""
    usual = (now or datetime.now(UTC)) + consents.LASTS
    return usual if child is None else min(usual, child.of_age_at)


def wish_of(desk: CitizenDesk, asked: Asked, citizen: str, child: Represented | None) -> Wish:
    keep = desk.authority.subjects.keep
    subject = citizen if child is None else child.pin
    return Wish(keep(citizen), keep(subject), asked.arrived.client, asked.purpose, asked.scopes)


def _consented(desk: CitizenDesk, asked: Asked, wish: Wish, number: int) -> Consented:
    names = names_for(asked.arrived.pushed.scope, frozenset(wish.scopes), desk.authority.catalogue.sets)
    representative = None if wish.citizen == wish.subject else wish.citizen
    return Consented(names, wish.subject, representative, number)
