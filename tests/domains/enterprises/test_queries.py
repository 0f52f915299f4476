"""The ways into the enterprise register, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Mapping

import pytest

from domains.enterprises import DOMAIN
from domains.enterprises.queries import SEARCH
from domains.enterprises.tables import enterprises
from domains.kit.names import fold
from domains.kit.queries import parameter_of
from domains.kit.statements import Part, Size, written
from tests.domains.demands import demands
from tests.domains.rows import Connection, read, taken_back, write

NAME = "Công ty Cổ phần Thủy sản Hòa Bình"
CONDITIONS = {name: match.condition(parameter_of(match, name)) for name, match in SEARCH.items()}


@pytest.fixture
async def register(urls: Mapping[str, str]) -> AsyncIterator[Connection]:
    async with taken_back(urls["enterprises"]) as connection:
        yield connection


async def enterprise(register: Connection, code: str, name: str, province: str = "01", status: str = "ACTIVE") -> None:
    await write(
        register, enterprises, code=code, name=name, folded_name=fold(name), province_code=province, status=status
    )


async def found(register: Connection, **asked: str) -> set[str]:
    values = {name: SEARCH[name].prepare(argument) for name, argument in asked.items()}
    search = written([Part(enterprises, [enterprises.c.code], [CONDITIONS[name] for name in asked], size=Size.PAGED)])
    return {row[0] for row in await read(register, search, **values, after=-1, limit=10)}


@pytest.mark.parametrize("name", [NAME, "thuy san hoa binh", "HÒA BÌNH thủy sản", "Thuỷ sản", "hoà", "cổ"])
async def test_a_clerk_types_words_of_a_name_in_any_order_tone_and_case(register: Connection, name: str) -> None:
    await enterprise(register, "0100000001", NAME)
    assert await found(register, name=name) == {"0100000001"}


@pytest.mark.parametrize("name", ["Hòa Phát", "thủ", "Hòa Bình 2", "", "!"])
async def test_a_clerk_types_a_word_that_the_name_does_not_have_and_finds_nothing(
    register: Connection, name: str
) -> None:
    await enterprise(register, "0100000001", NAME)
    assert await found(register, name=name) == set()


async def test_a_clerk_narrows_by_province_and_by_status_and_by_both(register: Connection) -> None:
    await enterprise(register, "0100000001", NAME, "01", "ACTIVE")
    await enterprise(register, "0100000002", NAME, "01", "CLOSED")
    await enterprise(register, "0100000003", NAME, "79", "ACTIVE")
    assert await found(register, name=NAME, province="01") == {"0100000001", "0100000002"}
    assert await found(register, name=NAME, status="ACTIVE") == {"0100000001", "0100000003"}
    assert await found(register, name=NAME, province="01", status="ACTIVE") == {"0100000001"}


async def test_words_are_searched_by_their_index(register: Connection) -> None:
    search = written([Part(enterprises, [enterprises.c.code], [CONDITIONS["name"]], size=Size.PAGED)])
    await register.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
    plan = await register.fetch(f"EXPLAIN {search.sql}", "hoa binh", -1, 1)
    assert any("enterprises_words" in row[0] for row in plan)


def test_a_developer_reads_that_enterprises_take_no_lookup() -> None:
    assert set(demands(DOMAIN).values()) == {"Demands no lookup."}
