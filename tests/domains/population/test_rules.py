"""Whose rows of the population register are hidden from whom, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from domains.kit.rules import PersonRows, Rule
from domains.kit.statements import Part, Size, written
from domains.population import DOMAIN
from domains.population.tables import family_links, households, metadata
from tests.domains.rows import Connection, read, taken_back, write

HERE, THERE = "00004", "00008"
PERSON, RELATIVE = "001090000001", "001060000002"

LINKS = next(rows for rows in DOMAIN.rows if rows.source is family_links)
assert isinstance(LINKS, PersonRows)


@pytest.fixture
async def register(urls: Mapping[str, str]) -> AsyncIterator[Connection]:
    async with taken_back(urls["population"]) as connection:
        yield connection


async def link(register: Connection, *, protected: bool = False, relative_protected: bool = False) -> None:
    await write(
        register,
        family_links,
        pin=PERSON,
        kind="FATHER",
        relative_pin=RELATIVE,
        residence_commune=HERE,
        protected=protected,
        relative_residence_commune=THERE,
        relative_protected=relative_protected,
    )


async def relatives(register: Connection, rules: Rule, **values: Any) -> list[str]:
    assert isinstance(LINKS, PersonRows)
    conditions = LINKS.conditions(rules)
    statement = written(
        [Part(family_links, [family_links.c.relative_pin], conditions, family_links.c.pin, Size.SEVERAL)]
    )
    return [row[1] for row in await read(register, statement, keys=[PERSON], **values)]


async def test_an_agency_without_the_right_to_protected_people_reads_links_of_others(register: Connection) -> None:
    await link(register)
    assert await relatives(register, Rule.UNPROTECTED) == [RELATIVE]


@pytest.mark.parametrize("whose", ["protected", "relative_protected"])
async def test_an_agency_without_the_right_to_protected_people_reads_no_link_from_or_to_one(
    register: Connection, whose: str
) -> None:
    await link(register, **{whose: True})
    assert await relatives(register, Rule.UNPROTECTED) == []


@pytest.mark.parametrize(
    ("units", "seen"), [([HERE], []), ([THERE], []), ([HERE, THERE], [RELATIVE])], ids=["one", "other", "both"]
)
async def test_an_agency_reads_a_link_of_two_protected_people_if_its_right_covers_both(
    register: Connection, units: list[str], seen: list[str]
) -> None:
    await link(register, protected=True, relative_protected=True)
    assert await relatives(register, Rule.UNPROTECTED_OUTSIDE, protected_units=units) == seen


@pytest.mark.parametrize(
    ("units", "seen"), [([HERE], []), ([THERE], [RELATIVE])], ids=["of the person", "of the other"]
)
async def test_an_agency_reads_a_link_to_a_protected_relative_if_its_right_covers_the_relative(
    register: Connection, units: list[str], seen: list[str]
) -> None:
    await link(register, relative_protected=True)
    assert await relatives(register, Rule.UNPROTECTED_OUTSIDE, protected_units=units) == seen


@pytest.mark.parametrize(
    ("units", "seen"), [([HERE], [RELATIVE]), ([THERE], [])], ids=["of the person", "of the other"]
)
async def test_a_commune_reads_the_links_of_its_own_people(
    register: Connection, units: list[str], seen: list[str]
) -> None:
    await link(register)
    assert await relatives(register, Rule.JURISDICTION, units=units) == seen


def test_a_household_is_everybodys_who_is_in_it() -> None:
    rows = next(rows for rows in DOMAIN.rows if rows.source is households)
    assert isinstance(rows, PersonRows)
    assert "EXISTS (SELECT 1" in str(rows.conditions(Rule.SELF)[0])


async def test_a_citizen_reads_own_links_and_nobody_elses(register: Connection) -> None:
    await link(register)
    assert await relatives(register, Rule.SELF, subject=PERSON) == [RELATIVE]
    assert await relatives(register, Rule.SELF, subject=RELATIVE) == []


def test_every_table_about_people_states_whose_rows_it_holds() -> None:
    about_people = {table.name for table in metadata.sorted_tables if "protected" in table.columns}
    assert {rows.source.name for rows in DOMAIN.rows} == about_people  # type: ignore[attr-defined]
