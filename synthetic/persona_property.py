"""The personas' land and companies, and the five invented banks that all mortgages of the nation are secured for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Table

from domains.enterprises import tables as enterprises
from domains.kit.names import fold
from domains.kit.units import UNIT, Y2025
from domains.land import tables as land
from synthetic.cadastre import boundary, bounding_box, geohashes, personas_sites, place_numbers, point
from synthetic.cells import lines
from synthetic.places import COMMUNE_INDEX
from synthetic.references import PERSONAS, enterprise_codes

Row = dict[str, Any]

_CODES: Final = [code.decode() for code in enterprise_codes(np.arange(8), 0, PERSONAS)]
_COMPANY: Final = _CODES[5]
_BRANCH: Final = f"{_COMPANY}-001"
_DANGLING: Final = "001160000500"
_DIRECTOR: Final = "024076000001"
_MEMBER: Final = "092168000001"


@dataclass(frozen=True, slots=True)
class Company:
    """One enterprise or branch."""

    code: str
    name: str
    form: str
    founded: str
    commune: str
    detail: str
    industry: str
    capital: int | None
    parent: str | None = None


BANKS: Final = tuple(
    Company(
        _CODES[n], f"Ngân hàng Thương mại Cổ phần {name}", "CTCP", "1994-06-01",
        "00004", f"Số {2 * n + 1} đường Đồng Tâm", "64", 15_000_000_000_000,
    )
    for n, name in enumerate(("Sao Mai", "Lúa Vàng", "Cánh Buồm", "Trống Đồng", "Sông Xanh"))
)  # fmt: skip
_OTHERS: Final = (
    Company(
        _COMPANY, "Công ty TNHH Nội thất Tre Xanh Đa Mai", "TNHH2TV", "2011-04-15", "07228", "Số 18 đường Làng Nghề",
        "31", 6_000_000_000,
    ),
    Company(
        _BRANCH, "Chi nhánh Công ty TNHH Nội thất Tre Xanh Đa Mai tại Đà Nẵng", "CN", "2019-10-01", "20197",
        "Số 64 đường Chợ Mới", "31", None, _COMPANY,
    ),
)  # fmt: skip


def _enterprise(company: Company) -> Row:
    return {
        "code": company.code, "name": company.name, "folded_name": fold(company.name), "legal_form": company.form,
        "status": "ACTIVE", "founded_on": company.founded, "province_code": UNIT[company.commune, Y2025].parent_code,
        "commune_code": company.commune, "address_detail": company.detail, "charter_capital": company.capital,
        "state_owned": False, "parent_code": company.parent,
    }  # fmt: skip


def _member(pin: str | None, enterprise: str | None, contribution: int, percent: str) -> Row:
    return {
        "enterprise_code": _COMPANY, "member_pin": pin, "member_enterprise": enterprise, "contribution": contribution,
        "percent": percent, "since": "2011-04-15",
    }  # fmt: skip


_MEMBERS: Final = (
    _member(_DIRECTOR, None, 3_600_000_000, "60.00"),
    _member(_MEMBER, None, 1_800_000_000, "30.00"),
    _member(None, BANKS[1].code, 540_000_000, "9.00"),
    _member(_DANGLING, None, 60_000_000, "1.00"),
)


def _role(pin: str, kind: str, since: str, company: str = _COMPANY) -> Row:
    return {"pin": pin, "enterprise_code": company, "kind": kind, "since": since}


COMPANIES: Final[Mapping[Table, Sequence[Row]]] = {
    enterprises.enterprises: [_enterprise(company) for company in (*BANKS, *_OTHERS)],
    enterprises.industries: [
        *({"enterprise_code": c.code, "industry_code": c.industry, "is_main": True} for c in (*BANKS, *_OTHERS)),
        {"enterprise_code": _COMPANY, "industry_code": "16", "is_main": False},
    ],
    enterprises.representatives: [
        {"enterprise_code": _COMPANY, "pin": _DIRECTOR, "title": "DIRECTOR", "since": "2011-04-15"},
        {"enterprise_code": _BRANCH, "pin": _MEMBER, "title": "HEAD_OF_UNIT", "since": "2019-10-01"},
    ],
    enterprises.members: _MEMBERS,
    enterprises.beneficial_owners: [
        {"enterprise_code": _COMPANY, "pin": _DIRECTOR, "percent": "60.00", "basis": "CAPITAL", "since": "2025-07-20"},
        {"enterprise_code": _COMPANY, "pin": _MEMBER, "percent": "30.00", "basis": "CAPITAL", "since": "2025-07-20"},
    ],
    enterprises.roles: [
        _role(_DIRECTOR, "REPRESENTATIVE", "2011-04-15"),
        _role(_MEMBER, "REPRESENTATIVE", "2019-10-01", _BRANCH),
        *(_role(row["member_pin"], "MEMBER", row["since"]) for row in _MEMBERS if row["member_pin"]),
        _role(_DIRECTOR, "BENEFICIAL_OWNER", "2025-07-20"),
        _role(_MEMBER, "BENEFICIAL_OWNER", "2025-07-20"),
    ],
}

#: Commune, use, certificate, holders (PIN or code, share): in this order on the personas' strip of each commune.
_PARCELS: Final = (
    ("00004", "ODT", "ZA 00000001", "2012-06-15", (("001085000001", 1), ("036188000001", 1))),
    ("31135", "ODT", "ZA 00000002", "2004-01-20", (("092168000001", 1),)),
    ("20197", "TMD", "ZA 00000003", "2016-08-08", (("092168000001", 1),)),
    ("20197", "ODT", "ZA 00000004", "2018-04-01", (("048179000001", 1),)),
    ("00004", "ODT", "ZA 00000005", "1999-09-09", ((_DANGLING, 1),)),
    ("07228", "SKC", "ZA 00000006", "2012-01-05", ((_COMPANY, 1),)),
    ("05977", "LUC", "ZA 00000007", "1996-10-30", (("020064000001", 2), ("020141000001", 1))),
)
_MORTGAGED: Final = 2
_SITES: Final = personas_sites(np.array([COMMUNE_INDEX[row[0]] for row in _PARCELS]), np.arange(len(_PARCELS)))
_IDS: Final = [identifier.decode() for identifier in geohashes(_SITES.middle)]
_NUMBERS: Final = place_numbers(_SITES.middle)


def _texts(cells: Any) -> list[str]:
    return lines([cells], len(_PARCELS)).decode().splitlines()


def _holder(key: str) -> Row:
    return {"holder_pin": key} if len(key) == 12 else {"holder_enterprise": key}


def _parcel(n: int, shape: Sequence[Sequence[str]]) -> Row:
    commune, _, _, since, _ = _PARCELS[n]
    area = f"{_SITES.area[n] / 10:.1f}"
    return {
        "id": _IDS[n], "surrogate": int(_NUMBERS[n]),
        "commune_code": commune, "province_code": UNIT[commune, Y2025].parent_code,
        "sheet": int(_SITES.sheet[n]), "number": int(_SITES.number[n]), "legal_area": area, "map_area": area,
        "boundary": shape[0][n], "centroid": shape[1][n], "bounding_box": shape[2][n], "origin": "RECOGNIZED",
        "status": "ACTIVE", "registered_on": since,
    }  # fmt: skip


def _rights(n: int) -> list[Row]:
    _, _, serial, since, holders = _PARCELS[n]
    whole = sum(share for _, share in holders)
    return [
        {
            "parcel_id": _IDS[n], "kind": "USE", "share_numerator": share, "share_denominator": whole,
            "form": "COMMON" if len(holders) > 1 else "PRIVATE", "origin": "RECOGNIZED", "held_since": since,
            "certificate_serial": serial if place == 0 else None, **_holder(key),
        }
        for place, (key, share) in enumerate(holders)
    ]  # fmt: skip


def _certificate(n: int, serial: str, status: str) -> Row:
    return {
        "serial": serial, "parcel_id": _IDS[n], "status": status, "issued_on": _PARCELS[n][3],
        "register_number": f"CH P{serial[-2:]}", **_holder(_PARCELS[n][4][0][0]),
    }  # fmt: skip


def _house(n: int, holder: str, area: str, floors: int) -> Row:
    built = {"floor_area": area, "floors": floors, "built_year": int(_PARCELS[n][3][:4])}
    return {"parcel_id": _IDS[n], "kind": "HOUSE", **built, **_holder(holder)}


_SHAPES: Final = [_texts(shape) for shape in (boundary(_SITES), point(_SITES), bounding_box(_SITES))]
_EVERY: Final = range(len(_PARCELS))

LAND: Final[Mapping[Table, Sequence[Row]]] = {
    land.parcels: [_parcel(n, _SHAPES) for n in _EVERY],
    land.parcel_uses: [
        {"parcel_id": _IDS[n], "use_code": _PARCELS[n][1], "area": f"{_SITES.area[n] / 10:.1f}"} for n in _EVERY
    ],
    land.land_rights: [row for n in _EVERY for row in _rights(n)],
    land.certificates: [
        *(_certificate(n, _PARCELS[n][2], "GRANTED") for n in _EVERY),
        _certificate(_MORTGAGED, "ZA 00000099", "REVOKED"),
    ],
    land.encumbrances: [
        {
            "parcel_id": _IDS[_MORTGAGED], "kind": "MORTGAGE", "secured_enterprise": BANKS[0].code,
            "reference": "P000001/2024", "registered_on": "2024-02-02", **_holder(_MEMBER),
        }
    ],
    land.attached_assets: [
        _house(0, "001085000001", "210.5", 3),
        _house(3, "048179000001", "98.0", 1),
    ],
}  # fmt: skip
