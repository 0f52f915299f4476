"""What an operation takes, read off its document and the bindings: the oracle that the planner is compared with.

Walks the selections as the specification's CollectFields does, and notes for every place in the answer which scopes
the rows behind it take. A row is shown where the reach of *all* of them meets (DESIGN section 3), so the reference
executor asks here which scopes those are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    Undefined,
    get_named_type,
    is_union_type,
    value_from_ast_untyped,
)
from sqlalchemy import bindparam

from domains.kit.fields import Composite, Leaf, Link, Relation
from domains.kit.queries import Match, Root, Way
from domains.kit.scopes import Verb, snake, type_scope
from graph.composed import Composed, Made
from tests.properties import bindings
from tests.properties.bindings import ColumnName, Coordinate

Path = tuple[str, ...]


@dataclass(eq=False, slots=True)
class Reading:
    """Rows of one table read for one place of the answer."""

    table: Any
    scopes: set[str] = field(default_factory=set)
    areas: list[str] = field(default_factory=list)  # communes asked for
    by_key: bool = False  # of an entity that something else led to


@dataclass(eq=False, slots=True)
class Demands:
    """What one operation takes, under the values of its variables."""

    readings: dict[tuple[Path, Any], Reading] = field(default_factory=dict)
    scopes: dict[str, Verb] = field(default_factory=dict)
    coordinates: dict[Coordinate, None] = field(default_factory=dict)  # asked for, whether guarded or public
    scopes_of: dict[Coordinate, set[str]] = field(default_factory=dict)
    places: dict[Path, set[Coordinate]] = field(default_factory=dict)  # which fields answer where
    shown: set[ColumnName] = field(default_factory=set)  # columns that the answer is made of
    joined: set[ColumnName] = field(default_factory=set)  # columns that rows are joined by
    compared: set[ColumnName] = field(default_factory=set)  # columns that arguments or constants are compared with
    speaks: bool = False

    def at(self, path: Path, table: Any) -> Reading:
        """The reading of a table for a place."""
        return self.readings[path, table]


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects the fields that selections make of an object type, merged by response key."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def fields(self, type_name: str, nodes: Iterable[Any]) -> dict[str, list[FieldNode]]:
        """The fields that `nodes` (fields, or the operation) select."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for node in nodes:
            for field_node in self._opened(node.selection_set, type_name, seen):
                found.setdefault((field_node.alias or field_node.name).value, []).append(field_node)
        return found

    def _opened(self, selection_set: Any, type_name: str, seen: set[str]) -> Iterator[FieldNode]:
        for node in selection_set.selections if selection_set is not None else ():
            if any(_leaves_out(directive, self.variables) for directive in node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._inside(node, type_name, seen)
            elif node.name.value not in seen:
                seen.add(node.name.value)
                yield from self._inside(self.fragments[node.name.value], type_name, seen)

    def _inside(self, fragment: Any, type_name: str, seen: set[str]) -> Iterator[FieldNode]:
        condition = fragment.type_condition
        if condition is None or self._applies(condition.name.value, type_name):
            yield from self._opened(fragment.selection_set, type_name, seen)

    def _applies(self, condition: str, type_name: str) -> bool:
        named = self.schema.get_type(condition)
        return condition == type_name or (
            is_union_type(named) and any(member.name == type_name for member in named.types)
        )


def demands_of(composed: Composed, document: DocumentNode, variables: Mapping[str, Any]) -> Demands:
    """What the only operation of a document takes."""
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    values = with_defaults(operation, variables)
    walk = _Walk(composed, Collector(composed.schema, fragments, values))
    walk.roots(operation)
    return walk.demands


def with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables as given, and the defaults of those left out."""
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return {**defaults, **variables}


def _leaves_out(directive: Any, variables: Mapping[str, Any]) -> bool:
    wanted = value_from_ast_untyped(directive.arguments[0].value, dict(variables))
    return bool(wanted) is (directive.name.value == "skip")


Held = dict[Any, Reading]  # table -> the reading that holds the row


class _Walk:
    def __init__(self, composed: Composed, collector: Collector) -> None:
        self._composed = composed
        self._collector = collector
        self.demands = Demands()

    def roots(self, operation: OperationDefinitionNode) -> None:
        for key, nodes in self._of("Query", [operation]).items():
            if (made := self._composed.made.get(("Query", nodes[0].name.value))) is not None:
                self._note("Query", nodes[0].name.value, (key,))
                self._root((key,), made, nodes)

    def _root(self, path: Path, made: Made, nodes: Sequence[FieldNode]) -> None:
        root: Root = made.binding
        reading = self._reading(path, root.source)
        name = nodes[0].name.value
        self._join(root.key)
        self.demands.compared |= bindings.columns(*root.where)
        if root.way is Way.SELF:
            self.demands.speaks = True
        elif root.way is Way.VERIFIED:
            self._take(reading, ("Query", name), type_scope(made.domain, root.verifies, Verb.VERIFY), Verb.VERIFY)
            for match in self._matches(nodes[0], root.by):
                self._compare(match)
            return
        else:
            self._look_up(reading, name, nodes[0], root)
        self._object_or_page(self._type(("Query", name)), path, {root.source: reading}, nodes)

    def _look_up(self, reading: Reading, name: str, node: FieldNode, root: Root) -> None:
        keyed = root.way in (Way.ONE, Way.EACH)
        matches = [*self._matches(node, root.by)]
        reading.areas += [
            self._given(node, area) for area, match in root.by.items() if getattr(match, "is_area", False)
        ]
        published = [root.key] if keyed else [column for match in matches for column in match.reads]
        for column in published:
            right = self._composed.published[column]  # type: ignore[index]
            if not right.data_class.is_public:
                self._take(reading, ("Query", name), right.scope(Verb.LOOKUP), Verb.LOOKUP)
        for match in matches:
            self._compare(match)

    def _compare(self, match: Match) -> None:
        self.demands.compared |= bindings.columns(match.condition(bindparam("given", type_=match.parameter)))

    def _matches(self, node: FieldNode, by: Mapping[str, Any]) -> Iterator[Match]:
        for name, match in by.items():
            given = self._given(node, name)
            if given is None:
                continue
            if isinstance(match, Match):
                yield match
            else:
                yield from match[snake(next(iter(given)))].values()

    def _object(self, type_name: str, path: Path, held: Held, nodes: Sequence[Any]) -> None:
        for key, selected in self._of(type_name, nodes).items():
            name = selected[0].name.value
            if name != "__typename":
                self._field(type_name, name, (*path, key), path, held, selected)

    def _field(self, type_name: str, name: str, path: Path, here: Path, held: Held, nodes: Sequence[FieldNode]) -> None:
        made = self._composed.made[type_name, name]
        self._note(type_name, name, path)
        match made.binding:
            case Leaf() | Composite():
                if not self._is_open_key(made, type_name, name):
                    self._read(self._row(made, here, held), made, type_name, name)
            case Link() as link:
                self._read(self._row(made, here, held), made, type_name, name)
                for target in link.keys:
                    self._object(target, path, {}, nodes)
            case Relation() as relation:
                self._relation(relation, made, (type_name, name), path, here, held, nodes)

    def _relation(
        self,
        relation: Relation,
        made: Made,
        coordinate: Coordinate,
        path: Path,
        here: Path,
        held: Held,
        nodes: Sequence[FieldNode],
    ) -> None:
        if made.origin is not None and made.origin.source is not None:
            row = self._row(made, here, held)
            if row.table in self._composed.rows and (row.by_key or relation.on is not None):
                self._read(row, made, *coordinate)
        table = relation.by.table
        reading = self._reading(path, table)
        self._read(reading, made, *coordinate)
        self._join(relation.by, relation.on, relation.key)
        self.demands.compared |= bindings.columns(*bindings.conditions(relation))
        if relation.as_of is not None and self._given(nodes[0], "as_of") is not None:
            assert made.right is not None
            self._take(reading, coordinate, made.right.scope(Verb.HISTORY), Verb.HISTORY)
        self._object_or_page(self._type(coordinate), path, {table: reading}, nodes)

    def _object_or_page(self, type_: Any, path: Path, held: Held, nodes: Sequence[Any]) -> None:
        if "edges" not in getattr(type_, "fields", ()):
            self._object(type_.name, path, held, nodes)
            return
        for key, edges in self._of(type_.name, nodes).items():
            if edges[0].name.value != "edges":
                continue
            edge: Any = get_named_type(type_.fields["edges"].type)
            for inner, selected in self._of(edge.name, edges).items():
                if selected[0].name.value == "node":
                    node = get_named_type(edge.fields["node"].type)
                    self._object(node.name, (*path, key, inner), {**held}, selected)

    def _note(self, type_name: str, name: str, path: Path) -> None:
        self.demands.coordinates[type_name, name] = None
        self.demands.places.setdefault(path, set()).add((type_name, name))

    def _join(self, *keys: Any) -> None:
        self.demands.joined |= bindings.columns(*(key for key in keys if key is not None))

    def _row(self, made: Made, here: Path, held: Held) -> Reading:
        assert made.origin is not None
        table = made.origin.source
        if table not in held:
            held[table] = self._reading(here, table)
            self._join(made.origin.key_column)
            held[table].by_key = True
        return held[table]

    def _reading(self, path: Path, table: Any) -> Reading:
        return self.demands.readings.setdefault((path, table), Reading(table))

    def _read(self, reading: Reading, made: Made, type_name: str, name: str) -> None:
        assert made.right is not None
        self.demands.shown |= bindings.columns(*bindings.written(made.binding))
        if isinstance(made.binding, Link):
            self._join(*made.binding.keys.values())
        if not made.right.data_class.is_public:
            self._take(reading, (type_name, name), made.right.scope(), Verb.READ)

    def _take(self, reading: Reading, coordinate: Coordinate, scope: str, verb: Verb) -> None:
        reading.scopes.add(scope)
        self.demands.scopes[scope] = verb
        self.demands.scopes_of.setdefault(coordinate, set()).add(scope)

    def _is_open_key(self, made: Made, type_name: str, name: str) -> bool:
        return (
            made.origin is not None
            and made.origin.key == name
            and made.right is not None
            and made.right.data_class.is_public
            and self._composed.is_entity(type_name)
        )

    def _of(self, type_name: str, nodes: Iterable[Any]) -> dict[str, list[FieldNode]]:
        return self._collector.fields(type_name, nodes)

    def _type(self, coordinate: Coordinate) -> Any:
        type_: Any = self._composed.schema.type_map[coordinate[0]]
        return get_named_type(type_.fields[coordinate[1]].type)

    def _given(self, node: FieldNode, name: str) -> Any:
        """An argument's value as the caller wrote it; None where it is null or left out."""
        for argument in node.arguments or ():
            if snake(argument.name.value) == name:
                value = value_from_ast_untyped(argument.value, dict(self._collector.variables))
                return None if value is Undefined else value
        return None
