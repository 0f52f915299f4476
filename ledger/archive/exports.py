"""Rows as lines of CSV or of JSON, for whoever works on with them. Pure.

A spreadsheet takes a cell that begins with = + - @ or a control character for a formula, and agencies choose some of
these texts: such a cell gets an apostrophe in front. JSON is written as it is.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ledger.archive.answers import AnswerRow
from ledger.archive.rows import Answer, Kind, Row

COLUMNS = (
    "origin", "leaf", "at", "kind", "agency", "client", "supplier", "through", "purpose", "legal_basis",
    "case_reference", "officer", "request_id", "operation", "document", "coordinates", "people", "kinds", "missing",
    "emergencies", "grants_revision", "withheld_because",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def line_of(row: AnswerRow | Row) -> dict[str, Any]:
    """A row's members in the order of COLUMNS."""
    if isinstance(row, Row):
        return _line(row.answer, row.kind, row.coordinates, {row.kind: 1})
    return _line(row.answer, row.kind, row.coordinates, row.kinds)


def _line(answer: Answer, kind: Kind, coordinates: Iterable[str], kinds: Mapping[Kind, int]) -> dict[str, Any]:
    party, operation = answer.party, answer.operation
    return {
        "origin": answer.origin,
        "leaf": answer.leaf,
        "at": answer.at.isoformat(),
        "kind": kind.value,
        "agency": party.agency,
        "client": party.client,
        "supplier": party.supplier,
        "through": list(party.through),
        "purpose": party.purpose,
        "legal_basis": party.legal_basis,
        "case_reference": answer.case_reference,
        "officer": answer.officer,
        "request_id": str(answer.request_id),
        "operation": operation.name,
        "document": operation.document,
        "coordinates": list(coordinates),
        "people": answer.people,
        "kinds": {each.value: kinds[each] for each in Kind if kinds.get(each)},
        "missing": list(answer.missing),
        "emergencies": list(answer.emergencies),
        "grants_revision": answer.grants_revision,
        "withheld_because": answer.withheld_because,
    }


def json_lines(rows: Iterable[AnswerRow | Row]) -> bytes:
    """One JSON object a line."""
    return b"".join(msgspec.json.encode(line_of(row)) + b"\n" for row in rows)


def csv_head() -> bytes:
    """The names of the columns; the mark before them tells spreadsheets that this is UTF-8."""
    return "\ufeff".encode() + _csv([COLUMNS])


def csv_lines(rows: Iterable[AnswerRow | Row]) -> bytes:
    """One line a row, as RFC 4180 has it; a list's members are separated by spaces."""
    return _csv(map(_cell, line_of(row).values()) for row in rows)


def _csv(lines: Iterable[Iterable[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        value = [f"{name}:{count}" for name, count in value.items()]
    text = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
