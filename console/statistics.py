"""`GET /ledger/statistics`: who asked which register how often, for everybody, without a sign-in.

    ?month=2026-10          a month; without it, the last one that is told
    &agency= &purpose= &kind=   rows of one; `kind` is a kind of data or a register
    &format=csv             instead of JSON

What is told of a month, and when, is for `ledger.insight` to say. Counting one takes the books a while, so a process
does it once in `KEPT_SECONDS`, whoever asks how often.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.database import OUTAGES
from ledger import LedgerUnreachable
from ledger.insight.books import BooksReader
from ledger.insight.days import Month, today
from ledger.insight.published import Filter, as_csv, as_json
from ledger.insight.statistics import Statistics, months, statistics
from office.open_data import OpenData, open_data

KEPT_SECONDS = 600.0
KEPT_MONTHS = 24
KEPT_BYTES = 64 * 2**20
"""Of answers as they are sent: writing a large one takes a while."""
PARAMETERS = frozenset({"month", "agency", "purpose", "kind", "format"})
NOTHING = Filter(agency="")
"""Chooses no row: no agency has this name."""
_OPEN = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
_KEPT = {**_OPEN, "Cache-Control": f"public, max-age={KEPT_SECONDS:.0f}"}


def utc_now() -> datetime:
    return datetime.now(UTC)


class Unknown(Exception):
    """What was asked for is not there: a month, or a parameter of that name or form."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told at one moment. Months are added when they are first asked for."""

    until: float
    day: date
    months: Sequence[Month]
    said: OpenData
    counted: dict[Month, "_Counted"]
    written: dict[tuple[Month | None, Filter, bool], "_Written"]


@dataclass(frozen=True, slots=True)
class _Counted:
    """A month, and what a filter can name in it: whoever names something else is not worth a look at all rows."""

    statistics: Statistics
    named: tuple[frozenset[str], frozenset[str], frozenset[str]]

    @classmethod
    def of(cls, statistics: Statistics) -> "_Counted":
        keys = {cell.key for cell in statistics.cells}
        kinds = {name for key in keys for kind in key.kinds for name in (kind, kind.partition(":")[0])}
        named = frozenset(key.agency for key in keys), frozenset(key.purpose for key in keys), frozenset(kinds)
        return cls(statistics, named)

    def knows(self, wanted: Filter) -> bool:
        given = (wanted.agency, wanted.purpose, wanted.kind)
        return all(name is None or name in names for name, names in zip(given, self.named, strict=True))


@dataclass(frozen=True, slots=True)
class _Written:
    """An answer as it is sent, and its tag."""

    body: bytes
    tag: str


class OpenStatistics:
    """The route. `books` are the ledger's; `engine` leads to the authority, which knows names and delays."""

    def __init__(self, books: BooksReader, engine: AsyncEngine, clock: Callable[[], datetime] = utc_now) -> None:
        self._books, self._engine, self._clock = books, engine, clock
        self._counting, self._writing = asyncio.Lock(), asyncio.Lock()
        self._told: _Told | None = None

    def route(self) -> Route:
        return Route("/ledger/statistics", self.answer, methods=["GET"])

    async def answer(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except Unknown as unknown:
            return JSONResponse({"error": unknown.message}, unknown.status, _OPEN)
        except (LedgerUnreachable, *OUTAGES):
            return JSONResponse({"error": "The statistics cannot be read at the moment."}, 503, _OPEN)

    async def _answer(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if unknown := asked.keys() - PARAMETERS:
            raise Unknown(400, f"{len(unknown)} parameters are unknown; there are {', '.join(sorted(PARAMETERS))}.")
        is_csv = _format(asked.get("format", "json"))
        told, found = await self._month(asked.get("month"))
        wanted = Filter(asked.get("agency"), asked.get("purpose"), asked.get("kind"))
        written = await self._written(told, found, wanted, is_csv=is_csv)
        headers = {**_KEPT, "ETag": written.tag}
        if request.headers.get("if-none-match") == written.tag:
            return Response(status_code=304, headers=headers)
        if is_csv:
            named = "" if found is None else f"-{found.statistics.month}"
            headers["Content-Disposition"] = f'attachment; filename="lienthong-statistics{named}.csv"'
        return Response(written.body, 200, headers, media_type="text/csv" if is_csv else "application/json")

    async def _month(self, asked: str | None) -> "tuple[_Told, _Counted | None]":
        month = _parsed(asked)
        async with self._counting:
            told = await self._current()
            if month is None and not told.months:
                return told, None
            month = month or told.months[0]
            if month not in told.months:
                raise Unknown(404, "Nothing is told of that month.")
            if month not in told.counted:
                if len(told.counted) >= KEPT_MONTHS:
                    told.counted.clear()
                async with self._books.reading() as connection:
                    found = await statistics(connection, month, told.day, told.said.delays, told.said.general)
                told.counted[month] = await asyncio.to_thread(_Counted.of, found)
            return told, told.counted[month]

    async def _current(self) -> _Told:
        """What is kept, or read anew."""
        day = today(self._clock())
        if self._told is None or self._told.day != day or time.monotonic() >= self._told.until:
            said = await open_data(self._engine)
            async with self._books.reading() as connection:
                there = await months(connection, day)
            self._told = _Told(time.monotonic() + KEPT_SECONDS, day, there, said, {}, {})
        return self._told

    async def _written(self, told: _Told, found: _Counted | None, wanted: Filter, *, is_csv: bool) -> _Written:
        """Written once for all who ask the same, beside the loop that others wait on."""
        if found is not None and not found.knows(wanted):
            wanted = NOTHING
        key = (None if found is None else found.statistics.month, wanted, is_csv)
        async with self._writing:
            known = told.written.get(key)
            if known is None:
                known = await asyncio.to_thread(_write, told, found, wanted, is_csv=is_csv)
                if sum(len(each.body) for each in told.written.values()) + len(known.body) > KEPT_BYTES:
                    told.written.clear()
                told.written[key] = known
            return known


def _write(told: _Told, found: _Counted | None, wanted: Filter, *, is_csv: bool) -> _Written:
    counted = None if found is None else found.statistics
    body = as_csv(counted, wanted) if is_csv else as_json(counted, told.months, wanted, told.said.names)
    return _Written(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _format(asked: str) -> bool:
    """Whether it is CSV."""
    if asked not in {"csv", "json"}:
        raise Unknown(400, "format is json or csv.")
    return asked == "csv"


def _parsed(asked: str | None) -> Month | None:
    try:
        return None if asked is None else Month.parse(asked)
    except ValueError:
        raise Unknown(400, "A month is written 2026-10.") from None
