"""Parcels, their uses, rights, certificates, burdens and assets, as rows of the land register."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from domains.land import tables
from synthetic.cadastre import FIELD, HOME, Sites, boundary, bounding_box, geohashes, place_numbers, point, take_sites
from synthetic.cells import Bytes, Cells, Flags, Ints, digits, joined, nullable, number
from synthetic.companies import Companies
from synthetic.counters import SURROGATE_DIGITS, Counters
from synthetic.days import NEVER, TODAY, YEAR_OF, date_text, day, plus_years
from synthetic.draws import Choice, between, chance, shuffled
from synthetic.land import Holdings, serial_letters
from synthetic.places import COMMUNE_CODE, PROVINCE_CODE, PROVINCE_OF, URBAN, draw_details
from synthetic.references import Parties
from synthetic.rows import Rows, rows

TERM_YEARS: Final = 50
CERTIFIED_SHARE: Final = 0.88
REMEASURED_SHARE: Final = 0.03
BURDENED_SHARE: Final = 0.11
_NEW_SERIALS: Final = day("2025-01-01")
_FIELD_USE: Final = Choice({"LUC": 52, "LUK": 8, "CLN": 18, "BHK": 10, "NTS": 6, "RSX": 6})
_COMPANY_USE: Final = Choice({"SKC": 50, "TMD": 40, "SKX": 5, "SKK": 5})
_ORIGIN: Final = Choice({"RECOGNIZED": 50, "TRANSFERRED": 35, "ALLOCATED": 15})
_CERTIFICATE_STATUS: Final = Choice({"GRANTED": 90, "CHANGED": 9, "LOST": 1})
_BURDEN: Final = Choice({"MORTGAGE": 62, "PLANNING": 14, "EASEMENT": 9, "LEASE": 6, "SEIZURE": 3, "DEBT": 6})
_ASSET: Final = Choice({"HOUSE": 96, "APARTMENT_BUILDING": 1, "WORKS": 3})


def land_rows(
    rng: np.random.Generator, holdings: Holdings, companies: Companies, banks: Bytes, counters: Counters, scale: int
) -> Iterator[Rows]:
    """Everything of this register about the block."""
    sites = take_sites(holdings.commune, holdings.kind, counters, scale)
    parcel = geohashes(sites.middle)
    area = np.where(
        chance(rng, REMEASURED_SHARE, len(parcel)), sites.area + between(rng, -80, 80, len(parcel)), sites.area
    )
    origin = _origin(rng, holdings)
    yield _parcels(rng, holdings, sites, origin, area, counters)
    yield from _uses(rng, holdings, parcel, area, counters)
    yield from _rights(rng, holdings, parcel, origin, counters)
    yield _burdens(rng, holdings, parcel, companies, banks, counters)
    yield _assets(rng, holdings, parcel, area, counters)


def _parcels(
    rng: np.random.Generator, holdings: Holdings, sites: Sites, origin: Bytes, area: Ints, counters: Counters
) -> Rows:
    count, commune = len(holdings), holdings.commune
    surveyed = chance(rng, 0.7, count)
    closed_on = np.where(holdings.closed, between(rng, holdings.since, TODAY, count), NEVER)
    values: dict[str, Cells] = {
        "id": geohashes(sites.middle),
        "surrogate": digits(place_numbers(sites.middle), SURROGATE_DIGITS),
        "commune_code": COMMUNE_CODE[commune],
        "province_code": PROVINCE_CODE[PROVINCE_OF[commune]],
        "sheet": number(sites.sheet, 5),
        "number": number(sites.number, 3),
        "address_detail": nullable(holdings.kind == HOME, draw_details(rng, commune)),
        "legal_area": _tenths(area),
        "map_area": _tenths(sites.area),
        "boundary": boundary(sites),
        "centroid": point(sites),
        "bounding_box": bounding_box(sites),
        "origin": origin,
        "survey_document": nullable(
            surveyed, joined(np.full(count, b"TD "), digits(counters.numbers("survey", count), 8))
        ),
        "status": np.where(holdings.closed, b"CLOSED", b"ACTIVE"),
        "registered_on": date_text(holdings.since),
        "closed_on": date_text(closed_on),
    }
    return rows(tables.parcels, count, counters, values)


def _origin(rng: np.random.Generator, holdings: Holdings) -> Bytes:
    drawn = _ORIGIN.draw(rng, len(holdings))
    return np.select([holdings.inherited, holdings.by_company], [b"INHERITED", b"LEASED_BY_STATE"], drawn)


def _uses(
    rng: np.random.Generator, holdings: Holdings, parcel: Bytes, area: Ints, counters: Counters
) -> Iterator[Rows]:
    """The main use; some homes in the country have a garden beside, of perennial crops."""
    count, town = len(parcel), URBAN[holdings.commune]
    home = holdings.kind == HOME
    garden: Flags = home & ~town & chance(rng, 0.3, count)
    garden_area = np.where(garden, area * 2 // 5, 0)
    main = np.select(
        [home & town, home, holdings.by_company],
        [b"ODT", b"ONT", _COMPANY_USE.draw(rng, count)],
        _FIELD_USE.draw(rng, count),
    )
    beside = np.flatnonzero(garden)
    values: dict[str, Cells] = {"parcel_id": parcel, "use_code": main, "area": _tenths(area - garden_area)}
    yield rows(tables.parcel_uses, count, counters, values)
    values = {"parcel_id": parcel[beside], "use_code": b"CLN", "area": _tenths(garden_area[beside])}
    yield rows(tables.parcel_uses, len(beside), counters, values)


def _rights(
    rng: np.random.Generator, holdings: Holdings, parcel: Bytes, origin: Bytes, counters: Counters
) -> Iterator[Rows]:
    of, count = holdings.right_of, len(holdings.right_of)
    certified = chance(rng, CERTIFIED_SHARE, count)
    issued = np.minimum(holdings.since[of] + between(rng, 20, 200, count), TODAY)
    serial = _serials(counters.numbers("certificate", count), issued, counters.seed)
    company, field = holdings.by_company[of], holdings.kind[of] == FIELD
    values: dict[str, Cells] = {
        "parcel_id": parcel[of],
        "kind": np.where(company, b"LEASE_FROM_STATE", b"USE"),
        "share_numerator": number(holdings.numerator, 1),
        "share_denominator": number(holdings.denominator, 1),
        "form": np.where(holdings.denominator > 1, b"COMMON", b"PRIVATE"),
        "origin": origin[of],
        "held_since": date_text(holdings.since[of]),
        "term_until": date_text(np.where(field, plus_years(holdings.since[of], TERM_YEARS), NEVER)),
        "certificate_serial": nullable(certified, serial),
        **_held(holdings.holder),
    }
    yield rows(tables.land_rights, count, counters, values)
    issued_to = np.flatnonzero(certified)
    values = {
        "serial": serial[issued_to],
        "parcel_id": parcel[of[issued_to]],
        "status": _CERTIFICATE_STATUS.draw(rng, len(issued_to)),
        "issued_on": date_text(issued[issued_to]),
        "register_number": (b"CH ", digits(counters.numbers("register", len(issued_to)), 8)),
        **_held(holdings.holder.picked(issued_to)),
    }
    yield rows(tables.certificates, len(issued_to), counters, values)


def _serials(counter: Ints, issued: Ints, seed: int) -> Bytes:
    """Two letters and eight digits for new certificates, and six for those of before 2025; both without order."""
    mixed = shuffled(counter, seed, 25_000, 25_000)
    letters, figures = np.divmod(mixed, 1_000_000)
    old = joined(serial_letters(letters), np.full(len(counter), b" "), digits(figures, 6))
    new = joined(serial_letters(letters), np.full(len(counter), b" "), digits(figures * 100 + letters % 100, 8))
    return np.where(issued < _NEW_SERIALS, old, new)


def _burdens(
    rng: np.random.Generator, holdings: Holdings, parcel: Bytes, companies: Companies, banks: Bytes, counters: Counters
) -> Rows:
    first = holdings.first_right
    right = first[chance(rng, BURDENED_SHARE, len(first))]
    of, count = holdings.right_of[right], len(right)
    kind = _BURDEN.draw(rng, count)
    tenants = companies.code if len(companies) else banks
    secured = np.where(
        kind == b"LEASE", tenants[rng.integers(0, len(tenants), count)], banks[rng.integers(0, len(banks), count)]
    )
    since = between(rng, np.maximum(holdings.since[of], TODAY - 4_000), TODAY - 1, count)
    released = chance(rng, 0.25, count)
    values: dict[str, Cells] = {
        "parcel_id": parcel[of],
        "kind": kind,
        "secured_enterprise": nullable(np.isin(kind, (b"MORTGAGE", b"LEASE")), secured),
        "reference": (digits(counters.numbers("burden", count), 7), b"/", digits(YEAR_OF[since], 4)),
        "registered_on": date_text(since),
        "released_on": date_text(np.where(released, between(rng, since, TODAY, count), NEVER)),
        **_held(holdings.holder.picked(right)),
    }
    return rows(tables.encumbrances, count, counters, values)


def _assets(rng: np.random.Generator, holdings: Holdings, parcel: Bytes, area: Ints, counters: Counters) -> Rows:
    """Houses on most home parcels, works on the companies', registered trees on a few fields."""
    first = holdings.first_right
    of = holdings.right_of[first]
    share = np.select([holdings.kind[of] == HOME, holdings.by_company[of]], [0.72, 0.6], 0.04)
    built = first[chance(rng, share, len(first))]
    of, count = holdings.right_of[built], len(built)
    trees = (holdings.kind[of] == FIELD) & ~holdings.by_company[of]
    floors = between(rng, 1, np.where(URBAN[holdings.commune[of]], 5, 2), count)
    known = chance(rng, 0.8, count) & ~trees
    values: dict[str, Cells] = {
        "parcel_id": parcel[of],
        "kind": np.select([trees, holdings.by_company[of]], [b"PERENNIAL_TREES", b"WORKS"], _ASSET.draw(rng, count)),
        "floor_area": nullable(~trees, joined(*_tenths(area[of] * floors * 3 // 5))),
        "floors": nullable(~trees, number(floors, 2)),
        "built_year": nullable(
            known, digits(np.minimum(YEAR_OF[holdings.since[of]] + between(rng, 0, 6, count), 2026), 4)
        ),
        **_held(holdings.holder.picked(built)),
    }
    return rows(tables.attached_assets, count, counters, values)


def _held(holder: Parties) -> dict[str, Cells]:
    return holder.cells("holder_pin", "holder_enterprise")


def _tenths(tenths: Ints) -> tuple[Bytes, Bytes, Bytes]:
    return number(tenths // 10, 9), np.full(len(tenths), b"."), digits(tenths % 10, 1)
