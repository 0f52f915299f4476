"""Which operations were asked in the last 90 days, by whom and with which rights: for who narrows them.

Only answers count: what was refused shows no use of a right. An operation that the segments of an early version name
does not say what it needed; it is told with no needs, and whoever judges rights by it must not take that for none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from ledger.insight.days import Days

OBSERVED_DAYS = 90
"""For which a right is not used before it is called unused, and an operation is remembered."""
MOST_SEEN = 2_000
"""Operations of a client and purpose that are listed for one preview; those asked most often."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One operation as one client asked it for one purpose, in the observed days."""

    agency: str
    client: str
    purpose: str
    document: str
    """16 bytes of the hash of the document without literals, in hex."""
    name: str | None
    needs: tuple[str, ...]
    """Empty: not written down, or nothing."""
    answers: int
    people: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Use:
    """Of one agency's rights for one purpose: when each scope was last needed."""

    last: Mapping[str, date]
    is_whole: bool = True
    """False: an operation does not say what it needed, so nothing is known to be unused."""


NOT_USED = Use({})

_SEEN = """\
select agency, client, purpose, document, name, needs, sum(answers)::bigint as answers, sum(people)::bigint as people,
       min(day) as first, max(day) as last
from usage join parties using (party) join operations using (operation)
where day >= $1 and day < $2 and outcome <> 2 and purpose is not null and client = any ($3)
group by agency, client, purpose, document, name, needs
order by answers desc, client, purpose, document
limit $4"""

_USED = """\
select agency, purpose, needs, coordinates = '{}' as is_nothing, max(day) as last
from usage join parties using (party) join operations using (operation)
where day >= $1 and day < $2 and outcome <> 2 and purpose is not null and ($3::text is null or agency = $3)
group by agency, purpose, needs, is_nothing"""

_OBSERVED_SINCE = "select min(day) from usage"


async def seen(
    connection: asyncpg.Connection, days: Days, clients: Iterable[str], most: int = MOST_SEEN
) -> Sequence[Seen]:
    """Operations that these clients were answered, those asked most often first."""
    rows = await connection.fetch(_SEEN, days.since, days.until, sorted(set(clients)), most)
    return [Seen(**{**row, "document": row["document"].hex(), "needs": tuple(row["needs"])}) for row in rows]


async def used(connection: asyncpg.Connection, days: Days, agency: str | None = None) -> Mapping[tuple[str, str], Use]:
    """What was used of each agency's rights for each purpose; whoever is not in it used nothing."""
    found: dict[tuple[str, str], dict[str, date]] = {}
    silent: set[tuple[str, str]] = set()
    for row in await connection.fetch(_USED, days.since, days.until, agency):
        key = (row["agency"], row["purpose"])
        last = found.setdefault(key, {})
        for scope in row["needs"]:
            last[scope] = max(last.get(scope, row["last"]), row["last"])
        if not row["needs"] and not row["is_nothing"]:
            silent.add(key)
    return {key: Use(last, key not in silent) for key, last in found.items()}


async def observed_since(connection: asyncpg.Connection) -> date | None:
    """The first day of which anything is counted."""
    first: date | None = await connection.fetchval(_OBSERVED_SINCE)
    return first
