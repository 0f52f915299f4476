"""`lienthong ledger check-proof`, `checkpoint`, `key` and `keep-signatures`, as they are typed."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from installation.databases import database_name
from installation.home import key_file
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.tree.evidence import encode
from ledger.tree.merkle import root
from ledger.tree.notes import KEY_FILE, Signer, Verifier, cosigned, opened, split
from ledger.tree.proofs import check_consistency
from ledger.tree.shelf import Shelf
from tests.auth.databases import lent
from tests.commands.typed import typed
from tests.ledger.tree.proving import ALONE, HOUSEHOLD, LOG, NOT_FOUND, TREE, Small
from tests.ledger.tree.stored import Stored, numbered

ISSUER = "https://lienthong.example.vn"
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WITNESS = Signer("witness.example.org/w1", Signer.new_key())


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    file = tmp_path / "proof.json"
    file.write_bytes(encode(TREE.proof(HOUSEHOLD, 5, marks=(NOT_FOUND,))))
    return file


def test_citizen_with_a_bare_machine_reads_what_the_proof_shows(proof: Path, tmp_path: Path) -> None:
    done = typed("check-proof", str(proof), "--key", str(LOG.verifier), home=tmp_path / "home")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "The proof holds.",
        "Ledger   lienthong.example.vn/ledger, 49 leaves, signed 2026-11-22 08:00:00Z",
        f"Answer   leaf 41, request {HOUSEHOLD.request_id}",
        "When     2026-11-22 15:00:00.000002 (+07:00)",
        "By       agency G01, client g01-desk",
        "Why      civil-registration, Luật 26/2023, Điều 10",
        "Case     HS-2026-0001",
        "Outcome  granted",
        f"Subject  person, pseudonym {HOUSEHOLD.subject(5).hex()}",
        "Role     spoke_for",
        "Mark     not_found",
    ]
    assert not (tmp_path / "home").exists()


def test_script_reads_the_same_as_json(proof: Path, tmp_path: Path) -> None:
    done = typed("check-proof", str(proof), "--key", str(LOG.verifier), "--json", home=tmp_path / "home")

    said = json.loads(done.stdout)
    assert (said["holds"], said["size"], said["leaf"], said["marks"]) == (True, 49, 41, ["not_found"])
    assert said["shared"]["agency"] == "G01"


def test_citizen_is_told_in_one_line_why_a_proof_does_not_hold(proof: Path, tmp_path: Path) -> None:
    proof.write_bytes(proof.read_bytes().replace(b"G01", b"G02"))

    done = typed("check-proof", str(proof), "--key", str(LOG.verifier), home=tmp_path / "home")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The proof does not hold: what the answer shares is not what it was recorded with.\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Whose ledger is it?"),
        (["--key", "nonsense"], "The key is refused"),
        (["--key", str(WITNESS.verifier)], "it is of another log"),
    ],
)
def test_citizen_without_the_right_key_is_told(proof: Path, tmp_path: Path, arguments: list[str], reason: str) -> None:
    done = typed("check-proof", str(proof), *arguments, home=tmp_path / "home")

    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_citizen_whose_file_is_none_is_told(tmp_path: Path) -> None:
    done = typed("check-proof", str(tmp_path), "--key", str(LOG.verifier), home=tmp_path / "home")

    assert (done.returncode, done.stderr) == (1, f"{tmp_path} cannot be read: is a directory.\n")


def test_operator_at_the_installation_needs_no_key_on_the_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    signer = Signer("lienthong.example.vn/ledger", key_file(home, KEY_FILE, Signer.new_key))
    (tmp_path / "proof.json").write_bytes(encode(Small(TREE.leaves, signer).proof(ALONE, 0)))

    done = typed("check-proof", str(tmp_path / "proof.json"), home=home, issuer=ISSUER)

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "The proof holds.")


def test_operator_prints_the_key_as_a_line_and_for_openssl(tmp_path: Path) -> None:
    line = typed("key", home=tmp_path, issuer=ISSUER).stdout
    pem = typed("key", "--pem", home=tmp_path, issuer=ISSUER).stdout

    public = Verifier.parse(line).public
    assert Verifier.parse(line).name == "lienthong.example.vn/ledger"
    assert base64.b64decode("".join(pem.splitlines()[1:-1]))[-32:] == public


def test_operator_who_was_told_the_key_of_another_ledger_is_told_so(tmp_path: Path) -> None:
    done = typed("key", home=tmp_path, issuer=ISSUER, ledger_key=WITNESS.verifier)

    assert done.returncode == 1
    assert done.stderr == (
        "LIENTHONG_LEDGER_KEY is refused: not the line of the key that signs for lienthong.example.vn/ledger.\n"
    )


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer("lienthong.example.vn/ledger", key_file(tmp_path, KEY_FILE, Signer.new_key))


@pytest.fixture
async def at(
    postgres: Postgres, templates: Settings, worker: str, tmp_path: Path, signer: Signer
) -> AsyncIterator[dict[str, object]]:
    """The settings of an installation whose ledger has 700 leaves."""
    async with lent(postgres, database_name(templates, "ledger"), worker) as dsn:
        connection = await asyncpg.connect(dsn)
        await Stored(numbered(700)).write(connection, signer)
        await connection.close()
        yield {"home": tmp_path, "issuer": ISSUER, "database_url": dsn, "ledger_database_url": dsn}


def test_operator_prints_the_checkpoint_and_what_a_witness_takes(at: dict[str, object], signer: Signer) -> None:
    note = typed("checkpoint", **at).stdout
    request = typed("checkpoint", "--since", "300", **at).stdout

    state = opened(note, signer.verifier).checkpoint
    old, *proof = request.partition("\n\n")[0].split("\n")
    assert (old, request.partition("\n\n")[2]) == ("old 300", note)
    growth = [base64.b64decode(line) for line in proof]
    check_consistency(300, root(numbered(300)), state.size, state.root, growth)


def test_operator_is_told_that_the_tree_is_shorter_than_the_witness_says(at: dict[str, object]) -> None:
    done = typed("checkpoint", "--since", "701", **at)

    assert (done.returncode, done.stderr) == (1, "The tree has 700 leaves, fewer than 701.\n")


def test_operator_keeps_what_a_known_witness_signed_and_nothing_else_and_nothing_older(
    tmp_path: Path, signer: Signer
) -> None:
    at = {"home": tmp_path, "issuer": ISSUER, "ledger_witnesses": WITNESS.verifier.timed()}
    file = tmp_path / "note"

    def kept(size: int, *, by: Signer | None) -> tuple[int, str]:
        note = signer.sealed(size, bytes(32), AT)
        lines = [by.cosignature(split(note)[0], AT).rstrip("\n")] if by else []
        file.write_text(cosigned(note, lines))
        done = typed("keep-signatures", str(file), **at)
        return done.returncode, done.stdout or done.stderr

    assert kept(5, by=None) == (1, "None of the witnesses named in LIENTHONG_LEDGER_WITNESSES has signed it.\n")
    assert kept(5, by=Signer("witness.example.org/w1", Signer.new_key()))[0] == 1
    signed = "lienthong.example.vn/ledger, 5 leaves, signed 2026-11-22 09:00:00Z"
    assert kept(5, by=WITNESS) == (0, f"{signed}, witnessed by witness.example.org/w1 (2026-11-22 09:00:00Z)\n")
    assert kept(4, by=WITNESS)[0] == 1
    witnessed = Shelf(tmp_path / "ledger-checkpoints").witnessed()
    assert witnessed is not None
    assert opened(witnessed, signer.verifier).checkpoint.size == 5
