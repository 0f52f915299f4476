"""`lienthong ledger check-growth`, as an auditor with two checkpoints and copies of the tiles types it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ledger.tree.merkle import Span, root
from ledger.tree.notes import Signer
from ledger.tree.proofs import consistency, spans
from ledger.tree.tiles import tile_with
from tests.commands.typed import typed
from tests.ledger.tree.stored import Stored, numbered

OLDER, NEWER = 70, 700
LEAVES = numbered(NEWER)
REWRITTEN = [*LEAVES[:50], bytes(32), *LEAVES[51:]]
LOG = Signer("lienthong.example.vn/ledger", Signer.new_key())
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Types the command over these leaves; what it says, and how it ends."""

    def checked(older: list[bytes], newer: list[bytes], published: str = str(tmp_path)) -> tuple[int, str]:
        publish(tmp_path, newer, len(older))
        for name, leaves in (("older", older), ("newer", newer)):
            (tmp_path / name).write_text(LOG.sealed(len(leaves), root(leaves), AT))
        notes = (str(tmp_path / "older"), str(tmp_path / "newer"))
        done = typed("check-growth", *notes, published, "--key", str(LOG.verifier), home=tmp_path / "home")
        return done.returncode, done.stdout or done.stderr

    return checked


def publish(directory: Path, leaves: list[bytes], older: int) -> None:
    """The tiles that a proof from the older size takes."""
    stored = Stored(leaves)
    for span in spans(consistency(min(older, len(leaves)), len(leaves))):
        tile = tile_with(span, len(leaves))
        file = directory / "tile" / str(tile)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(stored[Span(*tile.span)]))


def test_auditor_finds_that_the_tree_only_grew(check: Check) -> None:
    assert check(LEAVES[:OLDER], LEAVES) == (0, "The tree of 700 leaves begins with that of 70.\n")


def test_auditor_finds_it_by_what_is_published_on_the_net(check: Check, tmp_path: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        said = check(LEAVES[:OLDER], LEAVES, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()

    assert said == (0, "The tree of 700 leaves begins with that of 70.\n")


@pytest.mark.parametrize(
    ("older", "newer", "reason"),
    [
        (LEAVES[:OLDER], REWRITTEN, "the tree of 700 leaves does not begin with that of 70"),
        (LEAVES, REWRITTEN, "two trees of 700 leaves differ"),
        (LEAVES, LEAVES[:OLDER], "a tree of 70 leaves is no later state of one of 700"),
    ],
    ids=["rewritten", "forked", "rolled back"],
)
def test_auditor_finds_that_the_ledger_was_rewritten_forked_or_rolled_back(
    check: Check, older: list[bytes], newer: list[bytes], reason: str
) -> None:
    assert check(older, newer) == (1, f"The ledger did not only grow: {reason}.\n")


def test_auditor_is_told_which_tile_cannot_be_read_or_is_cut_short(check: Check, tmp_path: Path) -> None:
    gone = check(LEAVES[:OLDER], LEAVES, str(tmp_path / "elsewhere"))
    unreachable = check(LEAVES[:OLDER], LEAVES, "http://127.0.0.1:1/ledger")

    assert gone == (1, f"{tmp_path}/elsewhere/tile/0/000 cannot be read: no such file or directory.\n")
    assert unreachable == (1, "http://127.0.0.1:1/ledger/tile/0/000 cannot be fetched.\n")
