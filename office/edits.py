"""A change as an edit of the policy: what would be allowed if it were made at this moment.

Only for looking ahead; what is really allowed is read from the database afterwards. A grant that begins later is taken
as begun, so that its preview says what it will mean. A change that is not listed here alters nobody's rights.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select

from auth.acts import agencies, clients, emergencies, grants, trials
from auth.acts.change import Change
from auth.acts.clients import ClientTerms
from auth.acts.terms import GrantTerms, World
from auth.policy.decided import Client, Grant
from auth.policy.snapshot import Policy
from auth.tables import clients as client_rows
from auth.tables import grants as grant_rows
from auth.tables import trials as trial_rows
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
        return self.policy.with_grant(Grant(number, agency, purpose, scopes, reach, 0.0, until, terms.persons_per_day))

    def admitted(self, client: Client, terms: ClientTerms) -> Policy:
        named = replace(client, bearer=terms.token_type == "Bearer", exchanges=terms.exchanges)  # noqa: S105
        allowed = self.world.catalogue.known(terms.allowed)
        return self.policy.with_client(replace(named, allowed=allowed, registered_only=terms.registered_only))

    async def rows(self, table: Table, where: "ColumnElement[bool]") -> "list[Row[Any]]":
        return await fetch(self.context.engine, select(table).where(where))

    async def grant(self, number: int) -> "list[Row[Any]]":
        return await self.rows(grant_rows, grant_rows.c.grant_id == number)

    async def clients(self, where: "ColumnElement[bool]") -> "list[tuple[Client, ClientTerms]]":
        found = await self.rows(client_rows, where)
        return [
            (Client(row.client, row.agency, frozenset(), row.kind, domain=row.domain), clients.terms_of(row))
            for row in found
        ]


async def edited(context: Context, policy: Policy, change: Change) -> Policy:
    """The policy with this change."""
    edit = EDITS.get(type(change))
    return policy if edit is None else await edit(Edit(context, policy), change)


async def _give(edit: Edit, change: grants.GiveGrant | emergencies.OpenEmergency) -> Policy:
    return edit.granted(change.agency, change.purpose, change.terms)


async def _replace(edit: Edit, change: grants.ReplaceGrant | grants.NarrowGrant) -> Policy:
    for row in await edit.grant(change.grant):
        return edit.granted(row.agency, row.purpose, change.terms, change.grant)
    return edit.policy


async def _narrow_as_tried(edit: Edit, change: trials.NarrowAsTried) -> Policy:
    for trial in await edit.rows(trial_rows, trial_rows.c.trial == change.trial):
        for row in await edit.grant(trial.grant_id):
            terms = trials.terms_tried(grants.terms_of(row), trial)
            return edit.granted(row.agency, row.purpose, terms, trial.grant_id)
    return edit.policy


async def _resume(edit: Edit, change: grants.ResumeGrant) -> Policy:
    for row in await edit.grant(change.grant):
        return edit.granted(row.agency, row.purpose, grants.terms_of(row), change.grant)
    return edit.policy


async def _end(edit: Edit, change: grants.SuspendGrant | grants.RevokeGrant | emergencies.EndEmergency) -> Policy:
    return edit.policy.without_grant(change.grant)


async def _register(edit: Edit, change: clients.RegisterClient) -> Policy:
    made = Client(change.client, change.agency, frozenset(), change.kind, domain=change.domain)
    return edit.admitted(made, change.terms)


async def _retouch(edit: Edit, change: clients.WidenClient | clients.NarrowClient) -> Policy:
    for client, _ in await edit.clients(client_rows.c.client == change.client):
        return edit.admitted(client, change.terms)
    return edit.policy


async def _resume_client(edit: Edit, change: clients.ResumeClient) -> Policy:
    for client, terms in await edit.clients(client_rows.c.client == change.client):
        return edit.admitted(client, terms)
    return edit.policy


async def _suspend_client(edit: Edit, change: clients.SuspendClient) -> Policy:
    return edit.policy.without_client(change.client)


async def _resume_agency(edit: Edit, change: agencies.ResumeAgency) -> Policy:
    live = (client_rows.c.agency == change.agency) & (client_rows.c.state == "active")
    found = await edit.clients(live)
    return reduce(lambda policy, each: replace(edit, policy=policy).admitted(*each), found, edit.policy)


async def _suspend_agency(edit: Edit, change: agencies.SuspendAgency) -> Policy:
    return edit.policy.without_agency(change.agency)


EDITS: Mapping[type[Change], Callable[[Edit, Any], Awaitable[Policy]]] = MappingProxyType(
    {
        grants.GiveGrant: _give,
        grants.ReplaceGrant: _replace,
        grants.NarrowGrant: _replace,
        trials.NarrowAsTried: _narrow_as_tried,
        grants.ResumeGrant: _resume,
        grants.SuspendGrant: _end,
        grants.RevokeGrant: _end,
        emergencies.OpenEmergency: _give,
        emergencies.EndEmergency: _end,
        clients.RegisterClient: _register,
        clients.WidenClient: _retouch,
        clients.NarrowClient: _retouch,
        clients.ResumeClient: _resume_client,
        clients.SuspendClient: _suspend_client,
        agencies.ResumeAgency: _resume_agency,
        agencies.SuspendAgency: _suspend_agency,
    }
)
"""The changes that alter what clients may read by themselves; delegations are not looked at."""
