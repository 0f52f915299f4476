"""A citizen's proof: it holds on its own, shows nobody else, and does not survive any change."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.segments.entries import Marked
from ledger.tree.evidence import MOST_BYTES, Proven, check, decode, encode
from ledger.tree.leaves import salt_of
from ledger.tree.notes import Signer, cosigned, split
from ledger.tree.proofs import ProofRefused
from tests.ledger.tree.proving import (
    ALONE,
    AT,
    CROWD,
    HOUSEHOLD,
    LEFT,
    LOG,
    MICROSECONDS,
    NOT_FOUND,
    SHARED,
    TREE,
    TWIN,
    Answered,
    Small,
)
from tests.ledger.tree.stored import numbered

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = encode(TREE.proof(HOUSEHOLD, 5, marks=(NOT_FOUND,)))


@pytest.mark.parametrize(
    ("answer", "place"), [(ALONE, 0), *((HOUSEHOLD, place) for place in range(7)), (CROWD, 0), (CROWD, 299)]
)
def test_citizen_proves_what_was_read_by_whom_and_when(answer: Answered, place: int) -> None:
    proven = check(encode(TREE.proof(answer, place)), LOG.verifier)

    assert proven.subject == answer.subject(place).hex()
    assert proven.reading == answer.reading(place)
    assert proven.shared == SHARED
    assert (proven.request_id, proven.at) == (answer.request_id, EPOCH + timedelta(microseconds=answer.microseconds))
    assert (proven.sealed.at, proven.sealed.checkpoint.size) == (AT, len(TREE.leaves))
    assert (
        proven.at < proven.sealed.at + timedelta(seconds=1) == EPOCH + timedelta(microseconds=MICROSECONDS, seconds=1)
    )


def test_citizen_of_a_guarded_purpose_proves_the_reading_and_shows_nothing_of_who_read() -> None:
    document = encode(TREE.proof(HOUSEHOLD, 3, is_open=False))

    assert check(document, LOG.verifier).shared is None
    assert all(value.encode() not in document for value in ("G01", "g01-desk", "HS-2026-0001", "civil-registration"))


def test_proof_holds_nothing_of_anybody_else_in_the_answer() -> None:
    document = WHOLE.decode()
    own, *others = [5, *(place for place in range(7) if place != 5)]

    assert HOUSEHOLD.subject(own).hex() in document
    assert len(others) == 6
    for place in others:
        assert HOUSEHOLD.subject(place).hex() not in document
        assert salt_of(HOUSEHOLD.seed, place).hex() not in document
    assert HOUSEHOLD.seed.hex() not in document  # from which all salts come
    assert "nguyen.van.a" not in document


def test_citizen_reads_which_marks_are_about_the_own_reading() -> None:
    assert check(WHOLE, LOG.verifier).marked == (Marked.NOT_FOUND,)
    assert check(encode(TREE.proof(HOUSEHOLD, 4, marks=(NOT_FOUND,))), LOG.verifier).marked == ()
    assert check(encode(TREE.proof(CROWD, 4, marks=(LEFT,))), LOG.verifier).marked == (Marked.CLIENT_LEFT,)


def test_proof_stays_valid_with_signatures_of_witnesses_who_are_named_if_known() -> None:
    witness = Signer("witness.example.org/w1", Signer.new_key())
    proof = TREE.proof(ALONE, 0)
    line = witness.cosignature(split(proof.checkpoint)[0], AT).rstrip("\n")
    document = encode(msgspec.structs.replace(proof, checkpoint=cosigned(proof.checkpoint, [line])))

    assert check(document, LOG.verifier).sealed.witnessed == {}
    assert check(document, LOG.verifier, [witness.verifier.timed()]).sealed.witnessed == {witness.verifier.name: AT}


def test_document_says_in_json_what_the_proof_says() -> None:
    assert encode(decode(WHOLE)) == WHOLE
    assert json.loads(WHOLE)["format"] == "lienthong-disclosure-proof/1"
    assert check(json.dumps(json.loads(WHOLE)).encode(), LOG.verifier) == check(WHOLE, LOG.verifier)  # reformatted


@settings(max_examples=500)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_forger_who_changes_any_byte_is_refused_or_has_changed_nothing_that_is_said(place: int, octet: int) -> None:
    changed = WHOLE[:place] + bytes((octet,)) + WHOLE[place + 1 :]

    assert proven_or_refused(changed) in (None, check(WHOLE, LOG.verifier))


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 200))
def test_forger_who_cuts_anything_out_is_refused_or_has_changed_nothing_that_is_said(place: int, length: int) -> None:
    assert proven_or_refused(WHOLE[:place] + WHOLE[place + length :]) in (None, check(WHOLE, LOG.verifier))


def every_value(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    """Each value in the document that holds no other, with the way to it."""
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in every_value(each, (*at, key))]
    if isinstance(value, list):
        return [found for key, each in enumerate(value) for found in every_value(each, (*at, key))]
    return [(at, value)]


VALUES = every_value(json.loads(WHOLE))


@pytest.mark.parametrize(("way", "value"), VALUES, ids=[".".join(map(str, way)) for way, _ in VALUES])
def test_forger_who_gives_any_one_value_another_is_refused(way: tuple[str | int, ...], value: Any) -> None:
    for other in others_than(value):
        with pytest.raises(ProofRefused):
            check(with_value(way, other), LOG.verifier)


def others_than(value: Any) -> list[Any]:
    if isinstance(value, int):
        return [value + 1, value - 1, 0 if value else 7, str(value)]
    if isinstance(value, str):
        flipped = chr(ord(value[-1]) ^ 1)
        return [value[:-1] + flipped, value[:-1], "", None]
    return ["something", 1, []]


def with_value(way: tuple[str | int, ...], value: Any) -> bytes:
    document = json.loads(WHOLE)
    inside = document
    for key in way[:-1]:
        inside = inside[key]
    inside[way[-1]] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda said: said | {"note": "me too"}, id="a further member"),
        pytest.param(lambda said: {**said, "own": said["own"] | {"name": "x"}}, id="a further member inside"),
        pytest.param(lambda said: {key: said[key] for key in said if key != "format"}, id="no format"),
        pytest.param(lambda said: {key: said[key] for key in said if key != "marks"}, id="no list of marks"),
        pytest.param(lambda said: said | {"marks": said["marks"] * 1_001}, id="too many marks"),
        pytest.param(lambda said: said | {"answer": said["answer"] | {"path": ["00" * 32] * 65}}, id="too long a path"),
        pytest.param(lambda said: [said], id="a list"),
    ],
)
def test_forger_whose_document_has_another_form_is_refused(change: Callable[[Any], Any]) -> None:
    with pytest.raises(ProofRefused, match="form of lienthong-disclosure-proof/1"):
        check(json.dumps(change(json.loads(WHOLE))).encode(), LOG.verifier)


def test_forger_who_says_a_thing_twice_is_refused() -> None:
    twice = WHOLE.replace(b'"people": 7', b'"people": 9, "people": 7')

    assert twice != WHOLE
    with pytest.raises(ProofRefused, match="stands twice"):
        check(twice, LOG.verifier)


def test_forger_with_an_own_key_of_the_same_name_is_refused() -> None:
    forged = Small(TREE.leaves, Signer(LOG.verifier.name, Signer.new_key()))

    with pytest.raises(ProofRefused, match="checkpoint is refused"):
        check(encode(forged.proof(ALONE, 0)), LOG.verifier)


def test_forger_who_shows_a_reading_of_another_answer_is_refused() -> None:
    own, other = TREE.proof(ALONE, 0), TREE.proof(CROWD, 0)

    with pytest.raises(ProofRefused, match="path is too short"):
        check(encode(msgspec.structs.replace(own, answer=other.answer)), LOG.verifier)
    with pytest.raises(ProofRefused, match="path is too long"):
        check(encode(msgspec.structs.replace(own, own=other.own)), LOG.verifier)
    with pytest.raises(ProofRefused, match="does not lead to the root"):
        check(encode(msgspec.structs.replace(TREE.proof(HOUSEHOLD, 0), own=TREE.proof(TWIN, 0).own)), LOG.verifier)


def test_forger_who_shows_a_mark_about_another_answer_is_refused() -> None:
    own, other = TREE.proof(ALONE, 0), TREE.proof(CROWD, 0, marks=(LEFT,))

    with pytest.raises(ProofRefused, match="mark client_left does not lead"):
        check(encode(msgspec.structs.replace(own, marks=other.marks)), LOG.verifier)


def test_forger_who_shows_an_answer_that_was_never_sealed_is_refused() -> None:
    never = replace(HOUSEHOLD, number=99)
    invented = Small((*TREE.leaves, never.hash)).proof(never, 0)

    with pytest.raises(ProofRefused, match="does not lead to the root"):
        check(
            encode(msgspec.structs.replace(invented, checkpoint=Small((*TREE.leaves, *numbered(1))).note)), LOG.verifier
        )


def test_stranger_who_writes_for_the_readers_terminal_is_not_quoted() -> None:
    hostile = json.dumps(json.loads(WHOLE) | {"\x1b[31m[/b]": 1}).encode()
    misplaced = json.dumps(json.loads(WHOLE) | {"answer": {"\x1b[31m": 1}}).encode()

    with pytest.raises(ProofRefused) as whole:
        check(hostile, LOG.verifier)
    with pytest.raises(ProofRefused) as inside:
        check(misplaced, LOG.verifier)

    assert str(whole.value) == "the document has not the form of lienthong-disclosure-proof/1"
    assert str(inside.value) == f"{whole.value}: not as it must be at answer"


@given(st.binary(max_size=300))
def test_stranger_who_sends_any_bytes_gets_a_clear_refusal(document: bytes) -> None:
    with pytest.raises(ProofRefused):
        check(document, LOG.verifier)


@pytest.mark.parametrize("document", [b"[" * 100_000, b'{"own":' * 100_000, b" " * (MOST_BYTES + 1), b'"\xff"'])
def test_stranger_who_sends_what_would_exhaust_a_parser_gets_a_clear_refusal(document: bytes) -> None:
    with pytest.raises(ProofRefused):
        check(document, LOG.verifier)


def proven_or_refused(document: bytes) -> Proven | None:
    try:
        return check(document, LOG.verifier)
    except ProofRefused:
        return None
