"""`docs/ledger.md` tells an auditor how to check a proof by hand: its commands are run as they stand there."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from ledger.tree.evidence import Proof, encode
from tests.ledger.tree.proving import ALONE, CROWD, HOUSEHOLD, LOG, TREE, Answered

PAGE = Path(__file__).parents[3] / "docs" / "ledger.md"
BY_HAND = PAGE.read_text().split("\n## By hand\n")[1].split("\n## ")[0]
STEPS = re.findall(r"```sh\n(.*?)```", BY_HAND, re.DOTALL)
IN_THE_TREE = "The reading is in the signed tree."
THESE_WORDS = "} was recorded.\n"
NOT_SIGNED, NOT_RECORDED = "NOT what was signed.", "NOT what was recorded."


def by_hand(directory: Path, document: bytes, key: str = str(LOG.verifier)) -> subprocess.CompletedProcess[str]:
    (directory / "proof.json").write_bytes(document)
    script = "set -euo pipefail\n" + "\n".join(STEPS)
    return subprocess.run(
        ["/usr/bin/env", f"KEY={key}", "LC_ALL=C.UTF-8", "bash", "-c", script],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def changed(*way: str | int, value: object) -> bytes:
    document = json.loads(encode(TREE.proof(HOUSEHOLD, 5)))
    inside = document
    for name in way[:-1]:
        inside = inside[name]
    inside[way[-1]] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("answer", "place"), [(ALONE, 0), (HOUSEHOLD, 6), (CROWD, 100)], ids=["alone", "last", "crowd"]
)
def test_auditor_who_follows_the_page_finds_that_the_proof_holds(tmp_path: Path, answer: Answered, place: int) -> None:
    done = by_hand(tmp_path, encode(TREE.proof(answer, place)))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Signature Verified Successfully") == 2
    assert IN_THE_TREE in done.stdout
    assert done.stdout.endswith(THESE_WORDS)
    assert "08:00:00" in done.stdout
    assert '"agency":"G01"' in done.stdout


@pytest.mark.parametrize(
    ("document", "found", "is_signed"),
    [
        pytest.param(changed("own", "reading", "subject", value="parcel"), NOT_SIGNED, True, id="reading"),
        pytest.param(changed("answer", "microseconds", value=0), NOT_SIGNED, True, id="time"),
        pytest.param(changed("answer", "opening", "shared", "agency", value="G02"), NOT_RECORDED, True, id="agency"),
        pytest.param(changed("checkpoint", value=TREE.note.replace("\n49\n", "\n50\n")), "50", False, id="size"),
    ],
)
def test_auditor_who_follows_the_page_finds_what_was_changed(
    tmp_path: Path, document: bytes, found: str, *, is_signed: bool
) -> None:
    done = by_hand(tmp_path, document)

    assert found in done.stdout
    assert ("Signature Verified Successfully" in done.stdout) == (done.returncode == 0) == is_signed
    assert IN_THE_TREE not in done.stdout or THESE_WORDS not in done.stdout


def test_auditor_with_another_key_stops_at_the_signature(tmp_path: Path) -> None:
    other = "+".join([LOG.verifier.name, "00000000", "AQ" + "A" * 40 + "E="])

    done = by_hand(tmp_path, encode(TREE.proof(ALONE, 0)), other)

    assert done.returncode != 0
    assert "Successfully" not in done.stdout


def test_page_names_what_the_document_has() -> None:
    members = re.findall(r"^\| `([a-z.]+)` \|", PAGE.read_text(), re.MULTILINE)

    assert {name.split(".")[0] for name in members} | {"format", "origin"} == set(Proof.__struct_fields__)
