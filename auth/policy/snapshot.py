"""The policy of one revision, and what of it counts at one moment.

A `Policy` is everything that was decided, dates included, and can be edited for previews: "what if". A `Snapshot` is
what of it counts now, and says when that will change by the calendar alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from joserfc.jwk import ECKey

from auth.caller import NO_OPERATIONS, Operations, Rights
from auth.policy.algebra import Asking, effective
from auth.policy.decided import Client, Dated, Delegation, Grant, Reference, SigningKey, Trial, counts_at

MEMO_LIMIT = 4096
"""Ways of asking (client, purpose, scopes, for a citizen or not) that a snapshot remembers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Policy:
    """Everything of one revision. `rules_revision` is that of the last change of anything but `revoked`."""

    revision: int
    rules_revision: int
    agencies: frozenset[str]
    clients: Mapping[str, Client]
    legal_bases: Mapping[str, str]
    keys: Mapping[str, SigningKey]
    grants: tuple[Grant, ...]
    delegations: tuple[Delegation, ...] = ()
    trials: tuple[Trial, ...] = ()
    operations: Mapping[str, Operations] = field(default_factory=dict)
    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    revoked: frozenset[Reference] = frozenset()

    def at(self, moment: float, before: "Snapshot | None" = None) -> "Snapshot":
        """What counts at this moment. Rights that are as they were `before` remain the same objects."""
        delegations = _by(((d.client, d.agency), d) for d in self.delegations if counts_at(d, moment))
        snapshot = Snapshot(
            policy=self,
            since=moment,
            next_change=self._next_change(moment),
            grants=_by((grant.agency, grant) for grant in self.grants if self._counts(grant, moment)),
            delegations=delegations,
            _before={} if before is None else before.remembered(),
        )
        tried = {trial.grant.number: trial.grant for trial in self.trials if moment < trial.until}
        return replace(snapshot, trial=snapshot.with_grants(tried)) if tried else snapshot

    def has_the_rules_of(self, other: "Policy") -> bool:
        """Whether the two differ in nothing but what is revoked, since one was made of the other."""
        return self.grants is other.grants and self.clients is other.clients and self.keys is other.keys

    def _counts(self, grant: Grant, moment: float) -> bool:
        return grant.agency in self.agencies and counts_at(grant, moment)

    def _next_change(self, moment: float) -> float:
        dated: tuple[Dated, ...] = (*self.grants, *self.delegations)
        dates = [date for each in dated for date in (each.valid_from, each.valid_until) if date is not None]
        dates += [trial.until for trial in self.trials]
        return min((date for date in dates if date > moment), default=float("inf"))

    def with_grant(self, grant: Grant) -> "Policy":
        """With this grant; in place of the one of its number, if there is one."""
        return replace(self, grants=(*self.without_grant(grant.number).grants, grant))

    def without_grant(self, number: int) -> "Policy":
        return replace(self, grants=tuple(grant for grant in self.grants if grant.number != number))

    def with_delegation(self, delegation: Delegation) -> "Policy":
        """With this delegation; in place of the one of its number, if there is one."""
        return replace(self, delegations=(*self.without_delegation(delegation.number).delegations, delegation))

    def without_delegation(self, number: int) -> "Policy":
        return replace(self, delegations=tuple(each for each in self.delegations if each.number != number))

    def with_client(self, client: Client) -> "Policy":
        """With this client, in place of the one of its name; its agency counts as admitted."""
        clients = {**self.clients, client.client: client}
        return replace(self, clients=clients, agencies=self.agencies | {client.agency})

    def without_client(self, client: str) -> "Policy":
        return replace(self, clients={name: each for name, each in self.clients.items() if name != client})

    def without_agency(self, agency: str) -> "Policy":
        """As if this agency were suspended, and with it its clients."""
        clients = {name: client for name, client in self.clients.items() if client.agency != agency}
        return replace(self, clients=clients, agencies=self.agencies - {agency})


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What counts from `since` until `next_change`, or until the revision changes. Remembers what it worked out."""

    policy: Policy
    since: float
    next_change: float
    grants: Mapping[str, tuple[Grant, ...]]
    delegations: Mapping[tuple[str, str], tuple[Delegation, ...]]
    _before: Mapping[Asking, Rights]
    trial: "Snapshot | None" = None
    """What would count if the narrowings on trial were made."""
    _rights: dict[Asking, Rights] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        return self.policy.revision

    @property
    def agencies(self) -> frozenset[str]:
        return self.policy.agencies

    @property
    def clients(self) -> Mapping[str, Client]:
        return self.policy.clients

    @property
    def legal_bases(self) -> Mapping[str, str]:
        return self.policy.legal_bases

    @property
    def sets(self) -> Mapping[str, frozenset[str]]:
        return self.policy.sets

    @property
    def revoked(self) -> frozenset[Reference]:
        return self.policy.revoked

    @property
    def keys(self) -> dict[str, ECKey]:
        """The keys by which tokens are verified; the same as are published."""
        return {kid: signing.key for kid, signing in self.policy.keys.items()}

    @property
    def signing_kid(self) -> str | None:
        """The key with which tokens are signed now."""
        return next((kid for kid, signing in self.policy.keys.items() if signing.state == "current"), None)

    def operations(self, agency: str) -> Operations:
        return self.policy.operations.get(agency, NO_OPERATIONS)

    def rights(self, asking: Asking) -> Rights:
        known = self._rights.get(asking)
        if known is None:
            if len(self._rights) >= MEMO_LIMIT:
                self._rights.clear()
            known = self._rights[asking] = self._work_out(asking)
        return known

    def _work_out(self, asking: Asking) -> Rights:
        rights, before = self._effective(asking), self._before.get(asking)
        return before if before is not None and before.equals(rights) else rights

    def _effective(self, asking: Asking) -> Rights:
        rights = effective(asking, self, self.policy.rules_revision)
        if self.trial is None:
            return rights
        tried = effective(asking, self.trial, self.policy.rules_revision)
        return rights if tried.reach == rights.reach else replace(rights, tried=tried)

    def with_grants(self, instead: Mapping[int, Grant]) -> "Snapshot":
        """With these grants in the place of those of their numbers, as far as those count."""
        grants = {
            agency: tuple(instead.get(grant.number, grant) for grant in of_one)
            for agency, of_one in self.grants.items()
        }
        return replace(self, grants=grants, _before={}, _rights={})

    def counts_at(self, moment: float) -> bool:
        return self.since <= moment < self.next_change

    def under(self, policy: Policy) -> "Snapshot":
        """The same rules under a policy in which only what is revoked differs."""
        return replace(self, policy=policy)

    def remembered(self) -> dict[Asking, Rights]:
        """What was worked out here or stands from before, no more than so much of it."""
        both = {**self._before, **self._rights}
        return both if len(both) <= MEMO_LIMIT else dict(self._rights)


Key = TypeVar("Key")
Value = TypeVar("Value")


def _by(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    """The values of each key, in order."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
