"""What stands here installs Debian's packages as root: `make test-system` runs it, and nothing else does."""

from pathlib import Path

import pytest

from tests.system.debian import missing, missing_right

HERE = Path(__file__).parent


def pytest_report_header() -> str:
    """Said before anything is done."""
    if not (packages := ", ".join(missing())):
        return "system tests: every Debian package that they need is installed"
    if reason := missing_right():
        return f"system tests: of Debian's packages {packages} are not installed, and {reason}"
    return f"system tests: install as root, with apt-get: {packages}; no service is started"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before pytest leaves out what was not asked for."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("system")
