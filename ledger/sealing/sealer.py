"""The sealer: what was recorded becomes rows of the books and leaves of the one tree, signed.

Each seal is one transaction over everything that it adds; what a crash cuts short was never there, and is taken in
again. Only one sealer works at a time, behind the lock of `session`; so it may keep in mind how far it is.

A stream that is not as it was written is set aside, loudly, from its first bad segment on; the others go on. A database
that is not the one sealed before is not sealed at all (`anchor`).
"""

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog

from ledger.sealing.actions import Act, ActsFollowed, ActsSource
from ledger.sealing.anchor import Anchored, require_last
from ledger.sealing.condition import SAID_EVERY, say
from ledger.sealing.following import Budget, Offer, chosen, read
from ledger.sealing.page import Page
from ledger.sealing.predecessors import check_openings
from ledger.sealing.standing import Standing
from ledger.sealing.taking import MustWait, positions_after, taken
from ledger.sealing.writing import write_checkpoint, write_nodes, write_page, write_progress
from ledger.segments.chain import ChainBroken
from ledger.tree.merkle import Node
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf

log = structlog.get_logger(__name__)

_UNKEEPABLE = (ValueError, OverflowError, asyncpg.DataError, asyncpg.ProgramLimitExceededError)
"""What a table refuses for what it is: a text with a zero byte, one without an end, a number beyond its column."""


class Done(NamedTuple):
    """What one seal took in; false when there was nothing."""

    segments: int = 0
    acts: int = 0
    leaves: int = 0

    def __bool__(self) -> bool:
        return self.segments + self.acts > 0


class Sealer:
    """On a connection that holds the lock; see `session.opened`."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        signer: Signer,
        shelf: Shelf,
        acts: ActsSource | None = None,
        *,
        budget: Budget | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection = connection
        self._signer = signer
        self._shelf = shelf
        self._acts = ActsFollowed(acts)
        self._budget = budget or Budget()
        self._clock = clock
        self._standing: Standing | None = None
        self._aside: dict[UUID, ChainBroken] = {}
        self._one_by_one = 0
        self._said_at = datetime.min.replace(tzinfo=UTC)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is not sealed, and why."""
        return (*sorted(map(str, self._aside.values())), *self._acts.troubles)

    async def catch_up(self) -> int:
        """Seals until there is nothing more; the size of the tree."""
        while await self.seal():
            pass
        return (await self._stand()).tree.frontier.size

    async def seal(self) -> Done:
        """Seals some of what waits. Raises `SealingRefused` and `ShelfUnusable`.

        After any other error whether it was sealed is not known: this sealer and its connection are done with.
        """
        held: set[UUID] = set()
        while True:
            standing = await self._stand()
            offered = await standing.watch.offers(self._connection, self._finished_with(standing), self._clock())
            acts = await self._acts.after(standing.last_act)
            able = [offer for offer in offered if offer.stream not in held and self._is_good(offer)]
            if not able and not acts:
                await self._say_at_times(offered)
                return Done()
            wanted = chosen(able, self._budget)[: 1 if self._one_by_one else None]
            try:
                return await self._seal(standing, wanted, acts, offered)
            except ChainBroken as broken:
                self._set_aside(broken)
            except MustWait as wait:
                held.add(wait.stream)
            except _UNKEEPABLE as error:
                self._look_closer(wanted, error)

    async def _stand(self) -> Standing:
        """Compares with the shelf each time, and, when there is nothing in mind, with everything."""
        outside = self._shelf.latest()
        standing = self._standing
        if standing is None or outside != standing.tree.note:
            standing = self._standing = await Standing.load(self._connection, self._signer.verifier, outside)
            if standing.tree.note not in {outside, None}:
                self._keep(standing.tree)
        return standing

    async def _seal(
        self, standing: Standing, wanted: Sequence[Offer], acts: Sequence[Act], offered: Sequence[Offer]
    ) -> Done:
        self._standing = None  # until all of it stands
        run = taken(await read(self._connection, wanted), standing.positions)
        further = positions_after(run)
        await check_openings(self._connection, run, ChainMap(further, standing.positions), self._aside)
        page = await standing.page(self._connection, run, acts)
        now = self._clock()
        tree, nodes = self._signed(standing.tree, page, now)
        async with self._connection.transaction():
            await require_last(self._connection, standing.tree)
            await write_page(self._connection, page, standing.commons)
            await write_nodes(self._connection, nodes)
            await write_progress(self._connection, further, now)
            if page.hashes:
                await write_checkpoint(self._connection, tree)
            await self._say(now, set(offered) - set(wanted))
        if page.hashes:
            self._keep(tree)
        self._standing = standing.further(tree, further, acts, now)
        self._one_by_one = max(0, self._one_by_one - len(wanted))
        return Done(len(run), len(acts), len(page.hashes))

    def _signed(self, tree: Anchored, page: Page, at: datetime) -> tuple[Anchored, list[Node]]:
        """The tree with the page's leaves, and the nodes to store; as it was where the page has none."""
        if not page.hashes:
            return tree, []
        frontier, made = tree.frontier.grown(page.hashes)
        root = frontier.root()
        return Anchored(frontier, root, self._signer.sealed(frontier.size, root, at), at), made

    def _keep(self, tree: Anchored) -> None:
        if tree.note is not None:
            self._shelf.keep(tree.note, tree.at)

    def _is_good(self, offer: Offer) -> bool:
        broken = self._aside.get(offer.stream)
        return broken is None or offer.seq < broken.seq

    def _finished_with(self, standing: Standing) -> set[UUID]:
        """Streams set aside of which the good part is sealed."""
        return {stream for stream, broken in self._aside.items() if standing.length(stream) >= broken.seq}

    def _set_aside(self, broken: ChainBroken) -> None:
        self._aside[broken.stream] = broken
        log.error("a stream is set aside", stream=str(broken.stream), segment=broken.seq, reason=broken.reason)

    def _look_closer(self, wanted: Sequence[Offer], error: Exception) -> None:
        """Something of these is nothing that the books can hold: takes them one by one, and sets that aside."""
        self._one_by_one = len(wanted)
        if len(wanted) == 1:
            reason = f"says what the books cannot hold ({type(error).__name__})"
            self._set_aside(ChainBroken(wanted[0].stream, wanted[0].seq, reason))

    async def _say_at_times(self, offered: Iterable[Offer]) -> None:
        now = self._clock()
        if now - self._said_at >= SAID_EVERY:
            await self._say(now, offered)

    async def _say(self, at: datetime, left: Iterable[Offer]) -> None:
        self._said_at = at
        await say(self._connection, at, min((offer.written_at for offer in left), default=None), self.troubles)
