"""Land and enterprises of the nation make sense."""

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

import orjson
from stdnum.vn import mst

from domains.kit import codes
from domains.kit.names import fold
from domains.kit.units import UNIT, Y2025
from tests.synthetic.conftest import Nation


async def test_a_parcel_lies_in_its_commune_and_province(nation: Nation) -> None:
    for commune, province in await nation.rows("land", "SELECT commune_code, province_code FROM parcels"):
        assert UNIT[commune, Y2025].parent_code == province


async def test_sheet_and_number_are_unique_in_the_commune(nation: Nation) -> None:
    places = Counter(map(tuple, await nation.rows("land", "SELECT commune_code, sheet, number FROM parcels")))
    assert set(places.values()) == {1}


async def test_boundary_centroid_and_box_of_a_parcel_agree(nation: Nation) -> None:
    for row in await nation.rows("land", "SELECT boundary, centroid, bounding_box FROM parcels"):
        polygon = orjson.loads(row["boundary"])
        assert polygon["type"] == "Polygon"
        (ring,) = polygon["coordinates"]
        assert ring[0] == ring[-1]
        xs, ys = zip(*ring, strict=True)
        assert tuple(row["bounding_box"].high) == (max(xs), max(ys))
        assert tuple(row["bounding_box"].low) == (min(xs), min(ys))
        assert min(xs) < row["centroid"].x < max(xs)
        assert min(ys) < row["centroid"].y < max(ys)


async def test_the_uses_of_a_parcel_sum_to_its_legal_area(nation: Nation) -> None:
    areas = dict(map(tuple, await nation.rows("land", "SELECT id, legal_area FROM parcels")))
    used: defaultdict[str, Decimal] = defaultdict(Decimal)
    for parcel, use, area in await nation.rows("land", "SELECT parcel_id, use_code, area FROM parcel_uses"):
        used[parcel] += area
        assert use in codes.names("land_uses")
    assert used == areas


async def test_the_shares_in_an_active_parcel_sum_to_one_and_a_closed_one_has_none(nation: Nation) -> None:
    shares: defaultdict[str, Fraction] = defaultdict(Fraction)
    for parcel, numerator, denominator in await nation.rows(
        "land", "SELECT parcel_id, share_numerator, share_denominator FROM land_rights"
    ):
        shares[parcel] += Fraction(numerator, denominator)
    assert set(shares.values()) == {Fraction(1)}
    assert shares.keys() == set(await nation.column("land", "SELECT id FROM parcels WHERE status = 'ACTIVE'"))


async def test_every_right_has_exactly_one_holder(nation: Nation) -> None:
    for table in ("land_rights", "certificates", "encumbrances", "attached_assets"):
        query = f"SELECT count(*) FROM {table} WHERE num_nonnulls(holder_pin, holder_enterprise) <> 1"
        assert await nation.column("land", query) == [0]


async def test_a_certificate_is_issued_to_the_holder_of_its_right(nation: Nation) -> None:
    rights = await nation.rows(
        "land", "SELECT certificate_serial, parcel_id, holder_pin, holder_enterprise FROM land_rights"
        " WHERE certificate_serial IS NOT NULL"
    )  # fmt: skip
    certificates = await nation.rows(
        "land", "SELECT serial, parcel_id, holder_pin, holder_enterprise FROM certificates WHERE status <> 'REVOKED'"
    )
    assert {tuple(row) for row in rights} == {tuple(row) for row in certificates}


async def test_a_serial_has_six_figures_before_2025_and_eight_since(nation: Nation) -> None:
    query = """
        SELECT issued_on < '2025-01-01' AS old, length(serial) - length('AB ') AS figures
        FROM certificates WHERE left(serial, 1) <> 'Z' GROUP BY 1, 2
    """
    assert {tuple(row) for row in await nation.rows("land", query)} == {(True, 6), (False, 8)}


async def test_nobody_holds_land_as_a_child(nation: Nation) -> None:
    births = dict(map(tuple, await nation.rows("identity", "SELECT pin, birth_year FROM citizens")))
    for pin, since in await nation.rows(
        "land", "SELECT holder_pin, held_since FROM land_rights WHERE holder_pin IS NOT NULL"
    ):
        assert pin not in births or since.year - births[pin] >= 18


