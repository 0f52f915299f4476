"""What the registers behind the gateway recorded, each in a ledger of its own, and the authority in its."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from installation.databases import database_url
from installation.settings import PREFIX, load
from ledger import Disclosure, Segment, read_disclosures

SEGMENTS = "select stream, seq, n, prev, hash, data from segments order by stream, seq"


async def recorded(url: str, *, request_id: str = "", client: str = "") -> list[Disclosure]:
    """The disclosures of a ledger that belong to this request, or to this client."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(SEGMENTS)
    finally:
        await connection.close()
    found = read_disclosures(Segment(*row) for row in rows)
    asked = UUID(request_id) if request_id else None
    return [each for each in found if asked in (None, each.request_id) and client in ("", each.recipient.client)]


def ledger_of(environment: Mapping[str, str], domain: str) -> str:
    """Where a register of the installation records."""
    told = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    return database_url(load(**{**told, "domain": domain, "shape": "subgraph"}), "ledger")
