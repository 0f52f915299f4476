"""A house that these tests may kill, one for each file: two PostgreSQLs and a server of its own."""

from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from auth.demo.install import install_demo
from installation.databases import database_url
from installation.home import key_file
from tests.ledger.kills.house import House, house
from tests.ledger.kills.questions import Questions


@pytest.fixture(scope="module")
async def standing() -> AsyncIterator[House]:
    """Its databases run; a test starts the server that it means to kill."""
    with house() as built:
        await install_demo(database_url(built.settings, "auth"), partial(key_file, built.settings.home))
        yield built


@pytest.fixture(scope="module")
def questions(standing: House) -> Questions:
    return Questions(standing.settings)


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says what was counted, also where everything went well: the root's conftest prints it at the end."""
    return partial(record_property, "counted")
