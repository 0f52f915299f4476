"""The graph's own scalars: how a value is written in an answer, and what an argument must look like.

An answer is made of what the database returns, so serializing is the identity wherever the JSON encoder knows the type.
Parsing raises ValueError without quoting the value: it may be somebody's number (law 9).
"""

import datetime as dt
import re
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

PIN = re.compile(r"(?:0[0-9]{2}|[1-9][0-9]{2})[0-9]{9}", re.ASCII)
ENTERPRISE_CODE = re.compile(r"[0-9]{10}(?:-[0-9]{3})?", re.ASCII)
PARCEL_ID = re.compile(r"[0-9bcdefghjkmnpqrstuvwxyz]{12}", re.ASCII)
UNIT_CODE = re.compile(r"[0-9]{2}(?:[0-9]{3})?", re.ASCII)
PARTIAL_DATE = re.compile(r"(?P<year>[12][0-9]{3})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?", re.ASCII)

PersonalNumber = NewType("PersonalNumber", str)
EnterpriseCode = NewType("EnterpriseCode", str)
ParcelId = NewType("ParcelId", str)
UnitCode = NewType("UnitCode", str)
PartialDate = NewType("PartialDate", str)
Day = NewType("Day", dt.date)
Dong = NewType("Dong", int)
GeoJson = NewType("GeoJson", str)
Cursor = NewType("Cursor", str)


def partial_date(given: object) -> str:
    """`1950`, `1950-03` or `1950-03-12`; ValueError otherwise, also for days that do not exist."""
    found = PARTIAL_DATE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("not a partial date")
    dt.date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    return found[0]


def day(given: object) -> dt.date:
    """A full ISO 8601 calendar date."""
    if not isinstance(given, str) or len(given) != 10:  # fromisoformat also takes basic and week dates
        raise ValueError("not a date")
    return dt.date.fromisoformat(given)


class Form:
    """A parser that takes text of one fixed form, in which there is no line break."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._is_one = pattern.fullmatch
        self._are_lines = re.compile(rf"(?:(?:{pattern.pattern})\n)*", pattern.flags).fullmatch

    def __call__(self, given: object) -> str:
        if not isinstance(given, str) or self._is_one(given) is None:
            raise ValueError("not of the required form")
        return given

    def takes_all(self, given: list[Any]) -> bool:
        """Whether every item is such a text, told by one match. TypeError where one is no text."""
        lines = "\n".join([*given, ""])
        return lines.count("\n") == len(given) and self._are_lines(lines) is not None


def whole_number(given: object) -> int:
    """A whole number of dong; JSON numbers up to 2**53."""
    if not isinstance(given, int) or isinstance(given, bool) or abs(given) > 2**53:
        raise ValueError("not a whole number")
    return given


def text(given: object) -> str:
    """Any text: what it means is checked where it is used."""
    if not isinstance(given, str):
        raise ValueError("not text")  # noqa: TRY004 -- what a scalar raises for any bad value
    return given


def _scalar(name: str, description: str, parse: Any) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=lambda stored: stored, parse_value=parse)


#: Given to every domain's Strawberry schema, so that the same name is the same scalar everywhere.
SCALARS: dict[object, ScalarDefinition] = {
    PersonalNumber: _scalar("PersonalNumber", "Personal identification number: 12 digits.", Form(PIN)),
    EnterpriseCode: _scalar(
        "EnterpriseCode", "Enterprise code: 10 digits; a branch adds `-` and 3 digits.", Form(ENTERPRISE_CODE)
    ),
    ParcelId: _scalar("ParcelId", "Parcel id: 12 characters of geohash.", Form(PARCEL_ID)),
    UnitCode: _scalar("UnitCode", "Administrative unit: 2 digits for a province, 5 for a commune.", Form(UNIT_CODE)),
    PartialDate: _scalar(
        "PartialDate", "A date as far as it is known: `1950`, `1950-03` or `1950-03-12`.", partial_date
    ),
    Day: _scalar("Day", "A calendar date: `2025-07-01`.", day),
    Dong: _scalar("Dong", "An amount in dong, a whole number up to 2^53.", whole_number),
    GeoJson: _scalar("GeoJson", "A GeoJSON geometry in WGS 84 (RFC 7946).", text),
    Cursor: _scalar("Cursor", "A place in a list, sealed: valid for the same client, field and arguments.", text),
}
