"""The ways into the population register, on a real PostgreSQL."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping

import pytest

from domains.kit.fields import Relation, binding_of
from domains.kit.queries import parameter_of
from domains.kit.statements import Part, Size, valid_on, written
from domains.population import DOMAIN
from domains.population.queries import COMMUNE, RESIDENT
from domains.population.tables import residences
from domains.population.types import Citizen
from tests.domains.demands import demands
from tests.domains.rows import Connection, read, taken_back, write

MOVED = dt.date(2025, 3, 1)
PIN = "001090000001"

IN_COMMUNE = [*RESIDENT, COMMUNE.condition(parameter_of(COMMUNE, "commune_code"))]
RESIDENTS = written([Part(residences, [residences.c.pin], IN_COMMUNE, size=Size.PAGED)])
VALIDITY = next(
    binding.as_of
    for field in Citizen.__strawberry_definition__.fields  # type: ignore[attr-defined]
    if isinstance(binding := binding_of(field), Relation) and binding.as_of is not None
)


@pytest.fixture
async def register(urls: Mapping[str, str]) -> AsyncIterator[Connection]:
    async with taken_back(urls["population"]) as connection:
        yield connection


async def test_a_commune_lists_its_open_permanent_residents_only(register: Connection) -> None:
    await write(register, residences, pin="there", commune_code="00008", kind="PERMANENT")
    await write(register, residences, pin="moved", commune_code="00004", kind="PERMANENT", valid_until=MOVED)
    await write(register, residences, pin="guest", commune_code="00004", kind="TEMPORARY")
    await write(register, residences, pin="resident", commune_code="00004", kind="PERMANENT")
    assert await read(register, RESIDENTS, commune_code="00004", after=-1, limit=10) == [("resident",)]


async def test_residents_of_a_commune_are_found_by_an_index(register: Connection) -> None:
    await register.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
    plan = await register.fetch(f"EXPLAIN {RESIDENTS.sql}", "00004", -1, 1)
    assert any("residences_open_commune" in row[0] for row in plan)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (dt.date(2009, 12, 31), []),
        (dt.date(2010, 1, 1), ["old"]),
        (MOVED - dt.timedelta(days=1), ["old"]),
        (MOVED, ["new"]),
        (dt.date(2030, 1, 1), ["new"]),
    ],
    ids=["before", "first day", "last day", "day of the move", "later"],
)
async def test_an_agency_asks_a_day_and_reads_the_residence_that_held(
    register: Connection, day: dt.date, kind: list[str]
) -> None:
    await write(
        register, residences, pin=PIN, surrogate=1, detail="old", valid_from=dt.date(2010, 1, 1), valid_until=MOVED
    )
    await write(register, residences, pin=PIN, surrogate=2, detail="new", valid_from=MOVED)
    on_day = written(
        [Part(residences, [residences.c.detail], valid_on(VALIDITY, dated=True), residences.c.pin, Size.SEVERAL)]
    )
    assert [row[1] for row in await read(register, on_day, keys=[PIN], as_of=day)] == kind


async def test_an_agency_asks_no_day_and_reads_the_residence_of_today(register: Connection) -> None:
    await write(register, residences, pin=PIN, surrogate=1, detail="old", valid_until=MOVED)
    await write(register, residences, pin=PIN, surrogate=2, detail="new", valid_from=MOVED)
    today = written(
        [Part(residences, [residences.c.detail], valid_on(VALIDITY, dated=False), residences.c.pin, Size.SEVERAL)]
    )
    assert [row[1] for row in await read(register, today, keys=[PIN])] == ["new"]


def test_a_developer_reads_which_lookup_each_way_in_takes() -> None:
    assert demands(DOMAIN) == {
        "household": "Demands `population:household.code:lookup` as far as used.",
        "residents": "Demands `population:residence.commune_code:lookup` as far as used.",
    }
