"""What the graph sees of the ledger: say once who asks and what is planned, then record each answer and wait for it.

recipient = ledger.recipient(agency="G01", client=…, …)       once per caller and state of the grants
operation = ledger.operation(document=…, name=…, steps=…)     once per plan
recorded = ledger.record(request_id, recipient, operation, Outcome.GRANTED, [(0, pins)])
await recorded                                                before the first byte of the answer
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from itertools import count

from ledger.errors import LedgerUnreachable, NotRecorded
from ledger.recording.batches import Bounds
from ledger.recording.identifiers import Uuid7
from ledger.recording.session import Session
from ledger.recording.streams import Stream
from ledger.recording.writer import Counts, Writer
from ledger.segments.entries import Definition, MeaningT, Operation, Outcome, Recipient, Step
from ledger.segments.pseudonyms import Pseudonyms
from ledger.segments.records import pack_answer, pack_definition

LookedAt = Sequence[tuple[int, Collection[str]]]
"""Per step that looked at persons: its index in the operation's steps, and their personal numbers."""


class Ledger:
    """One per serving process, opened in its event loop. Not safe across threads, needs not be."""

    def __init__(self, dsn: str, pseudonyms: Pseudonyms, bounds: Bounds | None = None) -> None:
        self._dsn = dsn
        self._pseudonyms = pseudonyms
        self._bounds = bounds or Bounds()
        self._numbers = count(1)
        self._writer: Writer | None = None
        self.new_request_id = Uuid7()
        """A fresh UUIDv7, 16 bytes, for a request that brings none."""

    async def open(self) -> None:
        """Raises `LedgerUnreachable` or `NotDurable`: a process that could not record must not start to serve."""
        self.new_request_id = Uuid7()  # this process's own, should it have been forked
        writer = Writer(self._connect, Stream(self._pseudonyms.epoch), self._bounds)
        await writer.confirm()
        self._writer = writer

    async def close(self) -> None:
        """Writes what waits; afterwards every `record` is refused."""
        if self._writer:
            await self._writer.close()

    async def confirm(self) -> None:
        """For readiness: reconnects if need be. Raises `LedgerUnreachable` or `NotDurable`."""
        if self._writer is None:
            raise LedgerUnreachable("the ledger is not open")
        await self._writer.confirm()

    @property
    def counts(self) -> Counts:
        return self._writer.counts if self._writer else Counts(0, 0, 0, 0)

    def recipient(  # noqa: PLR0913 - once per caller; the names say more than an object around them
        self,
        *,
        agency: str,
        client: str,
        grants_revision: int,
        purpose: str | None = None,
        legal_basis: str | None = None,
        case_reference: str | None = None,
        on_behalf_of: str | None = None,
        supplier: str | None = None,
        through: tuple[str, ...] = (),
        representative: str | None = None,
        emergencies: tuple[int, ...] = (),
    ) -> Definition[Recipient]:
        """`on_behalf_of` and `representative` are personal numbers; of what they say, see `Recipient`."""
        return self._define(
            Recipient(
                agency=agency,
                client=client,
                grants_revision=grants_revision,
                purpose=purpose,
                legal_basis=legal_basis,
                case_reference=case_reference,
                on_behalf_of=self._pseudonym(on_behalf_of),
                supplier=supplier,
                through=through,
                representative=self._pseudonym(representative),
                emergencies=emergencies,
            )
        )

    def operation(self, *, document: bytes, name: str | None, steps: Sequence[Step]) -> Definition[Operation]:
        """`document` is 16 bytes of the hash of the document without literals; `steps`, those about persons."""
        return self._define(Operation(document, name, tuple(steps)))

    def record(
        self,
        request_id: bytes,
        recipient: Definition[Recipient],
        operation: Definition[Operation],
        outcome: Outcome,
        looked_at: LookedAt = (),
        missing: Sequence[str] = (),
    ) -> asyncio.Future[None]:
        """The future of this answer: done when its record is durable, `NotRecorded` when that cannot be said.

        Raises `NotRecorded` at once when too much waits already, a definition is too large, or a person has no personal
        number. All that is given is packed before this returns; nothing of it is kept. To cancel the future concerns
        this answer alone, and its record stays. `missing`, of a refusal, are scopes or demands in the words of the
        decision, one line each.
        """
        if self._writer is None:
            raise NotRecorded
        known_steps = len(operation.meaning.steps)
        steps: list[tuple[int, int]] = []
        persons: list[str] = []
        for step, pins in looked_at:
            if step >= known_steps:
                raise IndexError("a step that the operation does not have")
            steps.append((step, len(pins)))
            persons += pins
        entry = pack_answer(
            request_id,
            time.time_ns() // 1_000,
            recipient.number,
            operation.number,
            outcome,
            steps=steps,
            blocks=self._pseudonyms.of_persons(persons),
            missing=missing,
        )
        return self._writer.submit(entry, recipient, operation)

    def _pseudonym(self, person: str | None) -> bytes | None:
        return None if person is None else self._pseudonyms.of_persons([person])

    def _define(self, meaning: MeaningT) -> Definition[MeaningT]:
        number = next(self._numbers)
        return Definition(number, meaning, pack_definition(number, meaning))

    async def _connect(self) -> Session:
        return await Session.open(self._dsn, self._bounds.seconds)
