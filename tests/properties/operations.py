"""Operations drawn by walking the composed schema: everything a document may hold, with arguments from the nation.

Aliases, fragments, inline fragments on unions, @skip and @include, variables with and without defaults, literals,
lists, nulls, enums, oneOf inputs, several root fields, merged duplicates, __typename, pages, dates, and hops back and
forth across the domains. What a document may not hold (a conflict of merged fields) is avoided by aliases that occur
once.
"""

import datetime as dt
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_union_type,
)
from hypothesis import strategies as st

from domains.kit.fields import Relation
from tests.properties.arguments import Arguments, Draw
from tests.properties.bindings import Coordinate

DEPTH, FIELDS, ALIASES = 8, 40, 26
PAGING = frozenset({"edges", "node", "pageInfo", "cursor"})

Allowed = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a caller sends."""

    text: str
    variables: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """The request's body."""
        return json.dumps({"query": self.text, "variables": self.variables}).encode()


def operations(
    arguments: Arguments, aims: Sequence[Coordinate], allowed: Allowed, *, dated: bool = True
) -> st.SearchStrategy[Operation]:
    """Operations that ask for one of `aims` and others, all of them `allowed`.

    Hypothesis draws what is asked for, how much beside it, and a seed for the rest: a walk by its own draws would be
    small and lopsided. A failing operation shrinks in size.
    """
    seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, FIELDS)
    return st.builds(
        lambda aim, seed, size: Writer(arguments, Draw(seed), allowed, dated=dated, left=size).operation(aim),
        st.sampled_from(aims),
        seeds,
        sizes,
    )


def route(schema: GraphQLSchema, aim: Coordinate, allowed: Allowed, start: int = 0) -> Sequence[Coordinate]:
    """A shortest way from a root field to a field, through fields that are allowed; empty where there is none."""
    query: Any = schema.query_type
    names = [name for name in query.fields if allowed("Query", name)]
    roots = names[start % len(names) :] + names[: start % len(names)] if names else []
    ways: deque[tuple[Coordinate, ...]] = deque((("Query", name),) for name in roots)
    seen: set[str] = set()
    while ways:
        way = ways.popleft()
        if way[-1] == aim:
            return way
        for type_ in _objects(schema, way[-1]):
            if type_.name in seen:
                continue
            if aim[0] == type_.name and aim[1] in type_.fields:
                return (*way, aim)
            seen.add(type_.name)
            ways.extend((*way, (type_.name, name)) for name in type_.fields if allowed(type_.name, name))
    return ()


def _objects(schema: GraphQLSchema, coordinate: Coordinate) -> Sequence[Any]:
    type_: Any = schema.type_map[coordinate[0]]
    named: Any = get_named_type(type_.fields[coordinate[1]].type)
    if is_union_type(named):
        return list(named.types)
    return [] if is_leaf_type(named) else [named]


