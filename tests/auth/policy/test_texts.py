"""Texts of registered operations: read by name, while they are registered."""

from collections.abc import AsyncIterator

import pytest

from auth.errors import GrantsUnconfirmed
from auth.policy.texts import OperationTexts
from tests.auth.world import Installation


@pytest.fixture
async def texts(dsn: str) -> AsyncIterator[OperationTexts]:
    """What a process reads them with."""
    opened = OperationTexts(dsn)
    yield opened
    await opened.close()


async def register(here: Installation, document_id: str, text: str, agency: str = "G01") -> None:
    await here.insert("operations", agency=agency, document_id=document_id, text=text, registered_by="desk")


async def test_a_process_reads_the_text_that_an_agency_registered_under_a_name(
    here: Installation, texts: OperationTexts
) -> None:
    await register(here, "names", "{__typename}")
    assert await texts.text("G01", "names") == "{__typename}"
    assert [await texts.text(*other) for other in (("G02", "names"), ("G01", "Names"), ("G01", "x\x01"))] == [None] * 3


async def test_a_text_that_was_withdrawn_is_not_there(here: Installation, texts: OperationTexts) -> None:
    await register(here, "names", "{__typename}")
    await here.connection.execute("update operations set withdrawn_at = now()")
    assert await texts.text("G01", "names") is None


async def test_a_process_whose_database_does_not_answer_says_that_it_cannot_confirm(
    here: Installation, texts: OperationTexts
) -> None:
    await here.connection.execute("alter table operations rename to hidden")
    with pytest.raises(GrantsUnconfirmed):
        await texts.text("G01", "names")
    await here.connection.execute("alter table hidden rename to operations")
