"""A copy of what the ledger says, as lines that leave as they are read: whatever its length, a page is in memory.

On record before its first line (`disclosures.export`). What breaks off in the middle ends without its last line: who
passes it on must let that be seen.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Literal, get_args

from auth.acts.disclosures import ExportDisclosures
from ledger.archive.exports import csv_head, csv_lines, json_lines
from office.errors import Code, not_answered
from office.readings import READERS, Asked, written
from office.recorded import record

Format = Literal["csv", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
_AT_ONCE = 1_000


async def exported(asked: Asked, form: Format) -> AsyncIterator[bytes]:
    """The lines of everything that was asked for, the latest first. Raises NotAnswered, at first before any line."""
    if not READERS & asked.context.visitor.capacities:
        raise not_answered(Code.FORBIDDEN, "This is not for you to take.")
    await record(asked.context, ExportDisclosures(format=form, filter=written(asked.wanted), case=asked.case))
    if form == "csv":
        yield csv_head()
    while True:
        rows, following = await asked.rows(_AT_ONCE)
        yield csv_lines(rows) if form == "csv" else json_lines(rows)
        if following is None:
            return
        asked = replace(asked, after=following)
