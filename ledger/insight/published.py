"""Open statistics as they are published: JSON and CSV with the same rows, and what they do not tell. Pure.

Filters choose rows and never make new ones, so they show nothing that the whole does not.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.insight.days import Month
from ledger.insight.statistics import DELAY_DAYS, Key, Statistics
from ledger.insight.withholding import SMALLEST, Cell

FORMAT = "lienthong-statistics/1"
COLUMNS = ("month", "day", "agency", "purpose", "kinds", "came", "answers", "readings")
NOTES = {
    "vi": (
        f"Số lần cơ quan hỏi dữ liệu cá nhân và số lượt đọc trong đó, theo ngày ở Việt Nam. Mỗi tháng công bố một lần,"
        f" {DELAY_DAYS} ngày sau khi hết tháng. Số dưới {SMALLEST} không được công bố và không nằm trong số nào khác;"
        " không có tổng nào ngoài tổng của các dòng này. Dòng không ghi ngày là của cả tháng, vì có ngày số quá nhỏ,"
        " hoặc vì mục đích này chỉ được hiện khái quát."
        " Mục đích trống: không nêu mục đích, nên bị từ chối. readings trống: quá ít."
    ),
    "en": (
        "How often agencies asked for personal data, and how many readings of persons, enterprises and parcels that"
        f" made, by days in Vietnam. A month is published once, {DELAY_DAYS} days after its end. A number below"
        f" {SMALLEST} is not published and is part of no other; there are no totals but sums of these rows. A row"
        " without a day is of the whole month, as the number of some day is small, or its purpose is shown in general"
        " terms. An empty purpose: none was given, and it was refused for that. Empty readings: few."
    ),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are wanted. `kind` is a kind of data, or a register: all of its kinds."""

    agency: str | None = None
    purpose: str | None = None
    kind: str | None = None

    def admits(self, key: Key) -> bool:
        return (
            self.agency in {None, key.agency}
            and self.purpose in {None, key.purpose}
            and (self.kind is None or any(self.kind in {kind, kind.partition(":")[0]} for kind in key.kinds))
        )


@dataclass(frozen=True, slots=True)
class Names:
    """What agencies and purposes are called, in Vietnamese and English, by their codes."""

    agencies: Mapping[str, tuple[str, str]]
    purposes: Mapping[str, tuple[str, str]]


def as_json(told: Statistics | None, months: Sequence[Month], wanted: Filter, names: Names) -> bytes:
    """`told` of None: there is no month that can be told."""
    cells = _chosen(told, wanted)
    document = {
        "format": FORMAT,
        "month": None if told is None else str(told.month),
        "months": [str(month) for month in months],
        "smallest": SMALLEST,
        "delayDays": DELAY_DAYS,
        "notes": NOTES,
        "agencies": _named(names.agencies, {cell.key.agency for cell in cells}),
        "purposes": _named(names.purposes, {cell.key.purpose for cell in cells}),
        "rows": [_row(cell) for cell in cells],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def as_csv(told: Statistics | None, wanted: Filter) -> bytes:
    """The same rows; kinds are parted by spaces."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for cell in _chosen(told, wanted):
        row = _row(cell)
        month = "" if told is None else str(told.month)
        writer.writerow([month, *("" if value is None else _flat(value) for value in row.values())])
    return out.getvalue().encode()


def _chosen(told: Statistics | None, wanted: Filter) -> list[Cell[Key]]:
    return [] if told is None else [cell for cell in told.cells if wanted.admits(cell.key)]


def _row(cell: Cell[Key]) -> dict[str, Any]:
    return {
        "day": None if cell.day is None else cell.day.isoformat(),
        "agency": cell.key.agency,
        "purpose": cell.key.purpose,
        "kinds": cell.key.kinds,
        "came": cell.key.came.value,
        "answers": cell.answers,
        "readings": cell.readings,
    }


def _flat(value: Any) -> Any:
    return " ".join(value) if isinstance(value, tuple) else value


def _named(names: Mapping[str, tuple[str, str]], codes: Iterable[str]) -> dict[str, dict[str, str]]:
    return {code: dict(zip(("vi", "en"), names[code], strict=True)) for code in sorted(codes) if code in names}
