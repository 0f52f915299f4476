"""What was asked in both shapes and answered alike: the test's own reach, read off documents and answers.

Fields, ways in, hops and refused scopes are noted as in the non-interference test. Beside them: every way from one
register's reference to another register's fields, every member of every union, and every form of a document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import is_union_type, parse

from graph.composed import Composed
from tests.federation.same.both import Answer
from tests.federation.same.forms import FORMS, forms
from tests.properties.bindings import Coordinate, target_of
from tests.properties.demands import Demands, Path, demands_of
from tests.properties.met import Met, leads, unmet
from tests.properties.operations import Operation

Crossing = tuple[str, str, str]  # whose record referred, to an object of which type, whose fields answered


@dataclass(eq=False, repr=False, slots=True)
class Reach:
    """What was reached so far."""

    composed: Composed
    met: Met = field(default_factory=Met)
    forms: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)
    crossings: set[Crossing] = field(default_factory=set)

    def note(self, operation: Operation, answer: Answer) -> None:
        """Add what was asked and answered, or refused. Of an answer in which a field failed nothing counts."""
        status, body = answer
        if status == 200 and "errors" in body:
            return
        demands = demands_of(self.composed, parse(operation.text), operation.variables)
        self.met.note(self.composed, status, body, demands)
        if status == 200:
            self.forms |= forms(self.composed.schema, operation)
            self._walk(body["data"], (), (), demands)

    def _walk(self, value: Any, path: Path, came: tuple[Coordinate, ...], demands: Demands) -> None:
        """`came`: the fields that may have given this value."""
        if isinstance(value, list):
            for item in value:
                self._walk(item, path, came, demands)
        elif isinstance(value, dict):
            self._note_member(value, came)
            for key, inner in value.items():
                fields = tuple(demands.places.get((*path, key), ()))
                if leads(inner):
                    self._note_crossing(came, fields)
                self._walk(inner, (*path, key), fields or came, demands)  # edges and nodes are their connection's

    def _note_member(self, value: Mapping[str, Any], came: tuple[Coordinate, ...]) -> None:
        name = value.get("__typename")
        if name is not None and any(leads(inner) for key, inner in value.items() if key != "__typename"):
            self.members |= {(union, name) for each in came if (union := union_of(self.composed, each)) is not None}

    def _note_crossing(self, came: tuple[Coordinate, ...], fields: tuple[Coordinate, ...]) -> None:
        if len(came) == len(fields) == 1 and self.composed.is_entity(fields[0][0]):
            referring, answering = self.composed.made[came[0]].domain, self.composed.made[fields[0]].domain
            self.crossings.add((referring, fields[0][0], answering))

    def check(self) -> None:
        """Fails for whatever was not both asked and answered."""
        self.met.check(self.composed)
        assert unmet(sorted(FORMS), self.forms) == []
        assert unmet(sorted(members(self.composed)), self.members) == []
        assert unmet(sorted(crossings(self.composed)), self.crossings) == []


def union_of(composed: Composed, coordinate: Coordinate) -> str | None:
    """The union that a field leads to."""
    target = target_of(composed, coordinate)
    return target if is_union_type(composed.schema.type_map[target]) else None


def members(composed: Composed) -> set[tuple[str, str]]:
    """Every member of every union."""
    unions: list[Any] = [type_ for type_ in composed.schema.type_map.values() if is_union_type(type_)]
    return {(union.name, member.name) for union in unions for member in union.types}


def crossings(composed: Composed) -> dict[Crossing, list[tuple[Coordinate, Coordinate]]]:
    """Every way from a register's reference to an entity to another register's field of it: which two fields do it."""
    found: dict[Crossing, list[tuple[Coordinate, Coordinate]]] = {}
    for coordinate, made in composed.made.items():
        for target in _entities_of(composed, coordinate) if made.binding is not None else ():
            for name in _fields(composed, target):
                other = composed.made[target, name]
                if other.domain != made.domain and other.binding is not None:
                    found.setdefault((made.domain, target, other.domain), []).append((coordinate, (target, name)))
    return found


def _entities_of(composed: Composed, coordinate: Coordinate) -> list[str]:
    """The entities that a field leads to."""
    target: Any = composed.schema.type_map[target_of(composed, coordinate)]
    return [each.name for each in getattr(target, "types", [target]) if composed.is_entity(each.name)]


def _fields(composed: Composed, type_name: str) -> list[str]:
    type_: Any = composed.schema.type_map[type_name]
    return [*type_.fields]
