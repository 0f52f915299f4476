"""What the books are compared with besides the tree: the counts of use, and the authority's own record of acts."""

from collections.abc import Iterable, Sequence

from asyncpg import Connection, Record

from ledger.audit.faults import Tampered, What
from ledger.audit.rows import Rows
from ledger.sealing.actions import ActsSource

_MISCOUNTED = """
with counted as (
    select (at at time zone interval '7 hours')::date as day, party, operation, outcome, count(*) as answers,
           sum(people) as people, count(*) filter (where outcome = 1 and missing <> '{}') as on_trial
    from answers group by 1, 2, 3, 4
)
select day, party, operation, outcome, usage.answers as kept, counted.answers as found
from usage full join counted using (day, party, operation, outcome)
where (usage.answers, usage.people, usage.on_trial)
    is distinct from (counted.answers, counted.people, counted.on_trial)
order by day, party, operation, outcome limit 1
"""
AT_ONCE = 1_000


async def check_usage(connection: Connection) -> None:
    """Every count is what the answers come to. Raises `Tampered`."""
    row = await connection.fetchrow(_MISCOUNTED)
    if row is None:
        return
    what = What.REMOVED if row["kept"] is None else What.INSERTED if row["found"] is None else What.ALTERED
    where = {"day": str(row["day"]), **{name: row[name] for name in ("party", "operation", "outcome")}}
    raise Tampered(what, "usage", where, "not what the answers come to")


async def check_acts(connection: Connection, source: ActsSource) -> int:
    """How many acts are the same in both records. Raises `Tampered`, and what the source raises."""
    sealed = await Rows.of(connection, "select act, hash from acts order by act")
    last, done = await connection.fetchval("select coalesce(max(act), 0) from acts"), 0
    number = (await connection.fetchval("select min(act) - 1 from acts")) or 0
    while number < last:
        said = [act for act in await source.after(number, AT_ONCE) if act[0] <= last]
        if not said:
            raise _lost(number + 1)
        _compare(said, await sealed.before(said[-1][0] + 1))
        number, done = said[-1][0], done + len(said)
    return done


def _compare(said: Sequence[tuple[int, bytes]], sealed: Iterable[Record]) -> None:
    kept = dict(said)
    for number, hash_ in sealed:
        if number not in kept:
            raise _lost(number)
        if kept.pop(number) != hash_:
            raise Tampered(What.ALTERED, "the authority's record", {"act": number}, "not the act that was sealed")
    for number in kept:
        raise Tampered(What.REMOVED, "acts", {"act": number}, "the authority's record has it")


def _lost(number: int) -> Tampered:
    return Tampered(What.REMOVED, "the authority's record", {"act": number}, "it was sealed")
