"""What the graph sees of the ledger: say once who asks and what is planned, then record each answer and wait for it.

recipient = ledger.recipient(agency="G01", client=…, …)       once per caller, state of the grants and key epoch
operation = ledger.operation(document=…, name=…, steps=…)     once per plan
recorded = ledger.record(request_id, recipient, operation, Outcome.GRANTED, [(0, pins)])
await recorded                                                before the first byte of the answer

What becomes known of an answer afterwards is a mark, and what happens to the ledger itself an event: entries of the
same streams. A mark is written when it can be; one that is lost leaves the answer disclosed, which is the safe side.
"""

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import count

import structlog

from ledger.errors import LedgerUnreachable, NotRecorded
from ledger.recording.batches import Bounds
from ledger.recording.identifiers import Uuid7
from ledger.recording.session import Session
from ledger.recording.writer import Counts, Writer
from ledger.segments.entries import (
    AnyEvent,
    Definition,
    KeyMade,
    Marked,
    Operation,
    Outcome,
    ProcessStarted,
    ProcessStopped,
    Recipient,
    Step,
    Subject,
)
from ledger.segments.keyring import KeyRing, begins_at
from ledger.segments.pseudonyms import Pseudonyms
from ledger.segments.records import pack_answer, pack_definition, pack_event, pack_mark

log = structlog.get_logger(__name__)

LookedAt = Sequence[tuple[int, Collection[str]]]
"""Per step that looked at somebody: its index in the operation's steps, and the keys of its subjects."""

_MICROSECONDS = 1_000_000


