"""What is packed is what is read, and nothing else is read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Operation, Outcome, Recipient, Step, Way
from ledger.segments.records import (
    Answer,
    Contents,
    Defined,
    LookedAt,
    Malformed,
    Opening,
    pack_answer,
    pack_definition,
    pack_head,
    pack_opening,
    unpack,
)

words = st.text(max_size=20)
maybe = st.none() | words
numbers = st.integers(1, (1 << 64) - 1)
coordinates = st.lists(words, max_size=4).map(tuple)
steps = st.builds(Step, path=words, reads=coordinates, way=st.sampled_from(Way), looks_up=coordinates)
operations = st.builds(
    Operation, document=st.binary(min_size=16, max_size=16), name=maybe, steps=st.lists(steps, max_size=3).map(tuple)
)
recipients = st.builds(
    Recipient,
    agency=words,
    client=words,
    grants_revision=st.integers(0, 1 << 53),
    purpose=maybe,
    legal_basis=maybe,
    case_reference=maybe,
    on_behalf_of=st.none() | st.binary(min_size=16, max_size=16),
    supplier=maybe,
    through=coordinates,
    representative=st.none() | st.binary(min_size=16, max_size=16),
    emergencies=st.lists(st.integers(1, 1 << 53), max_size=3).map(tuple),
)
blocks = st.integers(0, 5).flatmap(lambda n: st.binary(min_size=16 * n, max_size=16 * n))
answers = st.builds(
    Answer,
    request_id=st.binary(min_size=16, max_size=16),
    microseconds=st.integers(0, (1 << 64) - 1),
    recipient=numbers,
    operation=numbers,
    outcome=st.sampled_from(Outcome),
    looked_at=st.lists(st.builds(LookedAt, step=st.integers(0, 65_535), persons=blocks), max_size=4).map(tuple),
    missing=st.lists(st.from_regex(r"[a-z_.:]+", fullmatch=True), max_size=3).map(tuple),
)
openings = st.builds(
    Opening,
    predecessor=st.binary(min_size=16, max_size=16),
    segments=st.integers(1, 1 << 40),
    last_hash=st.binary(min_size=32, max_size=32),
)
entries = st.lists(openings | st.builds(Defined, numbers, recipients | operations) | answers, max_size=6)


def pack(entry: Opening | Defined | Answer) -> bytes:
    match entry:
        case Opening():
            return pack_opening(entry)
        case Defined():
            return pack_definition(entry.number, entry.meaning)
        case Answer():
            return pack_answer(
                entry.request_id,
                entry.microseconds,
                entry.recipient,
                entry.operation,
                entry.outcome,
                steps=[(seen.step, len(seen.persons) // 16) for seen in entry.looked_at],
                blocks=b"".join(seen.persons for seen in entry.looked_at),
                missing=entry.missing,
            )


@given(st.integers(1, 1 << 21), entries)
def test_reader_of_a_segment_gets_every_entry_as_it_was_packed(
    epoch: int, packed: list[Opening | Defined | Answer]
) -> None:
    data = pack_head(epoch) + b"".join(map(pack, packed))

    assert unpack(data) == Contents(epoch, tuple(packed))


@given(answers, st.data())
def test_reader_of_a_segment_cut_short_gets_an_error_and_no_part(answer: Answer, data: st.DataObject) -> None:
    whole = pack_head(1) + pack(answer)

    length = data.draw(st.integers(0, len(whole) - 1).filter(lambda length: length != len(pack_head(1))))

    with pytest.raises(Malformed):
        unpack(whole[:length])


@given(st.binary(max_size=200))
def test_reader_of_noise_gets_malformed_and_no_other_error(noise: bytes) -> None:
    for data in (noise, pack_head(1) + noise):
        try:
            unpack(data)
        except Malformed:
            continue


@pytest.mark.parametrize("data", [b"LTL\x04\0\0\0\1", b"ABC\x01\0\0\0\1", pack_head(1) + b"\x63\0\0\0\0"])
def test_reader_of_another_version_or_kind_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        unpack(data)


def test_reader_of_a_segment_of_version_1_gets_a_recipient_who_used_no_rights_but_its_own() -> None:
    """Written out: what stands in the table is never packed anew."""
    said = (
        b'{"agency":"G01","client":"desk","grants_revision":7,"purpose":"p","legal_basis":"b","case_reference":"c",'
        b'"on_behalf_of":null}'
    )
    data = b"LTL\x01\0\0\0\1" + b"\2" + (8 + len(said)).to_bytes(4, "big") + (3).to_bytes(8, "big") + said

    recipient = Recipient(
        agency="G01", client="desk", grants_revision=7, purpose="p", legal_basis="b", case_reference="c"
    )

    assert unpack(data) == Contents(1, (Defined(3, recipient),))
    assert (recipient.supplier, recipient.through, recipient.emergencies) == (None, (), ())


def test_answer_costs_55_bytes_and_6_for_a_step_and_16_for_a_person() -> None:
    fixed = {"recipient": 1, "operation": 2, "outcome": Outcome.GRANTED, "missing": ()}

    entry = pack_answer(bytes(16), 0, **fixed, steps=[(0, 3)], blocks=bytes(48))  # type: ignore[arg-type]

    assert len(entry) == 5 + 43 + 6 + 48
