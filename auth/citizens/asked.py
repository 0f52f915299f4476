"""A pushed request, as a citizen has to understand it: who asks, for what, and which fields.

The fields are those of the request that are granted at this moment, sets opened: exactly what a token could read is
what is shown, and what is agreed to.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.oauth.authorization import Arrived
from auth.policy.algebra import Asking
from auth.policy.snapshot import Snapshot
from auth.tables import agencies, clients, purposes


@dataclass(frozen=True, slots=True)
class Asked:
    """Names are Vietnamese and English. `scopes` are opened, in order."""

    arrived: Arrived
    client_name: str
    agency: tuple[str, str]
    purpose: str
    title: tuple[str, str]
    legal_basis: str
    scopes: tuple[str, ...]


async def understood(connection: AsyncConnection, arrived: Arrived, snapshot: Snapshot) -> Asked:
    """What this request asks a citizen for, by the grants of now; no scopes where nothing of it is granted any more."""
    detail = arrived.pushed.detail
    names = await connection.execute(
        select(clients.c.name, agencies.c.name_vi, agencies.c.name_en)
        .join(agencies, agencies.c.agency == clients.c.agency)
        .where(clients.c.client == arrived.client)
    )
    client = names.one()
    found = await connection.execute(select(purposes).where(purposes.c.purpose == detail.purpose))
    purpose = found.one()
    rights = snapshot.rights(Asking(arrived.client, detail.purpose, arrived.pushed.scope, for_citizen=True))
    return Asked(
        arrived=arrived,
        client_name=client.name,
        agency=(client.name_vi, client.name_en),
        purpose=detail.purpose,
        title=(purpose.title_vi, purpose.title_en),
        legal_basis=purpose.legal_basis,
        scopes=tuple(sorted(rights.reach)),
    )
