"""How every connection is asked page by page: where it stands, and for whom there is more than one page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type, is_leaf_type

from domains.kit.fields import Relation
from domains.kit.queries import Root, Way
from graph.composed import Composed
from tests.properties.arguments import ROOTS, Arguments, Draw
from tests.properties.bindings import Coordinate
from tests.properties.operations import Operation

SEARCHES = 50  # ways to ask a root field; one of them finds more than one

Page = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pages:
    """One connection at one place."""

    head: str
    body: str
    values: Mapping[str, Any]
    path: tuple[str, ...]

    def after(self, cursor: str | None) -> Operation:
        """The page of one entry after this place."""
        return Operation(f"{self.head} {{ {self.body} }}", {**self.values, "after": cursor})

    def of(self, data: Any) -> Page:
        """The page in an answer."""
        for key in self.path:
            data = data[key]
        page: Page = data
        return page


def connections(composed: Composed) -> list[Coordinate]:
    """Every field that answers in pages."""
    return [each for each in composed.made if "edges" in getattr(_type(composed, each), "fields", ())]


def pages(arguments: Arguments, connection: Coordinate) -> Iterator[Pages]:
    """Where to ask for a connection; somewhere here there is a second page, if the nation has one."""
    if connection[0] == "Query":
        return (_of_root(arguments, connection[1], Draw(place)) for place in range(SEARCHES))
    return _of_object(arguments, connection)


def _of_root(arguments: Arguments, name: str, draw: Draw) -> Pages:
    fields: Any = arguments.composed.schema.query_type
    declared = fields.fields[name].args
    given = {key: value for key, value in ROOTS[name](arguments, draw, ()).items() if key not in ("first", "after")}
    head = "".join(f", ${key}: {declared[key].type}" for key in given)
    passed = "".join(f"{key}: ${key}, " for key in given)
    body = f"{name}({passed}first: 1, after: $after) {_selection(arguments.composed, ('Query', name))}"
    return Pages(f"query ($after: Cursor{head})", body, given, (name,))


def _of_object(arguments: Arguments, connection: Coordinate) -> Iterator[Pages]:
    """At whoever has the most."""
    composed, (type_name, name) = arguments.composed, connection
    relation: Relation = composed.made[connection].binding
    root, binding = next(
        (field, made.binding)
        for (of, field), made in composed.made.items()
        if of == "Query" and _is_key_of(composed, field, made.binding, type_name)
    )
    held = arguments.nation.tables[relation.by.table]
    key = max(
        (row[binding.key] for row in arguments.nation.tables[binding.source].all),
        key=lambda key: len(held.by(relation.by, key)),
    )
    query: Any = composed.schema.query_type
    ((argument, declared),) = query.fields[root].args.items()
    inner = f"{name}(first: 1, after: $after) {_selection(composed, connection)}"
    head, body = f"query ($key: {declared.type}, $after: Cursor)", f"{root}({argument}: $key) {{ {inner} }}"
    yield Pages(head, body, {"key": key}, (root, name))


def _is_key_of(composed: Composed, field: str, binding: Any, type_name: str) -> bool:
    return isinstance(binding, Root) and binding.way is Way.ONE and _type(composed, ("Query", field)).name == type_name


def _selection(composed: Composed, connection: Coordinate) -> str:
    """Everything about a page, and of its nodes every field without fields."""
    edge: Any = get_named_type(_type(composed, connection).fields["edges"].type)
    node: Any = get_named_type(edge.fields["node"].type)
    leaves = " ".join(name for name, field in node.fields.items() if is_leaf_type(get_named_type(field.type)))
    return f"{{ edges {{ cursor node {{ {leaves} }} }} pageInfo {{ hasNextPage endCursor }} }}"


def _type(composed: Composed, coordinate: Coordinate) -> Any:
    type_: Any = composed.schema.type_map[coordinate[0]]
    return get_named_type(type_.fields[coordinate[1]].type)
