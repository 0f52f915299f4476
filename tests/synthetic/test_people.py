"""The people of the nation make sense: numbers, ages, families, homes, cards."""

import datetime as dt
import re
from collections import Counter, defaultdict

from domains.kit.names import fold, old_tone_placement
from domains.kit.units import PRE_2025, UNIT, Y2025
from tests.synthetic.conftest import CITIZENS, Nation

TODAY = dt.date(2026, 11, 1)
MERGER = dt.date(2025, 7, 1)


def _born(partial: str) -> dt.date:
    return dt.date(*map(int, (partial + "-01-01")[:10].split("-")))


async def test_the_register_holds_as_many_citizens_as_asked_for(nation: Nation) -> None:
    assert await nation.column("identity", "SELECT count(*) FROM citizens") == [CITIZENS]
    assert nation.report.citizens == CITIZENS
    assert nation.report.rows["identity.citizens"] == CITIZENS


async def test_a_pin_says_where_and_when_a_person_was_registered_and_of_which_sex(nation: Nation) -> None:
    for row in await nation.rows("identity", "SELECT * FROM citizens"):
        pin, year = row["pin"], row["birth_year"]
        assert re.fullmatch(r"\d{12}", pin)
        assert pin[0] == "0"
        assert pin[1:3] == row["birth_registration_code"]
        assert int(pin[3]) == (year // 100 - 19) * 2 + (row["sex"] == "FEMALE")
        assert pin[4:6] == f"{year % 100:02d}"
        assert row["date_of_birth"].startswith(str(year))
        assert (row["birth_registration_code"], row["birth_registration_scheme"]) in UNIT


async def test_a_birth_after_the_mergers_is_registered_in_a_province_of_today(nation: Nation) -> None:
    rows = await nation.rows("identity", "SELECT date_of_birth, birth_registration_scheme FROM citizens")
    full = [(_born(born), scheme) for born, scheme in rows if len(born) == 10]
    assert {scheme for born, scheme in full if born < MERGER} == {PRE_2025}
    assert {scheme for born, scheme in full if born >= MERGER} == {Y2025}


async def test_a_name_is_composed_of_its_parts_and_folded_for_searches(nation: Nation) -> None:
    for row in await nation.rows("identity", "SELECT * FROM citizens"):
        parts = [row["family_name"], row["middle_name"], row["given_name"]]
        assert row["full_name"] == " ".join(part for part in parts if part)
        assert row["folded_name"] == fold(row["full_name"])
        assert row["full_name"] == old_tone_placement(row["full_name"])


async def _births(nation: Nation) -> dict[str, dt.date]:
    return {pin: _born(born) for pin, born in await nation.rows("identity", "SELECT pin, date_of_birth FROM citizens")}


async def test_parents_are_a_generation_older_than_their_children(nation: Nation) -> None:
    born = await _births(nation)
    links = await nation.rows(
        "population", "SELECT pin, kind, relative_pin FROM family_links WHERE kind IN ('MOTHER', 'FATHER')"
    )
    assert len(links) > CITIZENS
    for pin, _, parent in links:
        assert born[pin].year - born[parent].year >= 16


async def test_a_mother_bears_her_children_months_apart_or_on_one_day(nation: Nation) -> None:
    born, children = await _births(nation), defaultdict(list)
    living = set(await nation.column("population", "SELECT pin FROM persons WHERE vital_status <> 'DECEASED'"))
    exact = set(await nation.column("identity", "SELECT pin FROM citizens WHERE length(date_of_birth) = 10"))
    for pin, mother in await nation.rows(
        "population", "SELECT pin, relative_pin FROM family_links WHERE kind = 'MOTHER'"
    ):
        if pin in living & exact:
            children[mother].append(born[pin])
    gaps = [
        (b - a).days for births in children.values() for a, b in zip(sorted(births), sorted(births)[1:], strict=False)
    ]
    assert len(gaps) > 100
    assert [gap for gap in gaps if 0 < gap < 270] == []


async def test_every_family_link_stands_from_both_sides(nation: Nation) -> None:
    other = {"SPOUSE": {"SPOUSE"}, "MOTHER": {"CHILD"}, "FATHER": {"CHILD"}, "CHILD": {"MOTHER", "FATHER"},
             "LEGAL_REPRESENTATIVE": {"REPRESENTED"}, "REPRESENTED": {"LEGAL_REPRESENTATIVE"}}  # fmt: skip
    links = Counter(map(tuple, await nation.rows("population", "SELECT pin, kind, relative_pin FROM family_links")))
    assert set(links.values()) == {1}
    for pin, kind, relative in links:
        assert any((relative, back, pin) in links for back in other[kind])
        assert pin != relative


async def test_nobody_has_two_spouses_two_mothers_or_a_parent_for_a_spouse(nation: Nation) -> None:
    links = await nation.rows("population", "SELECT pin, kind, relative_pin FROM family_links")
    single = Counter((pin, kind) for pin, kind, _ in links if kind in {"SPOUSE", "MOTHER", "FATHER"})
    assert set(single.values()) == {1}
    parents = {(pin, relative) for pin, kind, relative in links if kind in {"MOTHER", "FATHER"}}
    spouses = {(pin, relative) for pin, kind, relative in links if kind == "SPOUSE"}
    assert not parents & spouses


async def test_households_have_a_grown_up_head_and_about_three_and_a_half_members(nation: Nation) -> None:
    born, members = await _births(nation), defaultdict(list)
    for code, pin, relation in await nation.rows(
        "population", "SELECT household_code, pin, relation FROM household_members"
    ):
        members[code].append((pin, relation))
    heads = dict(map(tuple, await nation.rows("population", "SELECT code, head_pin FROM households")))
    assert heads.keys() == members.keys()
    for code, people in members.items():
        assert [pin for pin, relation in people if relation == "HEAD"] == [heads[code]]
        assert (TODAY - born[heads[code]]).days >= 18 * 365
    assert 3.3 < sum(map(len, members.values())) / len(members) < 3.9


async def test_a_person_and_the_household_agree(nation: Nation) -> None:
    persons = await nation.rows(
        "population", "SELECT household_code, pin, relation_to_head FROM persons WHERE household_code IS NOT NULL"
    )
    members = await nation.rows("population", "SELECT household_code, pin, relation FROM household_members")
    assert set(map(tuple, persons)) == set(map(tuple, members))


async def test_children_without_living_parents_have_a_legal_representative(nation: Nation) -> None:
    wards = await nation.column("population", "SELECT pin FROM family_links WHERE kind = 'LEGAL_REPRESENTATIVE'")
    born = await _births(nation)
    assert wards
    assert all((TODAY - born[pin]).days < 18 * 366 for pin in wards)


async def test_the_dead_live_nowhere_and_everybody_else_somewhere(nation: Nation) -> None:
    persons = await nation.rows("population", "SELECT * FROM persons")
    open_ = Counter(
        await nation.column("population", "SELECT pin FROM residences WHERE valid_until IS NULL AND kind = 'PERMANENT'")
    )
    statuses = Counter(row["vital_status"] for row in persons)
    assert statuses["DECEASED"] > CITIZENS * 0.03
    assert statuses["MISSING"] >= 1
    for row in persons:
        alive = row["vital_status"] == "ALIVE"
        assert open_[row["pin"]] == alive
        assert (row["household_code"] is not None) == alive
        assert (row["death_or_missing_date"] is None) == alive


async def test_an_address_has_the_unit_that_was_in_force_when_it_ended(nation: Nation) -> None:
    for row in await nation.rows("population", "SELECT * FROM residences"):
        until = row["valid_until"]
        expected = Y2025 if until is None or until >= MERGER else PRE_2025
        assert row["unit_scheme"] == expected
        assert (row["unit_code"], expected) in UNIT
        assert row["commune_code"] == (row["unit_code"] if expected == Y2025 else None)
        assert until is None or row["valid_from"] <= until
        assert (until is None) == (row["removal_reason"] is None)


async def test_nobody_lives_anywhere_before_birth(nation: Nation) -> None:
    born = await _births(nation)
    exact = set(await nation.column("identity", "SELECT pin FROM citizens WHERE length(date_of_birth) = 10"))
    stays = await nation.rows("population", "SELECT pin, valid_from FROM residences")
    assert all(since >= born[pin] for pin, since in stays if pin in exact)


async def test_cards_follow_age(nation: Nation) -> None:
    born, cards = await _births(nation), defaultdict(list)
    for row in await nation.rows("identity", "SELECT * FROM identity_cards"):
        cards[row["pin"]].append(row)
        assert row["issued_on"] >= born[row["pin"]]
        assert row["expires_on"] is None or row["expires_on"] > row["issued_on"]
    living = set(await nation.column("population", "SELECT pin FROM persons WHERE vital_status = 'ALIVE'"))
    personas = {pin for pin in born if int(pin[6:]) < 1_000}
    grown_up = [pin for pin in living - personas if (TODAY - born[pin]).days > 15 * 366]
    assert all(cards[pin] for pin in grown_up)
    assert all(sum(card["status"] != "REPLACED" for card in cards[pin]) == 1 for pin in grown_up)
    assert all(
        (card["issued_on"] - born[pin]).days > 57 * 365
        for pin in grown_up
        for card in cards[pin]
        if not card["expires_on"]
    )


async def test_about_one_in_two_hundred_is_protected(nation: Nation) -> None:
    (protected,) = await nation.column("identity", "SELECT count(*) FROM citizens WHERE protected")
    assert 0.001 < protected / CITIZENS < 0.012


async def test_a_household_with_a_protected_member_is_hidden_as_a_whole(nation: Nation) -> None:
    expected = await nation.rows(
        "population", "SELECT household_code, bool_or(protected) FROM household_members GROUP BY household_code"
    )
    assert {tuple(row) for row in expected} == {
        tuple(row) for row in await nation.rows("population", "SELECT code, protected FROM households")
    }
