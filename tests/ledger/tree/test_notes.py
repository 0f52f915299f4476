"""Signed checkpoints: what the log and its witnesses signed is read; anything else is refused."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.tree.notes import (
    MOST_SIGNATURES,
    Checkpoint,
    Kind,
    NoteRefused,
    Sealed,
    Signer,
    Verifier,
    cosigned,
    opened,
    parse_checkpoint,
    split,
)

ORIGIN = "lienthong.example.vn/ledger"
AT = datetime(2026, 11, 22, 7, 30, 15, tzinfo=UTC)
ROOT = bytes(range(32))
LOG = Signer(ORIGIN, Signer.new_key())
OTHER = Signer(ORIGIN, Signer.new_key())
WITNESS = Signer("witness.example.org/w1", Signer.new_key())
NOTE = LOG.sealed(1_234_567, ROOT, AT)
TEXT = split(NOTE)[0]
LINES = split(NOTE)[1]

# A key, a text and its signature that Go's golang.org/x/mod/sumdb/note documents.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def with_lines(*lines: str) -> str:
    return f"{TEXT}\n" + "".join(f"{line}\n" for line in lines)


def test_auditor_opens_a_note_of_the_log_and_reads_size_root_and_time() -> None:
    sealed = opened(NOTE, LOG.verifier)

    assert sealed.checkpoint == Checkpoint(ORIGIN, 1_234_567, ROOT)
    assert sealed.at == AT
    assert sealed.witnessed == {}


def test_auditor_reads_the_three_lines_that_the_specification_names() -> None:
    assert TEXT.split("\n") == [ORIGIN, "1234567", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]


def test_auditor_checks_a_signature_that_another_implementation_made() -> None:
    signature = base64.b64decode(GO_SIGNATURE)
    verifier = Verifier.parse(GO_KEY)

    assert (verifier.name, verifier.key_id) == ("PeterNeumann", signature[:4])
    assert str(verifier) == GO_KEY
    assert verifier.holds(GO_TEXT, signature[4:])
    assert not verifier.holds(GO_TEXT + " ", signature[4:])


def test_witness_that_signed_is_named_with_its_time_and_the_log_still_is() -> None:
    later = datetime(2026, 11, 22, 7, 31, tzinfo=UTC)
    note = cosigned(NOTE, [WITNESS.cosignature(TEXT, later).rstrip("\n")])

    assert opened(note, LOG.verifier, [WITNESS.verifier.timed()]).witnessed == {WITNESS.verifier.name: later}
    assert opened(note, LOG.verifier).witnessed == {}  # unknown to this reader
    assert cosigned(note, split(note)[1]) == note  # again adds nothing


def test_cosignature_is_over_header_time_and_text_as_the_specification_says() -> None:
    line = WITNESS.cosignature(TEXT, AT)
    octets = base64.b64decode(line.split(" ")[2])
    seconds = int(AT.timestamp())

    assert line.startswith("— witness.example.org/w1 ")
    assert octets[4:12] == seconds.to_bytes(8, "big")
    key = Ed25519PublicKey.from_public_bytes(WITNESS.verifier.public)
    key.verify(octets[12:], f"cosignature/v1\ntime {seconds}\n{TEXT}".encode())


def test_witness_is_known_by_either_line_of_its_key() -> None:
    note = cosigned(NOTE, [WITNESS.cosignature(TEXT, AT).rstrip("\n")])

    assert opened(note, LOG.verifier, [WITNESS.verifier]).witnessed == {WITNESS.verifier.name: AT}


def test_witness_that_signs_at_a_time_of_no_calendar_refuses_the_note() -> None:
    seconds = (1 << 64) - 1
    signature = WITNESS._key.sign(f"cosignature/v1\ntime {seconds}\n{TEXT}".encode())
    octets = WITNESS.verifier.timed().key_id + seconds.to_bytes(8, "big") + signature
    note = cosigned(NOTE, [f"— {WITNESS.verifier.name} {base64.b64encode(octets).decode()}"])

    assert opened(note, LOG.verifier).witnessed == {}
    with pytest.raises(NoteRefused, match="no calendar"):
        opened(note, LOG.verifier, [WITNESS.verifier])


def test_witness_whose_signature_is_of_another_state_refuses_the_note() -> None:
    elsewhere = Checkpoint(ORIGIN, 7, ROOT).text()
    note = cosigned(NOTE, [WITNESS.cosignature(elsewhere, AT).rstrip("\n")])

    with pytest.raises(NoteRefused, match="does not hold"):
        opened(note, LOG.verifier, [WITNESS.verifier.timed()])


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(OTHER.sealed(1_234_567, ROOT, AT), id="signed by a key of the same name"),
        pytest.param(with_lines(LINES[0]), id="without the time"),
        pytest.param(with_lines(LINES[1]), id="with the time only"),
        pytest.param(with_lines(), id="unsigned"),
        pytest.param(with_lines(*LINES, "— x"), id="with half a line"),
        pytest.param(with_lines(*LINES, "— x AAAA"), id="with an id and no signature"),
        pytest.param(with_lines(*LINES, "— x AAAAAAB="), id="with base64 that is written otherwise"),
        pytest.param(with_lines(*LINES, "- x AAAAAAA="), id="with a dash that is none"),
        pytest.param(with_lines(*LINES, *["— x AAAAAAA="] * MOST_SIGNATURES), id="with more lines than a note has"),
        pytest.param(NOTE.rstrip("\n"), id="cut short by a newline"),
        pytest.param(NOTE + "\n", id="with a line more"),
        pytest.param(NOTE.replace("\n", "\r\n"), id="with other ends of lines"),
        pytest.param(NOTE.replace("1234567", "01234567"), id="with a leading zero"),
        pytest.param(NOTE.replace("1234567", "1234568"), id="of another size"),
        pytest.param(NOTE.replace("1234567", "9" * 4_301), id="of a size that is no number to Python"),
        pytest.param(NOTE.replace("1234567", "١٢٣"), id="of a size in other digits"),
        pytest.param(NOTE.replace("AAECAw", "AAECAg"), id="of another root"),
        pytest.param(NOTE.replace("AAECAwQF", ""), id="of a shorter root"),
        pytest.param(NOTE.replace("\n\n", "\nextended\n\n"), id="with a line that the log did not sign"),
        pytest.param("", id="empty"),
        pytest.param("\n\n", id="blank"),
        pytest.param("x" * 40_000, id="long"),
    ],
)
def test_forger_gets_no_checkpoint_out_of_a_note(note: str) -> None:
    with pytest.raises(NoteRefused):
        opened(note, LOG.verifier)


def test_forger_who_signs_for_another_log_is_refused_by_the_name() -> None:
    elsewhere = Signer("elsewhere.example.org/ledger", Signer.new_key())

    with pytest.raises(NoteRefused, match="another log"):
        opened(elsewhere.sealed(3, ROOT, AT), LOG.verifier)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_forger_who_changes_any_character_gets_no_checkpoint(place: int, instead: str) -> None:
    changed = NOTE[:place] + instead + NOTE[place + 1 :]
    if changed != NOTE:
        with pytest.raises(NoteRefused):
            opened(changed, LOG.verifier)


@given(st.text())
def test_stranger_who_sends_any_text_gets_a_clear_refusal(text: str) -> None:
    with pytest.raises(NoteRefused):
        opened(text, LOG.verifier)


@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32), st.integers(1, 7_000_000_000))
def test_whatever_the_log_signs_it_reads_again(size: int, root: bytes, seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    sealed = opened(LOG.sealed(size, root, at.replace(microsecond=7)), LOG.verifier)

    assert sealed == Sealed(Checkpoint(ORIGIN, size, root), at, {})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "name",
        "name+abcdef01",
        str(LOG.verifier)[:-4],
        str(LOG.verifier).replace("+", "+0", 1),
        str(LOG.verifier).replace(ORIGIN, "other.example.vn/ledger"),
        "name+abcdef01+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    ],
    ids=["nothing", "a name", "no key", "a key cut off", "an id too long", "another name", "another kind"],
)
def test_operator_who_gives_half_a_key_is_told(line: str) -> None:
    with pytest.raises(ValueError, match="line of"):
        Verifier.parse(line)


def test_line_of_a_key_leads_to_the_same_key() -> None:
    for verifier in (LOG.verifier, WITNESS.verifier.timed()):
        assert Verifier.parse(f" {verifier}\n") == verifier
    assert WITNESS.verifier.timed().kind is Kind.COSIGNATURE


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "with\nline", "with\u00a0space"])
def test_key_with_a_name_that_would_break_its_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a key"):
        Verifier(name, bytes(32))


def test_text_of_a_checkpoint_says_its_size_before_anybody_trusts_it() -> None:
    assert parse_checkpoint(TEXT).size == 1_234_567
