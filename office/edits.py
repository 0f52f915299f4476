"""A change as an edit of the policy: what would be allowed if it were made at this moment.

Only for looking ahead; what is really allowed is read from the database afterwards. A grant that begins later is taken
as begun, so that its preview says what it will mean. A change that alters nobody's rights leaves the policy as it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from auth.acts import grants
from auth.acts.change import Change
from auth.acts.terms import GrantTerms, World
from auth.policy.decided import Grant
from auth.policy.snapshot import Policy
from auth.tables import grants as rows
from office.context import Context
from office.rows import fetch

TO_COME = 0
"""Number of a grant that has none yet."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A policy that is being edited."""

    context: Context
    policy: Policy

    @property
    def world(self) -> World:
        return World(self.context.office.desk.catalogue, self.context.office.desk.communes_of)

    def granted(self, agency: str, purpose: str, terms: GrantTerms, number: int = TO_COME) -> Policy:
        until = None if terms.valid_until is None else terms.valid_until.timestamp()
        scopes, reach = self.world.scopes(terms), self.world.reach(terms)
        grant = Grant(number, agency, purpose, scopes, reach, 0.0, until, terms.persons_per_day)
        return self.policy.with_grant(grant)

    async def row(self, number: int) -> "Row[Any] | None":
        found = await fetch(self.context.engine, select(rows).where(rows.c.grant_id == number))
        return found[0] if found else None


async def edited(context: Context, policy: Policy, change: Change) -> Policy:
    """The policy with this change."""
    edit = EDITS.get(type(change))
    return policy if edit is None else await edit(Edit(context, policy), change)


async def _give(edit: Edit, change: grants.GiveGrant) -> Policy:
    return edit.granted(change.agency, change.purpose, change.terms)


async def _replace(edit: Edit, change: grants.ReplaceGrant | grants.NarrowGrant) -> Policy:
    row = await edit.row(change.grant)
    return edit.policy if row is None else edit.granted(row.agency, row.purpose, change.terms, change.grant)


async def _resume(edit: Edit, change: grants.ResumeGrant) -> Policy:
    row = await edit.row(change.grant)
    if row is None:
        return edit.policy
    return edit.granted(row.agency, row.purpose, grants.terms_of(row), change.grant)


async def _end(edit: Edit, change: grants.SuspendGrant | grants.RevokeGrant) -> Policy:
    return edit.policy.without_grant(change.grant)


EDITS: Mapping[type[Change], Callable[[Edit, Any], Awaitable[Policy]]] = MappingProxyType(
    {
        grants.GiveGrant: _give,
        grants.ReplaceGrant: _replace,
        grants.NarrowGrant: _replace,
        grants.ResumeGrant: _resume,
        grants.SuspendGrant: _end,
        grants.RevokeGrant: _end,
    }
)
"""The changes that alter who may read what."""
