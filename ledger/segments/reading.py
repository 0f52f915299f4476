"""Segments back to disclosures: what tools, tests and auditors read. Comes after the chain's proof; holds no key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.segments.chain import ChainBroken, Segment, verified
from ledger.segments.entries import BLOCK_LENGTH, Operation, Outcome, Recipient, Step
from ledger.segments.records import Answer, Defined, LookedAt

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One recorded answer with its references followed."""

    request_id: UUID
    at: datetime
    recipient: Recipient
    operation: Operation
    outcome: Outcome
    looked_at: tuple[tuple[Step, tuple[bytes, ...]], ...]
    """Steps with the pseudonyms of their persons."""
    missing: tuple[str, ...]
    key_epoch: int
    officer: str | None = None


def read_disclosures(segments: Iterable[Segment]) -> Iterator[Disclosure]:
    """Disclosures in the order of segments, which come ordered by stream and number. Raises `ChainBroken`."""
    stream: UUID | None = None
    defined: dict[int, Recipient | Operation] = {}
    for segment, contents in verified(segments):
        if segment.stream != stream:
            stream, defined = segment.stream, {}
        for entry in contents.entries:
            if isinstance(entry, Defined):
                defined[entry.number] = entry.meaning
            elif isinstance(entry, Answer):
                yield _disclosure(segment, contents.key_epoch, entry, defined)


def _disclosure(
    segment: Segment, key_epoch: int, answer: Answer, defined: dict[int, Recipient | Operation]
) -> Disclosure:
    recipient, operation = defined.get(answer.recipient), defined.get(answer.operation)
    if not isinstance(recipient, Recipient) or not isinstance(operation, Operation):
        raise ChainBroken(segment.stream, segment.seq, "an answer names what its stream has not defined")
    if any(seen.step >= len(operation.steps) for seen in answer.looked_at):
        raise ChainBroken(segment.stream, segment.seq, "an answer names a step that its operation does not have")
    return Disclosure(
        request_id=UUID(bytes=answer.request_id),
        at=_EPOCH + timedelta(microseconds=answer.microseconds),
        recipient=recipient,
        operation=operation,
        outcome=answer.outcome,
        looked_at=tuple((operation.steps[seen.step], _blocks(seen)) for seen in answer.looked_at),
        missing=answer.missing,
        key_epoch=key_epoch,
        officer=answer.officer,
    )


def _blocks(seen: LookedAt) -> tuple[bytes, ...]:
    return tuple(seen.persons[i : i + BLOCK_LENGTH] for i in range(0, len(seen.persons), BLOCK_LENGTH))
