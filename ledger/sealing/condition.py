"""How far behind sealing is and what it could not seal: said in one row by the sealer, for whoever watches over it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

SAID_EVERY = timedelta(seconds=2)
"""While nothing changes."""
_SAY = """
insert into sealing (looked_at, behind_since, troubles) values ($1, $2, $3)
on conflict (singleton) do update set
    looked_at = excluded.looked_at, behind_since = excluded.behind_since, troubles = excluded.troubles
"""
_REFUSED = """
insert into sealing (looked_at, troubles) values (now(), array[$1])
on conflict (singleton) do update set troubles = excluded.troubles
"""
_READ = """
select coalesce((select max(size) from checkpoints), 0) as leaves, looked_at, behind_since,
    coalesce(troubles, '{}') as troubles
from (values (true)) as one (singleton) left join sealing using (singleton)
"""


@dataclass(frozen=True, slots=True)
class Condition:
    leaves: int
    looked_at: datetime | None
    """When a sealer last looked; None: none ever did."""
    behind_since: datetime | None
    """When the oldest segment was written that was not sealed then."""
    troubles: tuple[str, ...] = ()

    def unsealed_for(self, now: datetime) -> timedelta:
        """For how long something may have waited to be sealed: of the time since the last look nothing is known."""
        since = self.behind_since or self.looked_at
        return max(now - since, timedelta(0)) if since else timedelta(0)


async def say(
    connection: asyncpg.Connection, looked_at: datetime, behind_since: datetime | None, troubles: Sequence[str]
) -> None:
    await connection.execute(_SAY, looked_at, behind_since, troubles)


async def say_refused(connection: asyncpg.Connection, reason: str) -> None:
    """When the sealer last looked stays as it is, so that the time goes on in which nothing is known."""
    await connection.execute(_REFUSED, reason)


async def condition(fetch: Callable[[str], Awaitable[Sequence[asyncpg.Record]]]) -> Condition:
    """As the sealer said last. `fetch` is that of any connection whose role reads."""
    (row,) = await fetch(_READ)
    return Condition(row["leaves"], row["looked_at"], row["behind_since"], tuple(row["troubles"]))
