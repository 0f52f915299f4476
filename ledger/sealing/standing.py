"""What the sealer has in mind between two seals: how far everything is, and what rows and answers refer to.

All of it comes from the database, so it can be thrown away at any time; after a transaction that failed it must be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg

from ledger.sealing.actions import NOTHING_DONE, Act
from ledger.sealing.anchor import Anchored, anchored
from ledger.sealing.expansion import Expansion, Latest, add_act
from ledger.sealing.following import Position, Watch
from ledger.sealing.interning import Commons
from ledger.sealing.meanings import Meanings
from ledger.sealing.page import Page
from ledger.sealing.recalling import recall_answers
from ledger.sealing.taking import Taken
from ledger.tree.notes import Verifier

_PROGRESS = "select stream, segments, hash, at from progress"
_LAST_ACT = "select act, hash from acts order by act desc limit 1"


@dataclass(slots=True)
class Standing:
    tree: Anchored
    positions: dict[UUID, Position]
    watch: Watch
    last_act: Act
    commons: Commons
    meanings: Meanings
    latest: Latest

    @classmethod
    async def load(cls, connection: asyncpg.Connection, log: Verifier, outside: str | None) -> Self:
        """Raises `SealingRefused` where the database is not what was sealed."""
        tree = await anchored(connection, log, outside)
        progress = await connection.fetch(_PROGRESS)
        positions = {row["stream"]: Position(row["segments"], row["hash"]) for row in progress}
        watch = Watch(positions, {row["stream"]: row["at"] for row in progress})
        last_act = await connection.fetchrow(_LAST_ACT)
        commons = Commons()
        act = Act(*last_act) if last_act else NOTHING_DONE
        return cls(tree, positions, watch, act, commons, Meanings(commons), Latest())

    def further(self, tree: Anchored, positions: Mapping[UUID, Position], acts: Sequence[Act], at: datetime) -> Self:
        """After a seal at that time; what is in mind changes in place."""
        self.tree = tree
        self.positions |= positions
        self.watch.hear(positions, at)
        self.last_act = acts[-1] if acts else self.last_act
        return self

    def length(self, stream: UUID) -> int:
        """How many of the stream's segments are sealed."""
        position = self.positions.get(stream)
        return position.segments if position else 0

    async def page(self, connection: asyncpg.Connection, run: Sequence[Taken], acts: Sequence[Act]) -> Page:
        """What these add to the books. Raises `ChainBroken`."""
        await self.meanings.recall(connection, run)
        await recall_answers(connection, self.latest, [contents for _, contents in run])
        page = Page(self.tree.frontier.size)
        expansion = Expansion(self.meanings, self.latest)
        for segment, contents in run:
            expansion.add(page, segment, contents)
        for act in acts:
            add_act(page, *act)
        return page