async def test_the_dead_may_still_stand_as_holders_of_what_they_had_while_alive(nation: Nation) -> None:
    query = "SELECT pin, death_or_missing_date FROM persons WHERE vital_status = 'DECEASED'"
    died = {pin: date for pin, date in await nation.rows("population", query) if len(date) == len("2020-01-01")}
    rights = await nation.rows("land", "SELECT holder_pin, held_since FROM land_rights")
    held = [(pin, since) for pin, since in rights if pin in died]
    assert held
    assert all(since.isoformat() < died[pin] for pin, since in held)


async def test_enterprise_codes_pass_the_official_check(nation: Nation) -> None:
    rows = await nation.rows("enterprises", "SELECT code, parent_code, legal_form FROM enterprises")
    for code, parent, form in rows:
        assert mst.is_valid(code)
        assert form in codes.names("legal_forms")
        assert code == (f"{parent}-001" if parent else code[:10])
    known = {row["code"] for row in rows}
    assert {row["parent_code"] for row in rows if row["parent_code"]} <= known


async def test_there_is_about_one_enterprise_per_hundred_citizens(nation: Nation) -> None:
    (count,) = await nation.column("enterprises", "SELECT count(*) FROM enterprises")
    assert 0.008 < count / nation.report.citizens < 0.016


async def test_an_enterprises_name_is_folded_for_searches(nation: Nation) -> None:
    for name, folded in await nation.rows("enterprises", "SELECT name, folded_name FROM enterprises"):
        assert folded == fold(name)
        assert name == " ".join(name.split())


async def test_members_share_the_whole_charter_capital(nation: Nation) -> None:
    query = """
        SELECT e.code, e.charter_capital, sum(m.percent), sum(m.contribution)
        FROM enterprises e JOIN members m ON m.enterprise_code = e.code GROUP BY e.code
    """
    rows = await nation.rows("enterprises", query)
    assert len(rows) > nation.report.citizens * 0.009
    for _, capital, percent, contribution in rows:
        assert percent == 100
        assert contribution == capital


async def test_every_enterprise_but_the_banks_has_a_representative(nation: Nation) -> None:
    query = """
        SELECT name FROM enterprises e WHERE NOT EXISTS (SELECT FROM representatives r WHERE r.enterprise_code = e.code)
    """
    names = await nation.column("enterprises", query)
    assert [name for name in names if not name.startswith("Ngân hàng")] == []


async def test_every_enterprise_has_one_main_line_of_business(nation: Nation) -> None:
    lines = await nation.rows("enterprises", "SELECT enterprise_code, industry_code, is_main FROM industries")
    assert {code for _, code, _ in lines} <= codes.names("industries").keys()
    assert set(Counter(enterprise for enterprise, _, main in lines if main).values()) == {1}
    parents = await nation.column("enterprises", "SELECT code FROM enterprises WHERE parent_code IS NULL")
    assert set(parents) <= {enterprise for enterprise, _, main in lines if main}


async def test_a_beneficial_owner_by_capital_holds_a_quarter(nation: Nation) -> None:
    rows = await nation.rows("enterprises", "SELECT basis, percent FROM beneficial_owners")
    assert {basis for basis, _ in rows} <= {"CAPITAL", "CONTROL"}
    assert all((percent is None) if basis == "CONTROL" else percent >= 25 for basis, percent in rows)


async def test_roles_by_person_list_what_the_three_tables_say(nation: Nation) -> None:
    roles = await nation.rows("enterprises", "SELECT pin, enterprise_code, kind, since FROM roles")
    query = """
        SELECT pin, enterprise_code, 'REPRESENTATIVE', since FROM representatives UNION ALL
        SELECT member_pin, enterprise_code, 'MEMBER', since FROM members WHERE member_pin IS NOT NULL UNION ALL
        SELECT pin, enterprise_code, 'BENEFICIAL_OWNER', since FROM beneficial_owners
    """
    assert Counter(map(tuple, roles)) == Counter(map(tuple, await nation.rows("enterprises", query)))
