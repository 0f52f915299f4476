"""Callers with generated rights: which scopes, whose data, protected persons or not, with a purpose or without."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from auth.caller import Caller, Purpose, Rights
from auth.reach import EVERYWHERE, SELF, Reach, in_communes
from domains.identity.tables import citizens
from domains.kit.scopes import Verb
from tests.properties.nation import Nation

PURPOSE = Purpose("PROPERTY", "an invented law, article 1", "CASE-1")


def caller(reach: Mapping[str, Reach], *, subject: str | None = None, purpose: Purpose | None = PURPOSE) -> Caller:
    """A caller with these rights and no grant behind them."""
    return Caller("G00", "client-of-properties", purpose, subject, Rights(1, reach, {}))


def is_protected(scope: str) -> bool:
    """Whether a scope is the right to see protected persons."""
    return scope.endswith(f":{Verb.PROTECTED}")


def communes(nation: Nation, share: float, seed: int) -> Reach:
    """Communes in which about this share of the people live."""
    lived_in = Counter(row[citizens.c.residence_commune] for row in nation.tables[citizens].all)
    lived_in.pop(None, None)
    wanted, some = share * lived_in.total(), set[str]()
    for commune in Random(seed).sample(sorted(lived_in), len(lived_in)):  # noqa: S311 - a test's choice
        if sum(lived_in[one] for one in some) >= wanted:
            break
        some.add(commune)
    return in_communes(some)


def kinds(nation: Nation, scopes: Iterable[str], subjects: Sequence[str]) -> Mapping[str, Caller]:
    """Callers of every kind of reach who hold all these scopes."""
    everything = sorted(scopes)
    unprotected = [scope for scope in everything if not is_protected(scope)]
    near, far = communes(nation, 0.6, 1), communes(nation, 0.6, 2)
    mixed = {scope: (EVERYWHERE, near, far, near | far)[place % 4] for place, scope in enumerate(everything)}
    return {
        "everywhere, protected persons too": caller(dict.fromkeys(everything, EVERYWHERE)),
        "everywhere": caller(dict.fromkeys(unprotected, EVERYWHERE)),
        "a jurisdiction": caller(dict.fromkeys(unprotected, near)),
        "a jurisdiction, protected persons in part of it": caller(
            {scope: far if is_protected(scope) else near for scope in everything}
        ),
        "one reach for each field": caller(mixed),
        **{
            f"citizen {place}": caller(dict.fromkeys(everything, SELF), subject=pin)
            for place, pin in enumerate(subjects)
        },
    }
