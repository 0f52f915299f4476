"""The personas are there in every nation, as documented."""

import re

import pytest

from synthetic.counters import FIRST_TAIL
from synthetic.naming import SURNAMES
from synthetic.personas import EVERYBODY, PERSONAS, Persona
from tests.synthetic.conftest import Nation

REGISTERED = [pytest.param(persona, id=persona.full_name) for persona in EVERYBODY if persona.registered]


@pytest.mark.parametrize("persona", REGISTERED)
async def test_a_persona_is_in_both_registers_of_people(nation: Nation, persona: Persona) -> None:
    (citizen,) = await nation.rows("identity", f"SELECT * FROM citizens WHERE pin = '{persona.pin}'")
    (person,) = await nation.rows("population", f"SELECT * FROM persons WHERE pin = '{persona.pin}'")
    assert citizen["full_name"] == persona.full_name
    assert citizen["date_of_birth"] == persona.born
    assert person["marital_status"] == persona.marital
    assert person["protected"] == citizen["protected"] == persona.protected


@pytest.mark.parametrize("persona", EVERYBODY, ids=lambda persona: persona.pin)
def test_a_personas_pin_is_well_formed_and_out_of_the_drawn_range(persona: Persona) -> None:
    assert re.fullmatch(r"0\d{11}", persona.pin)
    assert int(persona.pin[6:]) < FIRST_TAIL
    assert persona.pin[4:6] == persona.born[2:4]
    assert int(persona.pin[3]) == (persona.born >= "2000") * 2 + (not persona.male)


def test_there_is_a_dozen_of_cases_and_no_pin_twice() -> None:
    assert len(PERSONAS) >= 12
    assert len({persona.pin for persona in EVERYBODY}) == len(EVERYBODY)
    assert len({persona.story for persona in PERSONAS}) == len(PERSONAS)


async def test_the_dangling_holder_is_named_by_land_and_enterprises_and_known_to_nobody(nation: Nation) -> None:
    (dangling,) = (persona.pin for persona in EVERYBODY if not persona.registered)
    assert await nation.column("identity", f"SELECT pin FROM citizens WHERE pin = '{dangling}'") == []
    assert await nation.column("population", f"SELECT pin FROM persons WHERE pin = '{dangling}'") == []
    assert await nation.column("land", f"SELECT count(*) FROM land_rights WHERE holder_pin = '{dangling}'") == [1]
    assert await nation.column("enterprises", f"SELECT count(*) FROM roles WHERE pin = '{dangling}'") == [1]


async def test_who_moved_across_a_merged_province_has_one_code_with_two_meanings(nation: Nation) -> None:
    stays = await nation.rows(
        "population",
        "SELECT unit_code, unit_scheme FROM residences WHERE pin = '015090000001' ORDER BY valid_from",
    )
    assert [tuple(stay) for stay in stays] == [("15", "PRE_2025"), ("10", "PRE_2025"), ("02647", "Y2025")]


async def test_the_land_holder_has_parcels_in_two_provinces_one_of_them_mortgaged(nation: Nation) -> None:
    query = """
        SELECT p.province_code, (SELECT count(*) FROM encumbrances e WHERE e.parcel_id = p.id) AS burdens
        FROM parcels p JOIN land_rights r ON r.parcel_id = p.id WHERE r.holder_pin = '092168000001' ORDER BY 2
    """
    assert [tuple(row) for row in await nation.rows("land", query)] == [("92", 0), ("48", 1)]


async def test_the_big_household_has_four_generations(nation: Nation) -> None:
    query = """
        SELECT count(*) FROM household_members
        WHERE household_code = (SELECT household_code FROM persons WHERE pin = '020064000001')
    """
    assert await nation.column("population", query) == [12]


async def test_drawn_surnames_are_those_of_the_statistics(nation: Nation) -> None:
    known = {cell.decode() for cell in SURNAMES.text} | {persona.name[0] for persona in EVERYBODY}
    assert set(await nation.column("identity", "SELECT DISTINCT family_name FROM citizens")) <= known
