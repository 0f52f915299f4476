"""What npm says when it fails becomes one line that says why, and tells an absent registry from a broken lock file."""

import pytest

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