class Ledger:
    """One per process that writes, opened in its event loop. Not safe across threads, needs not be."""

    def __init__(self, dsn: str, keys: KeyRing, bounds: Bounds | None = None, *, role: str = "serving") -> None:
        """`role` says in the ledger what the process is for: serving, sealing or erasing."""
        self._dsn = dsn
        self._keys = keys
        self._bounds = bounds or Bounds()
        self._role = role
        self._process = ""
        self._numbers = count(1)
        self._writer: Writer | None = None
        self._pseudonyms: Pseudonyms | None = None
        self._month_ends = 0  # in microseconds since 1970
        self.new_request_id = Uuid7()
        """A fresh UUIDv7, 16 bytes, for a request that brings none."""

    async def open(self) -> None:
        """Raises `LedgerUnreachable` or `NotDurable`: a process that could not record must not start to serve.

        That it started is the first that it records.
        """
        self.new_request_id = Uuid7()  # this process's own, should it have been forked
        self._process = self.new_request_id().hex()
        now = time.time()
        is_new = self._keys.is_new(now)
        epoch = self._turned(now).epoch
        writer = Writer(self._connect, self._bounds, epoch)
        await writer.confirm()
        self._writer = writer
        if is_new:
            self._mention(KeyMade(epoch))
        try:
            await self.record_event(ProcessStarted(self._process, self._role, version("lienthong")))
        except NotRecorded:
            await writer.close()
            raise LedgerUnreachable("the ledger's database takes no record") from None

    async def close(self) -> None:
        """Writes what waits and that the process stops, in bounded time; afterwards every `record` is refused."""
        if self._writer:
            self._mention(ProcessStopped(self._process, self._role))
            await self._writer.close()

    async def confirm(self) -> None:
        """For readiness: reconnects if need be. Raises `LedgerUnreachable` or `NotDurable`."""
        if self._writer is None:
            raise LedgerUnreachable("the ledger is not open")
        await self._writer.confirm()

    @property
    def counts(self) -> Counts:
        return self._writer.counts if self._writer else Counts(0, 0, 0, 0)

    # --- Said once ---------------------------------------------------------------------------------------------------

    def key_epoch(self) -> int:
        """Under whose key what is said from here on stands; turns to the next month's once that has begun.

        A recipient that names a citizen is kept together with it, and made anew for the next.
        """
        return self._current(time.time_ns() // 1_000).epoch

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
        names_a_citizen = on_behalf_of is not None or representative is not None
        key_epoch = self.key_epoch() if names_a_citizen else None
        meaning = Recipient(
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
        number = next(self._numbers)
        return Definition(number, meaning, pack_definition(number, meaning), key_epoch)

    def operation(
        self, *, document: bytes, name: str | None, steps: Sequence[Step], needs: Iterable[str] = ()
    ) -> Definition[Operation]:
        """What a plan reads, and the scopes that it needs.

        `document` is 16 bytes of the hash of the document without literals; `steps`, those that read personal data.
        """
        meaning = Operation(document, name, tuple(steps), tuple(sorted(needs)))
        number = next(self._numbers)
        return Definition(number, meaning, pack_definition(number, meaning))

    # --- Said of each answer -----------------------------------------------------------------------------------------

    def record(  # noqa: PLR0913 - called for every answer, so its fields come without an object around them
        self,
        request_id: bytes,
        recipient: Definition[Recipient],
        operation: Definition[Operation],
        outcome: Outcome,
        looked_at: LookedAt = (),
        missing: Sequence[str] = (),
        *,
        officer: str | None = None,
        at: int | None = None,
    ) -> asyncio.Future[None]:
        """The future of this answer: done when its record is durable, `NotRecorded` when that cannot be said.

        Raises `NotRecorded` at once when too much waits already, a definition is too large or of an earlier key, or
        somebody has no key of the right form. All that is given is packed before this returns; nothing of it is kept.
        To cancel the future concerns this answer alone, and its record stays. `missing`, of a refusal, are scopes or
        demands in the words of the decision, one line each; of a granted answer, what a narrowing on trial would have
        refused. `officer` is a name by `names_an_officer`. `at`, by which a mark names the answer, is now in
        microseconds since 1970.
        """
        if self._writer is None:
            raise NotRecorded
        if at is None:
            at = time.time_ns() // 1_000
        # All of an answer stands under one key, be it of the month that ended a moment ago.
        epoch = recipient.key_epoch
        pseudonyms = self._current(at) if epoch is None else self._of_epoch(epoch)
        steps, blocks = _looked_at(pseudonyms, operation.meaning.steps, looked_at)
        entry = pack_answer(
            request_id,
            at,
            recipient.number,
            operation.number,
            outcome,
            steps=steps,
            blocks=blocks,
            missing=missing,
            officer=officer,
        )
        return self._writer.submit(entry, recipient, operation)

    def withheld(self, request_id: bytes, answered_at: int, why: Marked) -> None:
        """Mark that an answer recorded at that time was not sent."""
        self._mark(request_id, answered_at, why, ())

    def not_found(self, request_id: bytes, answered_at: int, places: Sequence[int]) -> None:
        """Mark that of these persons nothing was there: places in all steps' persons, one step after the other."""
        self._mark(request_id, answered_at, Marked.NOT_FOUND, places)

    def record_event(self, event: AnyEvent) -> asyncio.Future[None]:
        """Done when the event is durable. Raises `NotRecorded`, at once or by the future, as `record` does."""
        if self._writer is None:
            raise NotRecorded
        return self._writer.submit(pack_event(time.time_ns() // 1_000, event))

    def _mark(self, request_id: bytes, answered_at: int, what: Marked, places: Sequence[int]) -> None:
        if self._writer is not None:
            with suppress(NotRecorded):
                self._writer.submit(pack_mark(request_id, answered_at, time.time_ns() // 1_000, what, places))

    def _mention(self, event: AnyEvent) -> None:
        """Record an event for which nobody waits."""
        with suppress(NotRecorded):
            self.record_event(event)

    # --- The key of the month ----------------------------------------------------------------------------------------

    def _pseudonym(self, person: str | None) -> bytes | None:
        return None if person is None else self._known().of_persons([person])

    def _known(self) -> Pseudonyms:
        assert self._pseudonyms is not None, "after `key_epoch` or `open`"
        return self._pseudonyms

    def _of_epoch(self, epoch: int) -> Pseudonyms:
        pseudonyms = self._known()
        if pseudonyms.epoch != epoch:
            raise NotRecorded
        return pseudonyms

    def _current(self, microseconds: int) -> Pseudonyms:
        """The key of the month of that moment, or of a later one that was begun already."""
        if microseconds < self._month_ends and self._pseudonyms is not None:
            return self._pseudonyms
        seconds = microseconds / _MICROSECONDS
        try:
            is_new = self._keys.is_new(seconds)
            pseudonyms = self._turned(seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing can be recorded under a key that is not there
            log.error("the ledger has no key for this month", reason=type(error).__name__)  # noqa: TRY400 - paths in it
            raise NotRecorded from None
        if self._writer is not None:
            self._writer.turn_to(pseudonyms.epoch)
            if is_new:
                self._mention(KeyMade(pseudonyms.epoch))
        return pseudonyms

    def _turned(self, seconds: float) -> Pseudonyms:
        self._pseudonyms = self._keys.current(seconds)
        self._month_ends = int(begins_at(self._pseudonyms.epoch + 1) * _MICROSECONDS)
        return self._pseudonyms

    async def _connect(self) -> Session:
        return await Session.open(self._dsn, self._bounds.seconds)


def _looked_at(
    pseudonyms: Pseudonyms, known: Sequence[Step], looked_at: LookedAt
) -> tuple[list[tuple[int, int]], bytes]:
    """Steps with their numbers of subjects, and the blocks of all: persons of neighboring steps by one call."""
    steps: list[tuple[int, int]] = []
    blocks = b""
    persons: list[str] = []
    for step, keys in looked_at:
        subject = known[step].subject
        steps.append((step, len(keys)))
        if subject is Subject.PERSON:
            persons += keys
        else:
            blocks += pseudonyms.of_persons(persons) + pseudonyms.of(subject, keys)
            persons = []
    return steps, blocks + pseudonyms.of_persons(persons) if persons else blocks
