"""What the open statistics take from the authority: names of agencies and purposes, and which purposes are guarded."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.tables import agencies, purposes
from ledger.insight.published import Names
from office.rows import fetch


@dataclass(frozen=True, slots=True)
class OpenData:
    """As it is at one moment. `delays`: by how many days a purpose is shown later to its citizens, by code."""

    names: Names
    delays: dict[str, int]
    general: frozenset[str]
    """Purposes that are shown to their citizens in general terms."""


async def open_data(engine: AsyncEngine) -> OpenData:
    of_purposes = await fetch(engine, select(purposes))
    names = Names(
        {row.agency: (row.name_vi, row.name_en) for row in await fetch(engine, select(agencies))},
        {row.purpose: (row.title_vi, row.title_en) for row in of_purposes},
    )
    delays = {row.purpose: row.shown_after_days for row in of_purposes}
    return OpenData(names, delays, frozenset(row.purpose for row in of_purposes if row.third_party_sensitive))
