"""Administrative units: two schemes, codes with two meanings, communes of a province."""

from collections.abc import Mapping

import pytest

from domains.kit.units import COMMUNE, MERGER, NAMES, PRE_2025, UNIT, UNITS, Y2025, UnknownUnit, communes_of
from installation.databases import DOMAINS
from tests.domains.rows import taken_back


def test_a_bare_code_means_another_province_before_and_after_the_mergers() -> None:
    assert UNIT["15", PRE_2025].name == "Yên Bái"
    assert UNIT["15", Y2025].name == "Lào Cai"


def test_every_commune_belongs_to_one_province_of_today() -> None:
    communes = [unit.code for unit in UNITS if unit.level == COMMUNE]
    provinces = [unit.code for unit in UNITS if unit.scheme == Y2025 and unit.level != COMMUNE]
    inside = [commune for province in provinces for commune in communes_of(province)]
    assert len(communes) == 3_321
    assert sorted(inside) == sorted(communes)


def test_a_jurisdiction_of_a_commune_is_that_commune() -> None:
    assert communes_of("00004") == {"00004"}


def test_every_former_province_ends_at_the_merger_and_has_a_successor() -> None:
    former = [unit for unit in UNITS if unit.scheme == PRE_2025]
    assert len(former) == 63
    assert {unit.valid_until for unit in former} == {MERGER}
    assert all((unit.successor_code, Y2025) in UNIT for unit in former)


@pytest.mark.parametrize(("code", "scheme"), [("15", PRE_2025), ("03", Y2025), ("99999", Y2025), ("", Y2025)])
def test_a_jurisdiction_without_known_communes_is_refused(code: str, scheme: str) -> None:
    with pytest.raises(UnknownUnit):
        communes_of(code, scheme)


@pytest.mark.parametrize("register", DOMAINS)
async def test_every_register_names_the_units_as_answers_do(urls: Mapping[str, str], register: str) -> None:
    async with taken_back(urls[register]) as connection:
        rows = await connection.fetch("select code, scheme, name from administrative_units")
    assert {(row["code"], row["scheme"]): row["name"] for row in rows} == NAMES


def test_there_is_no_unit_twice() -> None:
    assert len(UNIT) == len(UNITS) == 63 + 34 + 3_321
