"""The algebra of effective rights.

    effective = token ∩ client ∩ grants valid now for this purpose and this kind of caller
                [∩ delegation] [∩ the same of every client of an exchanged token]

The citizen's consent is in it already: a token for a citizen names only what was consented to, and dies with the
consent. Pure: a snapshot says what counts, and keeps what comes out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from types import MappingProxyType
from typing import Protocol

from auth.caller import Choice, Limit, Rights
from auth.policy.decided import Client, Delegation, Grant
from auth.reach import Reach, united

Supply = dict[str, list[Grant]]
"""Scope by scope, the grants that give it."""

Given = tuple[list[Grant], ...]
"""Client by client, the grants that give one scope."""

Numbers = tuple[tuple[int, ...], ...]
"""The same by their numbers. Scopes are many and these are few, so that what follows from them is worked out once."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a token asks. Two requests that ask the same way have the same rights.

    `agency` is the one on whose behalf a client of another agency asks, by delegation. `through` are the clients whose
    tokens were exchanged for this one, the latest first; the last of them is the one that asked first.
    """

    client: str
    purpose: str | None
    scope: str
    for_citizen: bool
    agency: str | None = None
    through: tuple[str, ...] = ()


class Counting(Protocol):
    """What counts at one moment: only what is active, and within its dates."""

    @property
    def clients(self) -> Mapping[str, Client]: ...
    @property
    def grants(self) -> Mapping[str, tuple[Grant, ...]]:
        """By agency; no agency that is suspended."""
        ...

    @property
    def delegations(self) -> Mapping[tuple[str, str], tuple[Delegation, ...]]:
        """By client and delegating agency."""
        ...

    @property
    def sets(self) -> Mapping[str, frozenset[str]]: ...


def effective(asking: Asking, counting: Counting, revision: int) -> Rights:
    """What this way of asking may do: what each client of the chain may do by itself, and all of them."""
    asked = open_sets(asking.scope.split(), counting.sets)
    chain = (asking.client, *asking.through)
    return _combined(revision, [_supply(place, chain, asking, asked, counting) for place in range(len(chain))])


def _supply(place: int, chain: Sequence[str], asking: Asking, asked: frozenset[str], counting: Counting) -> Supply:
    """What one client of the chain could ask by itself for this purpose, on behalf of the same agency."""
    client = counting.clients.get(chain[place])
    if client is None or not _may_ask(client, asking.for_citizen, exchanged=place < len(chain) - 1):
        return {}
    holder = asking.agency or client.agency
    open_to = asked & client.allowed
    if holder != client.agency:
        open_to &= _delegated(counting.delegations.get((client.client, holder), ()), asking.purpose)
    return _supplying(counting.grants.get(holder, ()), open_to, asking)


def _may_ask(client: Client, for_citizen: bool, *, exchanged: bool) -> bool:  # noqa: FBT001
    """A subgraph asks nothing. Whoever exchanged a token must be allowed to; only a portal speaks for a citizen first.

    A client that exchanged a portal's token speaks for the citizen as that portal does, and no further.
    """
    if client.kind == "subgraph":
        return False
    return client.exchanges if exchanged else client.speaks_for_citizens or not for_citizen


def _delegated(delegations: Iterable[Delegation], purpose: str | None) -> frozenset[str]:
    return frozenset().union(*(given.scopes for given in delegations if given.purpose == purpose))


def _supplying(grants: Iterable[Grant], open_to: frozenset[str], asking: Asking) -> Supply:
    supply: Supply = {}
    for grant in grants:
        if grant.purpose == asking.purpose and grant.for_citizens == asking.for_citizen:
            for scope in grant.scopes & open_to:
                supply.setdefault(scope, []).append(grant)
    return supply


def _combined(revision: int, supplies: Sequence[Supply]) -> Rights:
    """Scope by scope what all of them give: reach is intersected, and every limit counts."""
    scopes = frozenset.intersection(*(frozenset(supply) for supply in supplies))
    given = {scope: tuple(supply[scope] for supply in supplies) for scope in scopes}
    numbers = {scope: _numbers(of_all) for scope, of_all in given.items()}
    distinct = {numbers[scope]: of_all for scope, of_all in given.items()}
    reach = {each: _united_reach(of_all) for each, of_all in distinct.items()}
    limits = {each: choices for each, of_all in distinct.items() if (choices := _choices(of_all))}
    grants = {each: tuple(sorted(frozenset().union(*each))) for each in distinct}
    return Rights(
        revision=revision,
        reach=MappingProxyType({scope: reach[each] for scope, each in numbers.items()}),
        grants=MappingProxyType({scope: grants[each] for scope, each in numbers.items()}),
        limits=MappingProxyType({scope: limits[each] for scope, each in numbers.items() if each in limits}),
        emergencies=frozenset(_emergencies(distinct.values())),
    )


def _numbers(of_all: Given) -> Numbers:
    return tuple(tuple([grant.number for grant in of_one]) for of_one in of_all)


def _united_reach(of_all: Given) -> Reach:
    return reduce(and_, (united(grant.reach for grant in of_one) for of_one in of_all))


def _choices(of_all: Given) -> tuple[Choice, ...]:
    """What is charged: nothing for a client that also has the scope by a grant without a limit."""
    choices = (_choice(of_one) for of_one in of_all)
    return tuple(dict.fromkeys(choice for choice in choices if choice))


def _choice(of_one: Sequence[Grant]) -> Choice:
    limits = [Limit(grant.number, grant.persons_per_day) for grant in of_one if grant.persons_per_day is not None]
    return tuple(sorted(limits, key=lambda limit: limit.grant)) if len(limits) == len(of_one) else ()


def _emergencies(given: Iterable[Given]) -> Iterator[int]:
    return (grant.number for of_all in given for of_one in of_all for grant in of_one if grant.emergency)


def open_sets(names: Iterable[str], sets: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Replace the names of sets by their members; other names stay, known or not."""
    found: set[str] = set()
    for name in names:
        found |= sets.get(name, {name})
    return frozenset(found)
