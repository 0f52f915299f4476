"""For which children a citizen may act, and until when.

The registers know who represents whom; this package knows no register, so it is given a function that asks. What is
decided here is age: a representative acts for a child under eighteen. Where a birth date is known in part only, the
earliest day it could be counts, so that acting for somebody ends too early rather than too late.
"""

import calendar
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from auth.caller import Purpose

OF_AGE = 18
VIETNAM = timezone(timedelta(hours=7))
PURPOSE = Purpose("authority.representation", "Law 91/2015/QH13, art. 136", "")
"""For which the authority itself asks the registers. It is on no list of officers: nobody else may ask for it."""
PURPOSE_TITLE = ("Xem ai đại diện cho ai theo pháp luật", "Seeing who acts for whom by law")


class RegisterSilent(RuntimeError):
    """Who represents whom cannot be found out at the moment."""


@dataclass(frozen=True, slots=True)
class Represented:
    """Somebody for whom a citizen acts by law. `born` is a date as far as it is known: 2013, 2013-06, 2013-06-01."""

    pin: str = field(repr=False)
    name: str = field(repr=False)
    born: str = field(repr=False)

    @property
    def of_age_at(self) -> datetime:
        """The first moment, in Vietnam, at which this person may be eighteen."""
        return comes_of_age(self.born)


RepresentedBy = Callable[[str], Awaitable[Sequence[Represented]]]
"""The number of a citizen -> for whom the citizen acts, of any age. Raises `RegisterSilent`."""


def comes_of_age(born: str) -> datetime:
    """The earliest moment at which somebody born then is of age."""
    year, month, day = (int(part) for part in (born + "-01-01").split("-")[:3])
    last = calendar.monthrange(year + OF_AGE, month)[1]  # born on 29 February: the 28th, where there is no 29th
    return datetime(year + OF_AGE, month, min(day, last), tzinfo=VIETNAM)


def children(represented: Sequence[Represented], now: datetime | None = None) -> list[Represented]:
    """Those who are under age for certain."""
    moment = now or datetime.now(UTC)
    return [person for person in represented if person.born and person.of_age_at > moment]
