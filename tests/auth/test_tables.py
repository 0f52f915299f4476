"""What the database itself does not let anybody write, whichever program tries."""

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from auth.tables import POLICY_TABLES, metadata
from tests.auth.world import NAME, Installation


@pytest.mark.parametrize(
    "row",
    [
        {"approved_by": "officer-1"},  # the one who proposed
        {"approved_by": None},
        {"state": "revoked"},  # by nobody
        {"state": "wished"},
        {"reach": "nearby"},
        {"reach": "jurisdiction"},  # of no unit
        {"reach": "jurisdiction", "units": ["01"]},  # of no scheme
        {"reach": "everywhere", "units": ["01"], "units_scheme": "Y2025"},
        {"reach": "jurisdiction", "units": ["01"], "units_scheme": "Y1900"},
        {"scopes": []},
        {"valid_from": datetime(2026, 2, 1, tzinfo=UTC), "valid_until": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
async def test_a_grant_that_must_not_be_is_refused(here: Installation, row: dict[str, Any]) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await here.grant(NAME, **row)


@pytest.mark.parametrize("row", [{"purpose": "unheard_of"}, {"agency": "G77"}])
async def test_a_grant_to_nobody_or_for_nothing_is_refused(here: Installation, row: dict[str, Any]) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await here.grant(NAME, **row)


@pytest.mark.parametrize("client", ["", "a b", "x" * 49, "a/b", "ä"])
async def test_a_client_whose_name_could_not_travel_is_refused(here: Installation, client: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await here.add_client(client)


async def test_every_change_of_what_is_allowed_raises_the_revision(here: Installation) -> None:
    for table in POLICY_TABLES:
        before = await here.connection.fetchval("select revision from policy")
        await here.connection.execute(f"update {table.name} set recorded_at = recorded_at")
        assert await here.connection.fetchval("select revision from policy") == before + 1


async def test_a_used_assertion_does_not_raise_the_revision(here: Installation) -> None:
    before = await here.connection.fetchval("select revision from policy")
    await here.token("desk", NAME)
    assert await here.connection.fetchval("select revision from policy") == before


async def test_a_client_whose_keys_cannot_be_read_is_refused_like_an_unknown_one(here: Installation) -> None:
    await here.connection.execute("update clients set public_keys = $1", json.dumps({"keys": "none"}))
    assert (await here.ask("desk", NAME)).body["error"] == "invalid_client"


def test_every_table_and_column_says_what_it_holds() -> None:
    for table in metadata.sorted_tables:
        assert table.comment
        assert all(column.comment for column in table.columns)
