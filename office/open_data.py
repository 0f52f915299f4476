"""What the open statistics take from the authority: names of agencies and purposes, and which purposes are delayed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.tables import agencies, purposes
from ledger.insight.published import Names
from office.rows import fetch


async def names_and_delays(engine: AsyncEngine) -> tuple[Names, dict[str, int]]:
    """Names by code, Vietnamese and English; and by how many days a purpose is shown later to its citizens."""
    of_purposes = await fetch(engine, select(purposes))
    names = Names(
        {row.agency: (row.name_vi, row.name_en) for row in await fetch(engine, select(agencies))},
        {row.purpose: (row.title_vi, row.title_en) for row in of_purposes},
    )
    return names, {row.purpose: row.shown_after_days for row in of_purposes}
