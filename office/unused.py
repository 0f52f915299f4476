"""Rights that were granted and not used: what each grant could lose, and the terms that would be left.

An officer narrows by the terms as they stand here (`narrowGrant`), or tries them first (`tryNarrowing`). Judged are
rights that an operation names when it is asked: `protected` widens whose rows are shown, and `watch` asks nothing, so
neither is ever called unused. Nothing is proposed of a grant before it has been in force, and the ledger looked at, for
all of the days; nor where an operation was recorded without what it needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import strawberry
from sqlalchemy import Row, or_, select
from strawberry.scalars import JSON

from auth.acts.grants import terms_of
from auth.acts.terms import GrantTerms, World
from auth.scopes import Scope
from auth.tables import grants
from ledger import LedgerUnreachable
from ledger.insight.days import Days, today
from ledger.insight.seen import NOT_USED, OBSERVED_DAYS, Use, observed_since, used
from office.context import Context, Info
from office.errors import Code, not_answered
from office.fields import asked_by
from office.holders import ENTITLED
from office.paging import Page, after_number, page
from office.rows import number, own, word

JUDGED = frozenset({"read", "lookup", "history", "verify"})


@strawberry.type(description="When a right was last used.")
class LastUse:
    scope: strawberry.ID
    day: date


@strawberry.type(description="What of a grant was used, and what was not.")
class GrantUse:
    grant: strawberry.ID
    agency: strawberry.ID
    purpose: strawberry.ID
    since: date = strawberry.field(description="From which day on it was looked for uses, in Vietnam.")
    days: int = strawberry.field(description="How many days these are.")
    settled: bool = strawberry.field(
        description=f"Whether these are {OBSERVED_DAYS} days and it is known of every answer what it needed. Else"
        " nothing is proposed."
    )
    unused: list[strawberry.ID] = strawberry.field(description="Scopes that it gives and no answer needed.")
    used: list[LastUse] = strawberry.field(description="Scopes that it gives, with the last day.")
    terms: JSON | None = strawberry.field(
        description="What would be left, as narrowGrant and tryNarrowing take it. Null: nothing is proposed, or nothing"
        " would be left."
    )
    whole: bool = strawberry.field(description="Whether nothing of it was used: revokeGrant is what to look at.")


@strawberry.type
class UnusedQueries:
    @asked_by(*ENTITLED)
    async def unused_rights(
        self,
        info: Info,
        *,
        agency: strawberry.ID | None = None,
        grant: strawberry.ID | None = None,
        first: int = 50,
        after: strawberry.ID | None = None,
    ) -> Page[GrantUse]:
        """Grants in force, or one of them, and how they were used; a client sees those of its own agency."""
        context, now = info.context, datetime.now(UTC)
        in_force = or_(grants.c.valid_until.is_(None), grants.c.valid_until > now)
        statement = select(grants).where(own(context.visitor, grants.c.agency), grants.c.state == "active", in_force)
        statement = statement.where(~grants.c.emergency, grants.c.valid_from <= now)
        if agency is not None:
            statement = statement.where(grants.c.agency == word(agency))
        if grant is not None:
            statement = statement.where(grants.c.grant_id == number(grant))
        uses = await _uses(context, context.visitor.agency or agency, now)
        desk = context.office.desk
        world = World(desk.catalogue, desk.communes_of)
        statement = after_number(statement, grants.c.grant_id, after)
        return await page(info, statement, first, lambda row: _use_of(row, uses, world), grants.c.grant_id)


@dataclass(frozen=True, slots=True)
class Uses:
    """What the ledger says of the last days. `days` begin when it first counted anything."""

    days: Days
    by: dict[tuple[str, str], Use] = field(default_factory=dict)


def unused(terms: GrantTerms, last: Iterable[str], world: World) -> frozenset[str]:
    """What a grant gives and nobody used, of what can be judged."""
    return frozenset(scope for scope in world.scopes(terms) - frozenset(last) if Scope.parse(scope).verb in JUDGED)


def narrowed(terms: GrantTerms, without: frozenset[str], world: World) -> GrantTerms | None:
    """The terms that give all but these scopes. None: no right that can be used would be left."""
    left = world.scopes(terms) - without
    if not any(Scope.parse(scope).verb in JUDGED for scope in left):
        return None
    sets = tuple(name for name in terms.sets if world.catalogue.known([name]) & left)
    of_sets = world.catalogue.known(sets)
    return msgspec.structs.replace(
        terms,
        scopes=tuple(scope for scope in terms.scopes if scope not in without),
        sets=sets,
        exceptions=tuple(dict.fromkeys((*terms.exceptions, *sorted(of_sets & without)))),
    )


async def _uses(context: Context, agency: str | None, now: datetime) -> Uses:
    until = today(now)
    days = Days.before(until, OBSERVED_DAYS)
    try:
        async with context.office.books.reading() as connection:
            first = await observed_since(connection)
            by = dict(await used(connection, Days(days.since, Days.before(until, -1).since), agency))
    except LedgerUnreachable as unreachable:
        raise not_answered(Code.DATABASE_UNAVAILABLE, "The ledger does not answer in time.") from unreachable
    return Uses(Days(max(days.since, first or until), until), by)


def _use_of(row: "Row[Any]", uses: Uses, world: World) -> GrantUse:
    terms, use = terms_of(row), uses.by.get((row.agency, row.purpose), NOT_USED)
    since = max(uses.days.since, today(row.valid_from))
    days = (uses.days.until - since).days
    settled = days >= OBSERVED_DAYS and use.is_whole
    given, idle = world.scopes(terms), unused(terms, use.last, world)
    left = narrowed(terms, idle, world) if settled and idle else None
    return GrantUse(
        grant=strawberry.ID(str(row.grant_id)),
        agency=strawberry.ID(row.agency),
        purpose=strawberry.ID(row.purpose),
        since=since,
        days=days,
        settled=settled,
        unused=[strawberry.ID(scope) for scope in sorted(idle)],
        used=[LastUse(scope=strawberry.ID(s), day=use.last[s]) for s in sorted(given & use.last.keys())],
        terms=None if left is None else JSON(_as_input(left)),
        whole=settled and bool(idle) and left is None,
    )


def _as_input(terms: GrantTerms) -> dict[str, Any]:
    """As a mutation takes them; the beginning is that of the act."""
    said = {
        "scopes": list(terms.scopes),
        "sets": list(terms.sets),
        "exceptions": list(terms.exceptions),
        "reach": terms.reach.upper(),
        "units": list(terms.units),
        "unitsScheme": terms.units_scheme,
        "validUntil": None if terms.valid_until is None else terms.valid_until.isoformat(),
        "personsPerDay": terms.persons_per_day,
    }
    return {name: value for name, value in said.items() if value}
