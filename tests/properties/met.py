"""What operations have met, so that a run of them can say whether it looked everywhere.

Fields granted and refused, ways in hit and missed, hops crossed: what a run never met it says nothing about.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domains.kit.fields import Link, Relation
from domains.kit.queries import Root, Way
from domains.kit.rights import searched
from domains.kit.scopes import Verb, type_scope
from graph.composed import Composed
from tests.properties.bindings import Coordinate
from tests.properties.demands import Demands, Path


@dataclass(eq=False, repr=False, slots=True)
class Met:
    """What a run has met."""

    outcomes: Counter[str] = field(default_factory=Counter)
    granted: set[Coordinate] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # scopes
    hit: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    crossed: set[Coordinate] = field(default_factory=set)
    with_personal_value: int = 0

    def note(self, composed: Composed, status: int, answer: Mapping[str, Any], demands: Demands) -> None:
        """Add an answer to an operation that takes these."""
        self.outcomes["granted" if status == 200 else answer["errors"][0]["extensions"]["code"]] += 1
        if status != 200:
            self.refused |= {error["extensions"].get("scope", "") for error in answer["errors"]}
            return
        self.granted |= demands.coordinates.keys()
        is_personal = False
        for coordinate, value in values(answer["data"], (), demands):
            there = leads(value)
            is_personal = is_personal or (there and _is_guarded(composed, coordinate))
            if coordinate[0] == "Query":
                (self.hit if there else self.missed).add(coordinate[1])
            elif there and isinstance(composed.made[coordinate].binding, Link | Relation):
                self.crossed.add(coordinate)
        self.with_personal_value += is_personal

    def check(self, composed: Composed) -> None:
        """The run's own reach."""
        made = composed.made
        published = [coordinate for coordinate, one in made.items() if one.right is not None]
        roots = [coordinate for coordinate, one in made.items() if isinstance(one.binding, Root)]
        demanded = {scope for coordinate in (*published, *roots) for scope in scopes_of(composed, coordinate)}
        hops = [coordinate for coordinate, one in made.items() if isinstance(one.binding, Link | Relation)]
        assert unmet(published, self.granted) == []
        assert unmet(sorted(demanded), self.refused) == []
        assert unmet([name for _, name in roots], self.hit) == []
        assert unmet([name for _, name in roots], self.missed) == []
        assert unmet(hops, self.crossed) == []
        assert self.with_personal_value >= self.outcomes["granted"] / 2


def unmet(all_: Sequence[object], met: Collection[object]) -> list[object]:
    """Those that were not met, in their order."""
    return [one for one in all_ if one not in met]


def values(value: Any, path: Path, demands: Demands) -> Iterator[tuple[Coordinate, Any]]:
    """Every value of an answer with the fields that may have given it."""
    if isinstance(value, list):
        for item in value:
            yield from values(item, path, demands)
    elif isinstance(value, dict):
        for key, inner in value.items():
            for coordinate in demands.places.get((*path, key), ()):
                yield coordinate, inner
            yield from values(inner, (*path, key), demands)


def leads(value: Any) -> bool:
    """False for what looks as if there were nobody: null, false, an empty list or page."""
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
        return "edges" not in value or any(lists)
    if isinstance(value, list):
        return any(item is not None for item in value)
    return value is not None and value is not False


def _is_guarded(composed: Composed, coordinate: Coordinate) -> bool:
    right = composed.made[coordinate].right
    return right is not None and not right.data_class.is_public


def scopes_of(composed: Any, coordinate: Coordinate) -> Iterator[str]:
    """The scopes that asking for a field by itself may take."""
    made = composed.made[coordinate]
    match made.binding:
        case Root(way=Way.VERIFIED) as root:
            yield type_scope(made.domain, root.verifies, Verb.VERIFY)
        case Root(way=Way.SELF):
            return
        case Root() as root:
            for column in searched(root):
                right = composed.published[column]
                if not right.data_class.is_public:
                    yield right.scope(Verb.LOOKUP)
        case _ if made.right is not None and not made.right.data_class.is_public:
            yield made.right.scope()
