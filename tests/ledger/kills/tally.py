"""After a kill: is every answer that a client received in full in the ledger's segments, and what else is there?"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ledger import Outcome, read_disclosures
from tests.ledger.kills.house import DATABASE, House
from tests.ledger.kills.load import Received, asking, busy
from tests.ledger.kills.questions import Questions

LATEST_S = 0.4
"""A kill comes at any moment within these seconds after the load is there."""
DYING_S = 0.3
"""For which the clients go on asking after it."""

Recorded = Mapping[UUID, set[Outcome]]
"""By request: what the segments say of it."""


@dataclass(frozen=True, slots=True)
class Round:
    rate: float
    received: int
    missing: int
    unreceived: int
    """Recorded, and never received in full: the safe side."""


@dataclass(slots=True)
class Killing:
    """One kind of kill, again and again. The house serves when a round begins; after it, its databases do."""

    house: House
    questions: Questions
    kill: Callable[[], None]
    rounds: list[Round] = field(default_factory=list)
    _known: Recorded | None = None

    async def once(self) -> Round:
        known = await recorded(self.house) if self._known is None else self._known
        async with asking(self.house.port, await self.questions.requests()) as received:
            await busy(received)
            await asyncio.sleep(random.Random(len(self.rounds)).random() * LATEST_S)  # noqa: S311 - any moment will do
            rate = await busy(received)
            await asyncio.to_thread(self.kill)
            await asyncio.sleep(DYING_S)
        await asyncio.to_thread(self.house.start_postgres)
        found = await recorded(self.house)
        done = reckoned(received, found, known, rate)
        self.rounds.append(done)
        self._known = found
        return done

    def summary(self, what: str) -> str:
        return (
            f"{what} killed {len(self.rounds)} times under {min(each.rate for each in self.rounds):.0f} requests/s "
            f"or more: {sum(each.received for each in self.rounds):,} answers received in full, "
            f"{sum(each.missing for each in self.rounds):,} of them missing in the ledger; "
            f"{sum(each.unreceived for each in self.rounds):,} recorded but not received"
        )


async def recorded(house: House) -> Recorded:
    """What the segments say, once their chain is proven."""
    found: dict[UUID, set[Outcome]] = {}
    for disclosure in read_disclosures(await house.ledger.segments(DATABASE)):
        found.setdefault(disclosure.request_id, set()).add(disclosure.outcome)
    return found


def reckoned(received: Received, found: Recorded, known: Recorded, rate: float) -> Round:
    missing = sum(not _says(found.get(request, set()), status) for request, status in received.statuses.items())
    unreceived = found.keys() - known.keys() - received.statuses.keys()
    return Round(rate, len(received.statuses), missing, len(unreceived))


def _says(outcomes: set[Outcome], status: int) -> bool:
    return bool(outcomes & ({Outcome.REFUSED} if status == 403 else {Outcome.GRANTED, Outcome.NO_HIT}))
