"""Which processes decide by which revision: what an officer waits for after a change.

What holds, and why. A process serves by what it read until `LEASE_S` after it last announced itself. It announces
itself, committed, before it reads; and says by which revision it decides after that revision is in force in it. So
after `in_force` said that every process serves the revision or refuses, none decides by an older one again: one that
was not in the table when it was looked at announces itself later, and reads after that.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Connection, Record
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth import clock

LEASE_S = 2.0
"""How long a process may go on without having confirmed that its policy is current."""
FORGOTTEN_S = 60.0
"""A process that was not heard of for so long is gone."""
MARGIN_S = 0.1
"""By which a lease counts longer here than in the process: their clocks need not run alike."""
LOOK_EVERY_S = 0.01

_ANNOUNCE = """\
with gone as (
    delete from processes where process in (
        select process from processes
        where confirmed_at < clock_timestamp() - make_interval(secs => $4) and process <> $1 for update skip locked
    )
)
insert into processes (process, client, revision, confirmed_at, proofs) values ($1, $2, $3, clock_timestamp(), $5)
on conflict (process) do update set revision = excluded.revision, confirmed_at = excluded.confirmed_at"""
_APART = """\
select exists (
    select from processes
    where process <> $1 and proofs <> $2 and confirmed_at >= clock_timestamp() - make_interval(secs => $3)
)"""
_ACKNOWLEDGE = "update processes set revision = $2 where process = $1"
_LEAVE = "delete from processes where process = $1"
_COUNT = text("""\
with each as (
    select revision, confirmed_at >= clock_timestamp() - make_interval(secs => :lease) as heard from processes
)
select count(*) filter (where heard and revision >= :revision) as serving,
    count(*) filter (where not heard) as refusing, count(*) as of
from each""")


class ProofsApart(RuntimeError):
    """Two processes of an installation that do not remember together would let a proof pass once each."""

    def __init__(self) -> None:
        super().__init__(
            "Another host, or another home on this one, serves with this authority's database, and the proofs that it"
            " has seen are not known here: set LIENTHONG_PROOFS=database for all of them, after all have ended."
        )


@dataclass(frozen=True, slots=True)
class InForce:
    """Of so many processes, how many decide by the revision or a later one, and how many refuse everybody."""

    serving: int
    refusing: int
    of: int

    @property
    def everywhere(self) -> bool:
        """No process decides by an older revision."""
        return self.serving + self.refusing == self.of


async def announce(
    connection: "Connection[Record]",
    process: UUID,
    revision: int,
    client: str | None = None,
    *,
    proofs: str | None = None,
) -> None:
    """Before a process asks for the policy: that it is there, and by which revision it decides until then.

    `proofs` is the place where it remembers proofs, if it takes any.
    """
    await connection.execute(_ANNOUNCE, process, client, revision, FORGOTTEN_S, proofs)


async def check_together(connection: "Connection[Record]", process: UUID, proofs: str) -> None:
    """Raises `ProofsApart` where a process that serves now remembers proofs in another place."""
    if await connection.fetchval(_APART, process, proofs, LEASE_S + MARGIN_S):
        raise ProofsApart


async def acknowledge(connection: "Connection[Record]", process: UUID, revision: int) -> None:
    """After a revision is in force in a process."""
    await connection.execute(_ACKNOWLEDGE, process, revision)


async def leave(connection: "Connection[Record]", process: UUID) -> None:
    """After a process stopped deciding."""
    await connection.execute(_LEAVE, process)


async def in_force(engine: AsyncEngine, revision: int, wait_s: float = 1.0) -> InForce:
    """Where a committed revision is in force; waits until that is everywhere, or the time is over.

    Raises what the database raises: the change is committed then, and only this is not known.
    """
    until = clock.lease() + wait_s
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while True:
            found = await _count(alone, revision)
            if found.everywhere or clock.lease() >= until:
                return found
            await asyncio.sleep(LOOK_EVERY_S)


async def _count(connection: AsyncConnection, revision: int) -> InForce:
    values = {"revision": revision, "lease": LEASE_S + MARGIN_S}
    row = (await connection.execute(_COUNT, values)).one()
    return InForce(row.serving, row.refusing, row.of)