@dataclass(eq=False, slots=True)
class Writer:
    """Writes one operation."""

    arguments: Arguments
    draw: Draw
    allowed: Allowed
    dated: bool
    declared: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, list[str]] = field(default_factory=dict)  # type -> fragments on it
    written: list[str] = field(default_factory=list)  # fragment definitions
    plain: dict[Coordinate, str] = field(default_factory=dict)  # arguments of fields without an alias
    left: int = FIELDS
    aliases: int = 0

    @property
    def schema(self) -> GraphQLSchema:
        return self.arguments.composed.schema

    def operation(self, aim: Coordinate) -> Operation:
        """One that asks for a field and others."""
        return self.along(route(self.schema, aim, self.allowed, self.draw.number(0, 30)))

    def along(self, way: Sequence[Coordinate]) -> Operation:
        """One that goes this way, from a root field on; the document and its variables."""
        roots = [name for name in self._query.fields if self.allowed("Query", name)]
        entries = [self._field("Query", way[0][1], 1, way[1:])] if way else ["__typename"]
        while roots and self.draw.chance(25) and len(entries) < 4:
            entries.append(self._field("Query", self.draw.one(roots), 1, ()))
        if self.draw.chance(10):
            entries.append("__typename")
        head = f"query{' Asked' if self.draw.chance(50) else ''}"
        head += f"({', '.join(self.declared)})" if self.declared else ""
        return Operation("\n".join([f"{head} {{ {' '.join(entries)} }}", *self.written]), self.values)

    @property
    def _query(self) -> Any:
        return self.schema.query_type

    # --- selections ---------------------------------------------------------------------------------------------------

    def _selection(self, type_: Any, depth: int, way: Sequence[Coordinate]) -> str:
        if is_union_type(type_):
            return f"{{ {' '.join(self._members(type_, depth, way))} }}"
        entries = [*self._entries(type_, depth, way)] or ["__typename"]
        if self.draw.chance(12):
            entries.insert(self.draw.number(0, len(entries)), "__typename")
        if self.draw.chance(10):
            entries = [f"... on {type_.name} {{ {' '.join(entries)} }}"]
        elif self.draw.chance(8):
            entries = [f"... {self._switch()} {{ {' '.join(entries)} }}"]
        if self.draw.chance(10):
            entries = [self._fragment(type_.name, entries)]
        elif type_.name in self.fragments and self.draw.chance(15):
            entries.append(f"...{self.draw.one(self.fragments[type_.name])}")
        return f"{{ {' '.join(entries)} }}"

    def _members(self, type_: Any, depth: int, way: Sequence[Coordinate]) -> Iterator[str]:
        aimed = way[0][0] if way else None
        if self.draw.chance(60):
            yield "__typename"
        members = [member for member in type_.types if member.name == aimed or self.draw.chance(50)]
        for member in members or [self.draw.one(type_.types)]:
            inner = self._selection(member, depth, way if member.name == aimed else ())
            yield f"... on {member.name} {inner}"

    def _entries(self, type_: Any, depth: int, way: Sequence[Coordinate]) -> Iterator[str]:
        if way and way[0][0] == type_.name:
            yield self._field(type_.name, way[0][1], depth, way[1:])
        if "edges" in type_.fields or "node" in type_.fields:
            yield from self._paging(type_, depth, way)
            return
        names = [name for name in type_.fields if self.allowed(type_.name, name)]
        leaves = [name for name in names if is_leaf_type(get_named_type(type_.fields[name].type))]
        if depth >= DEPTH or self.left <= 0:
            names = leaves
        elif self.draw.chance(50):
            names = [name for name in names if name not in leaves] or names
        if not names:
            return
        for _ in range(self.draw.number(0 if way else 1, 4 if self.left > 0 else 2)):
            yield self._field(type_.name, self.draw.one(names), depth, ())

    def _paging(self, type_: Any, depth: int, way: Sequence[Coordinate]) -> Iterator[str]:
        aimed = bool(way) and way[0][0] == type_.name
        for name in type_.fields:
            if (name in ("edges", "node") and not aimed) or (name not in ("edges", "node") and self.draw.chance(35)):
                yield self._field(type_.name, name, depth, ())

    def _fragment(self, type_name: str, entries: Sequence[str]) -> str:
        name = f"F{len(self.written) + 1}"
        self.written.append(f"fragment {name} on {type_name} {{ {' '.join(entries)} }}")
        self.fragments.setdefault(type_name, []).append(name)
        return f"...{name}"

    # --- fields -------------------------------------------------------------------------------------------------------

    def _field(self, type_name: str, name: str, depth: int, way: Sequence[Coordinate]) -> str:
        self.left -= 1
        type_: Any = self.schema.type_map[type_name]
        declared: GraphQLField = type_.fields[name]
        head = self._head(type_name, name, declared, way)
        directive = f" {self._switch()}" if self.draw.chance(6) else ""
        named = get_named_type(declared.type)
        if is_leaf_type(named):
            return f"{head}{directive}"
        deeper = depth if name in PAGING else depth + 1
        once = f"{head}{directive} {self._selection(named, deeper, way)}"
        if self.left > 0 and self.draw.chance(6):
            return f"{once} {head} {self._selection(named, deeper, ())}"
        return once

    def _head(self, type_name: str, name: str, declared: GraphQLField, way: Sequence[Coordinate]) -> str:
        if not declared.args and not (self.aliases < ALIASES and self.draw.chance(10)):
            return name
        if (type_name, name) not in self.plain and (self.aliases >= ALIASES or self.draw.chance(40)):
            self.plain[type_name, name] = self._arguments(type_name, name, declared, way)
            return f"{name}{self.plain[type_name, name]}"
        if self.aliases >= ALIASES:
            return f"{name}{self.plain[type_name, name]}"
        self.aliases += 1
        return f"a{self.aliases}: {name}{self._arguments(type_name, name, declared, way)}"

    def _switch(self) -> str:
        wanted = not self.draw.chance(25)
        directive = self.draw.one(["include", "skip"])
        value = wanted if directive == "include" else not wanted
        return f"@{directive}(if: {self._value(GraphQLNonNull(GraphQLBoolean), value)})"

    # --- arguments ----------------------------------------------------------------------------------------------------

    def _arguments(self, type_name: str, name: str, declared: GraphQLField, way: Sequence[Coordinate]) -> str:
        if type_name == "Query":
            given = self.arguments.of_root(name, self.draw, way)
        else:
            given = self._nested(type_name, name, declared)
        written = [
            f"{argument}: {self._value(declared.args[argument].type, value)}"
            for argument in declared.args
            if (value := given.get(argument)) is not None
        ]
        left_out = [argument for argument in declared.args if given.get(argument) is None]
        written += [
            f"{argument}: {self._null(declared.args[argument].type)}" for argument in left_out if self.draw.chance(20)
        ]
        if len(written) > 1 and self.draw.chance(20):
            written.reverse()
        return f"({', '.join(written)})" if written else ""

    def _nested(self, type_name: str, name: str, declared: GraphQLField) -> Mapping[str, Any]:
        if not declared.args:
            return {}
        relation = self.arguments.composed.made[type_name, name].binding
        assert isinstance(relation, Relation)
        if "asOf" in declared.args:
            back = dt.timedelta(days=self.draw.number(0, 4_000))
            return {"asOf": (dt.date(2026, 6, 1) - back).isoformat()} if self.dated and self.draw.chance(50) else {}
        given: dict[str, Any] = {"first": self.draw.number(1, 4)}
        if self.draw.chance(12):
            given["after"] = self.arguments.place(relation.by.table, self.draw)
        return given

    def _null(self, type_: Any) -> str:
        kind = self.draw.number(0, 2)
        if kind == 0:
            return "null"
        name = self._declare(str(type_))
        if kind == 1:
            self.values[name] = None
        return f"${name}"

    def _value(self, type_: Any, value: Any) -> str:
        if not self.draw.chance(45):
            return self._literal(type_, value)
        if self.draw.chance(25):
            return f"${self._declare(f'{type_} = {_constant(type_, value)}')}"
        name = self._declare(str(type_))
        self.values[name] = value
        return f"${name}"

    def _literal(self, type_: Any, value: Any) -> str:
        """A literal that may hold variables."""
        bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(bare, GraphQLList):
            return f"[{', '.join(self._value(bare.of_type, item) for item in value)}]"
        if isinstance(bare, GraphQLInputObjectType):
            members = (f"{name}: {self._member(bare, name, inner)}" for name, inner in value.items())
            return f"{{{', '.join(members)}}}"
        return _constant(type_, value)

    def _member(self, type_: GraphQLInputObjectType, name: str, value: Any) -> str:
        inner: Any = type_.fields[name].type
        if type_.is_one_of:  # a variable here must be of a type that cannot be null
            inner = GraphQLNonNull(get_named_type(inner))
        return self._value(inner, value)

    def _declare(self, type_: str) -> str:
        name = f"v{len(self.declared) + 1}"
        self.declared.append(f"${name}: {type_}")
        return name


def _constant(type_: Any, value: Any) -> str:
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(bare, GraphQLList):
        return f"[{', '.join(_constant(bare.of_type, item) for item in value)}]"
    if isinstance(bare, GraphQLInputObjectType):
        return (
            f"{{{', '.join(f'{name}: {_constant(bare.fields[name].type, inner)}' for name, inner in value.items())}}}"
        )
    return str(value) if isinstance(bare, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)
