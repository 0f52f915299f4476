"""Keys that cross from one register into another, and the facts that each register copies for its row rules."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import pytest
from sqlalchemy import Table

from domains.kit.units import UNITS_TABLE
from synthetic.references import DANGLING_SHARE
from synthetic.seed import REGISTERS
from tests.synthetic.conftest import Nation

PERSONS = {
    "land": (
        "land_rights.holder_pin",
        "certificates.holder_pin",
        "encumbrances.holder_pin",
        "attached_assets.holder_pin",
    ),
    "enterprises": ("representatives.pin", "members.member_pin", "beneficial_owners.pin", "roles.pin"),
}
ENTERPRISES = {
    "land": (
        "land_rights.holder_enterprise", "certificates.holder_enterprise", "encumbrances.holder_enterprise",
        "attached_assets.holder_enterprise", "encumbrances.secured_enterprise",
    ),
    "enterprises": ("members.member_enterprise",),
}  # fmt: skip
SLACK = 12  # of a few thousand references: the personas' own dangling ones, and luck


def _listed(references: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(register, *name.split(".")) for register, names in references.items() for name in names]  # type: ignore[misc]


async def _keys(nation: Nation, references: Mapping[str, tuple[str, ...]]) -> list[str]:
    keys: list[str] = []
    for register, table, column in _listed(references):
        keys += await nation.column(register, f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
    return keys


def _dangling(keys: Iterable[str], known: set[str]) -> list[str]:
    return [key for key in keys if key not in known]


async def test_identity_and_population_know_the_same_people(nation: Nation) -> None:
    citizens = set(await nation.column("identity", "SELECT pin FROM citizens"))
    assert citizens == set(await nation.column("population", "SELECT pin FROM persons"))


NAMED = (
    ("identity", "contacts", "pin"),
    ("identity", "identity_cards", "pin"),
    ("identity", "electronic_identities", "pin"),
    ("population", "residences", "pin"),
    ("population", "temporary_absences", "pin"),
    ("population", "households", "head_pin"),
    ("population", "household_members", "pin"),
    ("population", "family_links", "pin"),
    ("population", "family_links", "relative_pin"),
)


@pytest.mark.parametrize(("register", "table", "column"), NAMED)
async def test_who_is_named_in_identity_or_population_is_a_citizen(
    nation: Nation, register: str, table: str, column: str
) -> None:
    citizens = set(await nation.column("identity", "SELECT pin FROM citizens"))
    assert set(await nation.column(register, f"SELECT {column} FROM {table}")) <= citizens


async def test_few_persons_named_by_other_registers_are_unknown_and_some_are(nation: Nation) -> None:
    citizens = set(await nation.column("identity", "SELECT pin FROM citizens"))
    keys = await _keys(nation, PERSONS)
    unknown = _dangling(keys, citizens)
    assert 0 < len(unknown) <= len(keys) * DANGLING_SHARE + SLACK
    assert all(500 <= int(pin[6:]) < 1_000 for pin in unknown)


async def test_few_enterprises_named_by_other_registers_are_unknown(nation: Nation) -> None:
    enterprises = set(await nation.column("enterprises", "SELECT code FROM enterprises"))
    keys = await _keys(nation, ENTERPRISES)
    assert keys
    assert len(_dangling(keys, enterprises)) <= len(keys) * DANGLING_SHARE + SLACK


@pytest.mark.parametrize(("register", "table", "column"), _listed(PERSONS))
async def test_rule_columns_say_what_population_says(nation: Nation, register: str, table: str, column: str) -> None:
    facts = await _facts(nation)
    for pin, commune, protected in await nation.rows(
        register, f"SELECT {column}, residence_commune, protected FROM {table}"
    ):
        assert (commune, protected) == facts.get(pin, (None, False))


@pytest.mark.parametrize("table", ["citizens", "contacts", "identity_cards", "electronic_identities"])
async def test_identity_copies_the_same_facts(nation: Nation, table: str) -> None:
    facts = await _facts(nation)
    rows = await nation.rows("identity", f"SELECT pin, residence_commune, protected FROM {table}")
    assert all((commune, protected) == facts[pin] for pin, commune, protected in rows)


async def test_a_family_link_has_the_facts_of_both(nation: Nation) -> None:
    facts = await _facts(nation)
    for row in await nation.rows("population", "SELECT * FROM family_links"):
        assert (row["residence_commune"], row["protected"]) == facts[row["pin"]]
        assert (row["relative_residence_commune"], row["relative_protected"]) == facts[row["relative_pin"]]


async def test_the_residence_for_law_is_the_open_permanent_one(nation: Nation) -> None:
    facts = await _facts(nation)
    residences = await nation.rows(
        "population", "SELECT pin, commune_code FROM residences WHERE kind = 'PERMANENT' AND valid_until IS NULL"
    )
    known = {pin: commune for pin, (commune, _) in facts.items() if commune is not None}
    assert known == dict(map(tuple, residences))


async def _facts(nation: Nation) -> dict[str, tuple[str | None, bool]]:
    rows = await nation.rows("population", "SELECT pin, residence_commune, protected FROM persons")
    return {pin: (commune, protected) for pin, commune, protected in rows}


_TABLES = [
    (register, table)
    for register, metadata in REGISTERS.items()
    for table in metadata.sorted_tables
    if table.name != UNITS_TABLE
]
TABLES = [pytest.param(register, table, id=f"{register}.{table.name}") for register, table in _TABLES]
PAGED = [case for case, (_, table) in zip(TABLES, _TABLES, strict=True) if "surrogate" in table.c]


@pytest.mark.parametrize(("register", "table"), TABLES)
async def test_every_row_is_marked_as_invented(nation: Nation, register: str, table: Table) -> None:
    marks = await nation.rows(register, f"SELECT synthetic, count(*) FROM {table.name} GROUP BY 1")
    assert [tuple(row) for row in marks] == [(True, nation.report.rows[f"{register}.{table.name}"])]


@pytest.mark.parametrize(("register", "table"), PAGED)
async def test_surrogates_are_unique_and_out_of_order(nation: Nation, register: str, table: Table) -> None:
    surrogates = await nation.column(register, f"SELECT surrogate FROM {table.name} ORDER BY ctid")
    assert len(set(surrogates)) == len(surrogates)
    assert min(surrogates) >= 0
    if len(surrogates) > 20:
        rises = sum(a < b for a, b in pairwise(surrogates))
        assert 0.3 < rises / len(surrogates) < 0.7


@pytest.mark.parametrize("register", REGISTERS)
async def test_every_register_knows_all_units(nation: Nation, register: str) -> None:
    counts = await nation.rows(register, "SELECT scheme, level, count(*) FROM administrative_units GROUP BY 1, 2")
    assert {tuple(row) for row in counts} == {
        ("PRE_2025", "PROVINCE", 63), ("Y2025", "PROVINCE", 34), ("Y2025", "COMMUNE", 3321),
    }  # fmt: skip
