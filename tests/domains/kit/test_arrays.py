"""Lists that travel as text arrive as they were, whatever their members hold."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, Integer, Text, select
from sqlalchemy.dialects.postgresql import asyncpg as postgresql

from domains.kit.arrays import array_parameter, array_text

MEMBERS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ["", "NULL", "null", '"', "\\", '","', "{}", "a,b", '\\"', "{", "}"]
)


@pytest.fixture
async def register(urls: Mapping[str, str]) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(urls["identity"])
    yield connection
    await connection.close()


def _sent(type_: Any) -> str:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(select(array_parameter("members", type_)).compile(dialect=dialect))


@given(members=st.lists(MEMBERS, max_size=6))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_loader_sends_any_texts_and_postgresql_reads_the_same(
    register: "asyncpg.Connection[Any]", members: list[str]
) -> None:
    assert await register.fetchval(_sent(Text()), array_text(members)) == members


@pytest.mark.parametrize(
    ("type_", "members"), [(Integer(), [1, -2]), (Date(), [dt.date(2026, 2, 28)]), (Integer(), [])], ids=str
)
async def test_a_loader_sends_keys_of_other_types_and_postgresql_reads_the_same(
    register: "asyncpg.Connection[Any]", type_: Any, members: list[Any]
) -> None:
    assert await register.fetchval(_sent(type_), array_text(members)) == members


async def test_a_statement_asks_for_many_rows_and_reads_the_list_once(register: "asyncpg.Connection[Any]") -> None:
    """A parameter compared in a filter would otherwise be read anew for every row."""
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    array = str(array_parameter("members", Text()).compile(dialect=dialect)).replace("$1::VARCHAR", "'{a,b}'::text")
    plan = await register.fetch(f"EXPLAIN SELECT FROM generate_series(1, 9) AS n WHERE n::text = ANY ({array})")
    assert any("InitPlan" in row[0] for row in plan)
