"""The policy: what officers decided, as values, and the algebra of effective rights.

`effective = token and client and grants valid now, for this purpose and this kind of caller`. Pure: the feed brings the
rows, the authority asks. A `Policy` is everything of one revision, dates included; a `Snapshot` is what of it counts at
one moment, and says when that will change by the calendar alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from types import MappingProxyType

from joserfc.jwk import ECKey

from auth.caller import Rights
from auth.reach import NOWHERE, Reach

MEMO_LIMIT = 4096
"""Kinds of asking (client, purpose, scopes, for a citizen or not) that a snapshot remembers."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is not suspended, of an agency that is not."""

    client: str
    agency: str
    speaks_for_citizens: bool
    bearer: bool
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """An active grant; sets are opened and exceptions taken out. Dates are seconds since 1970."""

    number: int
    agency: str
    purpose: str
    scopes: frozenset[str]
    reach: Reach
    valid_from: float
    valid_until: float | None

    def counts_at(self, moment: float) -> bool:
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)

    @property
    def for_citizens(self) -> bool:
        """Grants to read oneself serve tokens that speak for a citizen, and nobody else; all others the reverse."""
        return self.reach.kind == "self"


@dataclass(frozen=True, slots=True)
class Asking:
    """How a token asks. Two requests that ask the same way have the same rights."""

    client: str
    purpose: str | None
    scope: str
    for_citizen: bool


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What counts from now until `next_change`, or until the revision changes. Remembers what it worked out."""

    revision: int
    clients: Mapping[str, Client]
    legal_bases: Mapping[str, str]
    keys: Mapping[str, ECKey]
    grants: Mapping[str, tuple[Grant, ...]]
    sets: Mapping[str, frozenset[str]]
    next_change: float
    _rights: dict[Asking, Rights] = field(default_factory=dict)

    def rights(self, asking: Asking) -> Rights:
        known = self._rights.get(asking)
        if known is None:
            if len(self._rights) >= MEMO_LIMIT:
                self._rights.clear()
            known = self._rights[asking] = self._work_out(asking)
        return known

    def _work_out(self, asking: Asking) -> Rights:
        client = self.clients.get(asking.client)
        supply = (
            {} if client is None else supplying(client, self.grants.get(client.agency, ()), self._asked(asking), asking)
        )
        return Rights(
            revision=self.revision,
            reach=MappingProxyType({scope: reduce(or_, (g.reach for g in given)) for scope, given in supply.items()}),
            grants=MappingProxyType({scope: tuple(g.number for g in given) for scope, given in supply.items()}),
        )

    def _asked(self, asking: Asking) -> frozenset[str]:
        return open_sets(asking.scope.split(), self.sets)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything of one revision."""

    revision: int
    clients: Mapping[str, Client]
    legal_bases: Mapping[str, str]
    keys: Mapping[str, ECKey]
    grants: tuple[Grant, ...]
    sets: Mapping[str, frozenset[str]]

    def at(self, moment: float) -> Snapshot:
        """What counts at this moment."""
        by_agency: dict[str, list[Grant]] = {}
        for grant in self.grants:
            if grant.counts_at(moment):
                by_agency.setdefault(grant.agency, []).append(grant)
        turning = (date for grant in self.grants for date in (grant.valid_from, grant.valid_until) if date is not None)
        return Snapshot(
            revision=self.revision,
            clients=self.clients,
            legal_bases=self.legal_bases,
            keys=self.keys,
            grants={agency: tuple(grants) for agency, grants in by_agency.items()},
            sets=self.sets,
            next_change=min((date for date in turning if date > moment), default=float("inf")),
        )


def open_sets(names: Iterable[str], sets: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Replace the names of sets by their members; other names stay, known or not."""
    found: set[str] = set()
    for name in names:
        found |= sets.get(name, {name})
    return frozenset(found)


def supplying(
    client: Client, grants: Iterable[Grant], asked: frozenset[str], asking: Asking
) -> dict[str, tuple[Grant, ...]]:
    """The grants that supply each scope: what was asked, what the client may ask, what is granted for this."""
    if asking.for_citizen and not client.speaks_for_citizens:
        return {}
    open_to = asked & client.allowed
    supply: dict[str, tuple[Grant, ...]] = {}
    for grant in grants:
        if (
            grant.agency == client.agency
            and grant.purpose == asking.purpose
            and grant.for_citizens == asking.for_citizen
        ):
            for scope in grant.scopes & open_to:
                supply[scope] = (*supply.get(scope, ()), grant)
    return supply


def jurisdiction(communes: Iterable[frozenset[str]]) -> Reach:
    """The reach of several administrative units; units that no longer exist reach nobody."""
    return reduce(or_, (Reach(communes=codes) for codes in communes), NOWHERE)
