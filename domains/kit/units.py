"""Administrative units: the table every register keeps of them, and the units there are.

A bare code is ambiguous: `15` was Yên Bái before the mergers of 2025-07-01 and is Lào Cai since. So a unit is a code
*and* the scheme it belongs to. The communes of the former scheme are not held: an address that ended before the mergers
knows its province, and the rest as text.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import Index, MetaData, Table

from domains.kit import codes
from domains.kit.tables import date, text

PRE_2025: Final = "PRE_2025"
Y2025: Final = "Y2025"
PROVINCE: Final = "PROVINCE"
COMMUNE: Final = "COMMUNE"
MERGER: Final = dt.date(2025, 7, 1)
UNITS_TABLE: Final = "administrative_units"  # the one table of a register that is the same in every nation


class UnknownUnit(LookupError):
    """No unit with known communes has this code in this scheme."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit while it was valid, from `valid_from` until the day before `valid_until`."""

    code: str
    scheme: str
    level: str
    kind: str
    name: str
    parent_code: str | None = None
    successor_code: str | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


def administrative_units(metadata: MetaData) -> Table:
    """The table of units in one register's own database; its rows are `UNITS`, the same in every register."""
    return Table(
        UNITS_TABLE,
        metadata,
        text("code", "Official code: 2 digits for a province, 5 for a commune.", primary_key=True),
        text("scheme", "PRE_2025 (63 provinces) or Y2025 (34 provinces, 3,321 communes).", primary_key=True),
        text("level", "PROVINCE or COMMUNE. There are no districts since 2025-07-01."),
        text("kind", "CITY or PROVINCE; WARD, COMMUNE or SPECIAL_ZONE, as of 2025-07-01."),
        text("name", "Official name in Vietnamese, NFC; communes with their kind."),
        text("parent_code", "Province of a commune, same scheme. Null: a province.", nullable=True),
        text("successor_code", "Y2025 province that a former province became part of.", nullable=True),
        date("valid_from", "First day. Null: before the records begin.", nullable=True),
        date("valid_until", "First day it is no longer valid. Null: still valid.", nullable=True),
        Index(f"{UNITS_TABLE}_parent", "parent_code", "scheme"),
        comment="Source: Decision 19/2025/QD-TTg. Known gap: the communes of the former scheme are not held.",
    )


def _units() -> Iterator[Unit]:
    for row in codes.rows("former_provinces"):
        yield Unit(
            row["code"], PRE_2025, PROVINCE, row["kind"], row["name"],
            successor_code=row["successor_code"], valid_until=MERGER,
        )  # fmt: skip
    for row in codes.rows("provinces"):
        yield Unit(row["code"], Y2025, PROVINCE, row["kind"], row["name"], valid_from=MERGER)
    for row in codes.rows("communes"):
        yield Unit(row["code"], Y2025, COMMUNE, row["kind"], row["name"], row["province_code"], valid_from=MERGER)


UNITS: Final[tuple[Unit, ...]] = tuple(_units())
UNIT: Final[Mapping[tuple[str, str], Unit]] = MappingProxyType({(unit.code, unit.scheme): unit for unit in UNITS})
NAMES: Final[Mapping[tuple[str, str], str]] = MappingProxyType({key: unit.name for key, unit in UNIT.items()})


def _communes() -> dict[str, frozenset[str]]:
    inside: dict[str, set[str]] = {}
    for unit in UNITS:
        if unit.level == COMMUNE and unit.parent_code is not None:
            inside.setdefault(unit.parent_code, set()).add(unit.code)
    return {province: frozenset(communes) for province, communes in inside.items()}


_COMMUNES_OF_PROVINCE: Final = _communes()


def communes_of(code: str, scheme: str = Y2025) -> frozenset[str]:
    """The communes of 2025 inside a unit: those of a province, or the commune itself.

    Raises UnknownUnit for a former province: which communes of today lie in it cannot be told from the lists, and a
    jurisdiction that guessed would reach too far.
    """
    unit = UNIT.get((code, scheme))
    if unit is None or scheme != Y2025:
        raise UnknownUnit(f"no communes are known for unit {code} of scheme {scheme}")
    return frozenset({code}) if unit.level == COMMUNE else _COMMUNES_OF_PROVINCE[code]
