"""Whoever alters, removes, inserts or moves a segment is found out, and the segment is named."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import ChainBroken, Outcome, Segment, read_disclosures
from ledger.recording.batches import Batch
from ledger.recording.streams import Stream
from ledger.segments.chain import verified
from ledger.segments.entries import Definition, Operation, Recipient, Step, Way
from ledger.segments.records import Opening, pack_answer, pack_definition

RECIPIENT = Recipient(agency="G01", client="desk", grants_revision=1, purpose="p", legal_basis="b", case_reference="c")
OPERATION = Operation(bytes(16), "Q", (Step("citizen", ("Citizen.fullName",), Way.OPENED),))
RECIPIENTS = Definition(1, RECIPIENT, pack_definition(1, RECIPIENT))
OPERATIONS = Definition(2, OPERATION, pack_definition(2, OPERATION))


class Unawaited:
    """Stands in for the answer's future, which a chain of bytes has no need of."""


def batch(answers: int, step: int = 0) -> Batch:
    batch = Batch(1)
    for i in range(answers):
        entry = pack_answer(i.to_bytes(16), i, 1, 2, Outcome.GRANTED, steps=[(step, 1)], blocks=bytes(16), missing=())
        batch.add(entry, (RECIPIENTS, OPERATIONS), 0, Unawaited())  # type: ignore[arg-type]
    return batch


def extend(stream: Stream, *sizes: int) -> list[Segment]:
    out = []
    for size in sizes:
        filled = batch(size)
        out.append(stream.segment(filled))
        stream.advance(out[-1], filled)
    return out


def chain(*sizes: int) -> list[Segment]:
    return extend(Stream(1), *sizes)


THREE = chain(2, 1, 3)


def test_verifier_of_untouched_streams_passes_them_and_reads_every_answer() -> None:
    other = chain(4)

    assert [segment for segment, _ in verified([*THREE, *other])] == [*THREE, *other]
    assert len(list(read_disclosures([*THREE, *other]))) == 10


def test_stream_defines_recipient_and_operation_once_before_their_first_answer() -> None:
    assert [RECIPIENTS.entry in segment.data for segment in THREE] == [True, False, False]


@given(st.integers(0, 2), st.sampled_from(["data", "prev", "hash", "stream"]), st.data())
def test_any_flipped_bit_breaks_the_chain(which: int, part: str, data: st.DataObject) -> None:
    value = getattr(THREE[which], part)
    raw = value.bytes if isinstance(value, UUID) else value
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    flipped = (int.from_bytes(raw) ^ 1 << bit).to_bytes(len(raw))
    damaged = list(THREE)
    changed: dict[str, Any] = {part: UUID(bytes=flipped) if part == "stream" else flipped}
    damaged[which] = THREE[which]._replace(**changed)

    with pytest.raises(ChainBroken):
        list(verified(damaged))


@pytest.mark.parametrize(
    "damage",
    [
        lambda _, b, c: [b, c],
        lambda a, _, c: [a, c],
        lambda a, b, c: [a, c, b],
        lambda a, b, c: [a, b, b, c],
        lambda a, b, c: [a, b._replace(seq=2), c],
        lambda a, b, c: [a, b._replace(n=2), c],
    ],
    ids=["first removed", "one removed", "reordered", "repeated", "renumbered", "miscounted"],
)
def test_removed_moved_or_miscounted_segment_breaks_the_chain(damage: Callable[..., list[Segment]]) -> None:
    with pytest.raises(ChainBroken):
        list(verified(damage(*THREE)))


def test_altered_segment_with_a_recomputed_hash_breaks_the_chain_at_the_next() -> None:
    forged = chain(1)[0]
    altered = THREE[1]._replace(data=forged.data, hash=extend(Stream(1), 1)[0].hash)

    with pytest.raises(ChainBroken) as broken:
        list(verified([THREE[0], altered, THREE[2]]))

    assert (broken.value.stream, broken.value.seq) == (THREE[0].stream, 1)


def test_segment_of_another_stream_in_first_place_breaks_the_chain() -> None:
    moved = THREE[0]._replace(stream=UUID(int=7))

    with pytest.raises(ChainBroken, match="does not continue"):
        list(verified([moved]))


def test_stream_that_lost_its_end_is_named_by_the_one_after_it() -> None:
    stream = Stream(1)
    before = extend(stream, 1, 1)
    after = extend(stream.successor(), 1)

    with pytest.raises(ChainBroken) as broken:
        list(verified([before[0], *after]))

    assert (broken.value.stream, broken.value.seq) == (before[0].stream, 1)


def test_segment_of_unknown_outcome_may_stand_or_not_stand_at_the_end_of_a_stream() -> None:
    stream = Stream(1)
    before = extend(stream, 1, 1)
    unknown = stream.segment(batch(1))
    after = extend(stream.successor(), 1)

    assert len(list(verified([*before, *after]))) == 3
    assert len(list(verified([*before, unknown, *after]))) == 4


def test_stream_longer_than_its_writer_can_have_made_it_is_named() -> None:
    stream = Stream(1)
    [first] = extend(stream, 1)
    successor = stream.successor()
    appended = extend(stream, 1, 1)

    with pytest.raises(ChainBroken, match="follows it"):
        list(verified([first, *appended, *extend(successor, 1)]))


def test_stream_of_which_nothing_is_durable_passes_on_what_it_knew_of_the_one_before() -> None:
    stream = Stream(1)
    [first] = extend(stream, 1)

    [last] = extend(stream.successor().successor(), 1)

    contents = [contents for _, contents in verified([first, last])][1]
    assert contents.entries[0] == Opening(first.stream.bytes, 1, first.hash)


def test_successor_defines_again_what_it_uses() -> None:
    stream = Stream(1)
    extend(stream, 1)

    [segment] = extend(stream.successor(), 1)

    assert RECIPIENTS.entry in segment.data


def test_answer_that_names_a_step_its_operation_does_not_have_breaks_the_reading() -> None:
    with pytest.raises(ChainBroken, match="a step"):
        list(read_disclosures([Stream(1).segment(batch(1, step=1))]))


def test_answer_that_names_what_its_stream_has_not_defined_breaks_the_reading() -> None:
    nameless = batch(1)
    nameless.named.clear()

    with pytest.raises(ChainBroken, match="has not defined"):
        list(read_disclosures([Stream(1).segment(nameless)]))
