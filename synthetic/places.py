"""Provinces, communes and addresses to draw from.

A home is in a province of before 2025, in proportion to its people, and in a commune of the province that it became:
which communes lay in which former province is not known, but which provinces merged is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from domains.kit.units import COMMUNE, PRE_2025, UNIT, UNITS, Y2025
from synthetic.cells import Bytes, Flags, Floats, Ints, table
from synthetic.draws import Weighted
from synthetic.statistics import rows

_FORMER: Final = [(row["code"], float(row["population"])) for row in rows("former_province_population")]
_PROVINCES: Final = [unit.code for unit in UNITS if unit.scheme == Y2025 and unit.level != COMMUNE]
_PROVINCE_INDEX: Final = {code: index for index, code in enumerate(_PROVINCES)}
_COMMUNES: Final = sorted(
    (unit for unit in UNITS if unit.level == COMMUNE),
    key=lambda unit: (_PROVINCE_INDEX[unit.parent_code or ""], unit.code),
)
_WEIGHT: Final = {"WARD": 1.7, "COMMUNE": 1.0, "SPECIAL_ZONE": 0.2}
_STREETS: Final = (
    "Hoa Sữa", "Hoa Phượng", "Hoa Ban", "Hoa Mai", "Hoa Đào", "Hoa Sim", "Hoa Súng", "Bằng Lăng", "Lộc Vừng", "Cây Đa",
    "Cây Gạo", "Cây Sấu", "Hàng Tre", "Hàng Cau", "Bến Nước", "Bờ Kênh", "Cầu Đá", "Chợ Cũ", "Chợ Mới", "Đồng Xanh",
    "Đồng Tâm", "Gió Mới", "Giếng Làng", "Hồ Sen", "Làng Nghề", "Ngã Ba", "Núi Đôi", "Ruộng Bậc Thang", "Sông Xanh",
    "Suối Mơ", "Sân Vận Động", "Tháng Tám", "Tân Lập", "Trường Học", "Vườn Chè", "Vườn Đào", "Xóm Mới", "Đê Dài",
)  # fmt: skip
_HOUSE_NUMBERS: Final = 240
_HAMLETS: Final = 24
_GROUPS: Final = 12

FORMER_CODE: Final[Bytes] = table(code for code, _ in _FORMER)
FORMER_NUMBER: Final[Ints] = np.array([int(code) for code, _ in _FORMER])
SUCCESSOR: Final[Ints] = np.array([_PROVINCE_INDEX[UNIT[code, PRE_2025].successor_code or ""] for code, _ in _FORMER])
PROVINCE_CODE: Final[Bytes] = table(_PROVINCES)
PROVINCE_NUMBER: Final[Ints] = np.array([int(code) for code in _PROVINCES])
COMMUNE_CODE: Final[Bytes] = table(unit.code for unit in _COMMUNES)
COMMUNE_INDEX: Final = {unit.code: index for index, unit in enumerate(_COMMUNES)}
PROVINCE_OF: Final[Ints] = np.array([_PROVINCE_INDEX[unit.parent_code or ""] for unit in _COMMUNES])
FIRST_COMMUNE: Final[Ints] = np.searchsorted(PROVINCE_OF, np.arange(len(_PROVINCES))).astype(np.int64)
URBAN: Final[Flags] = np.array([unit.kind == "WARD" for unit in _COMMUNES])

_PEOPLE: Final = Weighted(population for _, population in _FORMER)
_STREET_ADDRESS: Final[Bytes] = table(f"Số {n} đường {s}" for s in _STREETS for n in range(1, _HOUSE_NUMBERS + 1))
_HAMLET_ADDRESS: Final[Bytes] = table(
    f"Tổ {g}, thôn {h}" for h in range(1, _HAMLETS + 1) for g in range(1, _GROUPS + 1)
)


def _reach_of_communes() -> Floats:
    """Province index plus the share of its people up to and with each commune: one sorted list to search."""
    weight = np.array([_WEIGHT[unit.kind] for unit in _COMMUNES])
    sums = np.cumsum(weight)
    before = np.append(0.0, sums)[FIRST_COMMUNE]
    total = np.bincount(PROVINCE_OF, weights=weight)
    reach: Floats = PROVINCE_OF + (sums - before[PROVINCE_OF]) / total[PROVINCE_OF]
    return reach


_REACH: Final = _reach_of_communes()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where some people live: former province and commune by index, and the words of the address."""

    former: Ints
    commune: Ints
    detail: Bytes


def draw_former(rng: np.random.Generator, count: int) -> Ints:
    """Former provinces, in proportion to their people."""
    return _PEOPLE.draw(rng, count)


def draw_commune(rng: np.random.Generator, former: Ints) -> Ints:
    """A commune of the province that each former province became."""
    province = SUCCESSOR[former]
    found = np.searchsorted(_REACH, province + rng.random(len(former)), side="right")
    return np.minimum(found, len(_COMMUNES) - 1).astype(np.int64)


def draw_addresses(rng: np.random.Generator, former: Ints) -> Addresses:
    """One address in each former province."""
    commune = draw_commune(rng, former)
    return Addresses(former, commune, draw_details(rng, commune))


def draw_details(rng: np.random.Generator, commune: Ints) -> Bytes:
    """House and street in a ward, hamlet elsewhere."""
    count = len(commune)
    street = _STREET_ADDRESS[rng.integers(0, len(_STREET_ADDRESS), count)]
    return np.where(URBAN[commune], street, _HAMLET_ADDRESS[rng.integers(0, len(_HAMLET_ADDRESS), count)])
