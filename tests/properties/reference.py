"""The reference executor: graphql-core's own execution over plain resolvers, which read the bindings naively.

One resolver call per field and object, every row looked up by itself, no plan, no batch, no SQL but the conditions that
searches declare. Slow and obvious on purpose: what it answers is what the planned executor must answer.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg
from graphql import (
    GraphQLSchema,
    build_schema,
    default_type_resolver,
    execute,
    get_named_type,
    parse,
    print_schema,
)
from sqlalchemy import bindparam, select

from auth.caller import Caller
from domains.kit.fields import Composite, Leaf, Link, Listed, Relation
from domains.kit.queries import Match, Root, Way
from domains.kit.scopes import snake
from graph.composed import Composed, Made
from ledger import Subject
from tests.properties.demands import Demands, Path, Reading, demands_of
from tests.properties.eyes import Eyes
from tests.properties.nation import DIALECT, Nation, Row
from tests.properties.operations import Operation
from tests.properties.seen import Seen

BEFORE_ALL = -1


@dataclass(eq=False, slots=True)
class Thing:
    """An object of the graph: its type, its key where it is an entity, and the rows at hand."""

    type_name: str
    key: Any
    rows: dict[Any, Row | None]
    path: Path  # where its rows are demanded
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as JSON sees it, the errors of the data, how many readings it took at most, and of whom."""

    data: Any
    errors: frozenset[tuple[tuple[str | int, ...], str]]
    readings: int
    seen: frozenset[tuple[Subject, str]]


def reference_schema(composed: Composed) -> GraphQLSchema:
    """The composed schema written out and read back: its names and types, and nothing of what it is made with."""
    return build_schema(print_schema(composed.schema))


class Reference:
    """Answers operations over the rows of a nation."""

    def __init__(self, composed: Composed, nation: Nation) -> None:
        self._composed = composed
        self._nation = nation
        self._schema = reference_schema(composed)

    async def answer(self, operation: Operation, caller: Caller) -> Answered:
        """The answer to an operation that is granted."""
        document = parse(operation.text)
        demands = demands_of(self._composed, document, operation.variables)
        eyes, seen = Eyes(self._composed, self._nation, caller), Seen(self._composed)
        resolvers = _Resolvers(self._composed, self._nation, demands, eyes, caller, seen)
        awaited = execute(
            self._schema,
            document,
            variable_values=dict(operation.variables),
            field_resolver=resolvers.field,
            type_resolver=resolvers.type,
        )
        result: Any = await awaited if hasattr(awaited, "__await__") else awaited
        errors = result.errors or ()
        for error in errors:
            if not isinstance(error.original_error, _Told):
                raise error
        return Answered(
            _as_json(result.data),
            frozenset((tuple(error.path), error.original_error.code) for error in errors),
            len(demands.readings),
            frozenset(seen.subjects),
        )


class _Told(Exception):
    """What only the data can tell."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Resolvers:
    composed: Composed
    nation: Nation
    demands: Demands
    eyes: Eyes
    caller: Caller
    seen: Seen

    def type(self, value: Any, info: Any, type_: Any) -> Any:
        return value.type_name if isinstance(value, Thing) else default_type_resolver(value, info, type_)

    def field(self, source: Any, info: Any, **arguments: Any) -> Any:  # noqa: PLR0911 - one for each binding
        """The one resolver, for every field."""
        given = {snake(name): value for name, value in arguments.items() if value is not None}
        if info.parent_type.name == "Query":
            return self.root(info, given)
        if not isinstance(source, Thing):
            value = source[info.field_name]
            return value(info) if callable(value) else value
        made = self.composed.made[source.type_name, info.field_name]
        if made.origin is not None and made.origin.key == info.field_name and self._is_public(made):
            return source.key
        match made.binding:
            case Leaf() as leaf:
                row = self.row(source, made)
                value = _sent(row[leaf.expression]) if row is not None else None
                return json.loads(value) if value is not None and _type_name(info) == "GeoJson" else value
            case Composite() as composite:
                row = self.row(source, made)
                return None if row is None or row[composite.present] is None else self.value(row, made, composite.parts)
            case Link() as link:
                return self.linked(source, made, link, info)
            case Relation() as relation:
                return self.related(source, made, relation, info, given)
        raise AssertionError(f"{source.type_name}.{info.field_name} is made of nothing")

    def _is_public(self, made: Made) -> bool:
        return made.right is not None and made.right.data_class.is_public

    # --- ways in ------------------------------------------------------------------------------------------------------

    async def root(self, info: Any, given: Mapping[str, Any]) -> Any:
        made = self.composed.made["Query", info.field_name]
        root: Root = made.binding
        match root.way:
            case Way.ONE:
                return self.opened(root, info, next(iter(given.values())))
            case Way.SELF:
                return self.opened(root, info, self.caller.subject)
            case Way.EACH:
                return [self.opened(root, info, key) for key in next(iter(given.values()))]
        found = [row for row in await self.matching(made, root, given) if self.shown(info, root.source, row, root)]
        if root.way is Way.VERIFIED:
            self.seen.person(given["pin"])
            return bool(found)
        if root.way is Way.HITS:
            if len(found) > root.at_most:
                raise _Told("TOO_MANY_MATCHES")
            self.noted(info, root.source, found)
            return [self.standing_on(row, root.source, root.key, info) for row in found]
        return self.page(found, root.source, root.key, given, info)

    def shown(self, info: Any, table: Any, row: Row, root: Root) -> bool:
        return self.sees(_path(info), table, row, opened=root.way is Way.VERIFIED)

    def noted(self, info: Any, table: Any, rows: Iterable[Row]) -> None:
        reading = self.demands.at(_path(info), table)
        for row in rows:
            self.seen.row(reading, row)

    def asked(self, reading: Reading, column: Any, key: Any) -> None:
        """A table is asked by a key; of who may only see themselves, by no other person's."""
        subject = self.caller.subject
        if subject is None or key == subject or not self.eyes.reach(reading.scopes).oneself:
            self.seen.key(reading, column, key)

    def opened(self, root: Root, info: Any, key: Any) -> Thing | None:
        self.asked(self.demands.at(_path(info), root.source), root.key, key)
        if root.way is Way.SELF:
            self.seen.person(key)
        for row in self.nation.tables[root.source].by(root.key, key):
            if self.sees(_path(info), root.source, row, opened=True):
                self.noted(info, root.source, [row])
                return Thing(_type_name(info), key, {root.source: row}, _path(info), opened=True)
        return None

    async def matching(self, made: Made, root: Root, given: Mapping[str, Any]) -> list[Row]:
        """The rows that meet the conditions which a root field declares: the one thing asked of the database."""
        used = [*_used(root.by, given)]
        conditions = [
            match.condition(bindparam(f"p{place}", type_=match.parameter)) for place, (match, _) in enumerate(used)
        ]
        query = select(root.source.c.surrogate).where(*root.where, *conditions)
        compiled = query.compile(dialect=DIALECT)
        values = {f"p{place}": match.prepare(value) for place, (match, value) in enumerate(used)}
        bound = [{**compiled.params, **values}[name] for name in compiled.positiontup or ()]
        connection = await asyncpg.connect(dsn=self.nation.urls[made.domain])
        try:
            surrogates = [row[0] for row in await connection.fetch(str(compiled), *bound)]
        finally:
            await connection.close()
        rows = self.nation.tables[root.source]
        return [rows.by(root.source.c.surrogate, surrogate)[0] for surrogate in sorted(surrogates)]

    # --- fields -------------------------------------------------------------------------------------------------------

    def row(self, thing: Thing, made: Made) -> Row | None:
        """The row that a field's class takes its fields from, by the entity's key if it is not at hand."""
        assert made.origin is not None
        table = made.origin.source
        if table not in thing.rows:
            reading = self.demands.at(thing.path, table)
            self.asked(reading, made.origin.key_column, thing.key)
            found = self.nation.tables[table].by(made.origin.key_column, thing.key)
            shown = (row for row in found if self.sees(thing.path, table, row, opened=thing.opened))
            thing.rows[table] = row = next(shown, None)
            if row is not None:
                self.seen.row(reading, row)
        return thing.rows[table]

    def value(self, row: Row, made: Made, parts: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, part in parts.items():
            camel = "".join(word.capitalize() if place else word for place, word in enumerate(name.split("_")))
            if isinstance(part, Mapping):
                found[camel] = self.value(row, made, part)
            elif isinstance(part, Listed):
                found[camel] = part.says.get(tuple(row[column] for column in part.by))
            else:
                found[camel] = _sent(row[part])
        return found

    def linked(self, thing: Thing, made: Made, link: Link, info: Any) -> Thing | None:
        row = self.row(thing, made)
        if row is None:
            return None
        for type_name, column in link.keys.items():
            if row[column] is not None:
                return Thing(type_name, row[column], {}, _path(info))
        return None

    def related(self, thing: Thing, made: Made, relation: Relation, info: Any, given: Mapping[str, Any]) -> Any:
        key = thing.key
        if made.origin is not None and made.origin.source is not None:
            anchor = self.row(thing, made)
            if anchor is None:
                return None
            key = anchor[relation.on] if relation.on is not None else key
        table = relation.by.table
        self.asked(self.demands.at(_path(info), table), relation.by, key)
        opened = thing.opened and relation.key is None
        rows = [
            row
            for row in self.nation.tables[table].by(relation.by, key)
            if all(row[condition] for condition in relation.where)
            and _holds(relation, row, given)
            and self.sees(_path(info), table, row, opened=opened)
        ]
        if relation.at_most is None:
            return self.page(rows, table, relation.key, given, info, opened=opened)
        if len(rows) > relation.at_most:
            raise _Told("LIMIT_EXCEEDED")
        self.noted(info, table, rows)
        things = [self.standing_on(row, table, relation.key, info, opened=opened) for row in rows]
        if str(info.return_type).startswith("["):
            return things
        return things[0] if things else None

    # --- objects ------------------------------------------------------------------------------------------------------

    def standing_on(
        self, row: Row, table: Any, key: Any, info: Any, *, path: Path | None = None, opened: bool = False
    ) -> Thing:
        type_name = _type_name(info)
        if key is None and (owner := self.composed.owner(type_name)) is not None:
            key = owner.key_column
        is_entity = key is not None
        return Thing(
            type_name, row[key] if is_entity else None, {table: row}, path or _path(info), opened and not is_entity
        )

    def page(
        self, rows: Sequence[Row], table: Any, key: Any, given: Mapping[str, Any], info: Any, *, opened: bool = False
    ) -> dict[str, Any]:
        after, first = int(given.get("after", BEFORE_ALL)), given["first"]
        rest = [row for row in rows if row[table.c.surrogate] > after]
        shown = rest[:first]
        self.noted(info, table, shown)

        def node(row: Row) -> Any:
            return lambda info: self.standing_on(row, table, key, info, opened=opened)

        return {
            "edges": [{"cursor": str(row[table.c.surrogate]), "node": node(row)} for row in shown],
            "pageInfo": {
                "hasNextPage": len(rest) > first,
                "endCursor": str(shown[-1][table.c.surrogate]) if shown else None,
            },
        }

    def sees(self, path: Path, table: Any, row: Row, *, opened: bool) -> bool:
        return self.eyes.sees(table, row, self.demands.at(path, table).scopes, opened=opened)


def _path(info: Any) -> Path:
    return tuple(key for key in info.path.as_list() if isinstance(key, str))


def _type_name(info: Any) -> str:
    return str(get_named_type(info.return_type).name)


def _used(by: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    for name, match in by.items():
        if name not in given:
            continue
        if isinstance(match, Match):
            yield match, _named_as_in_python(given[name])
        else:
            ((member, fields),) = given[name].items()
            yield from _used(match[snake(member)], _named_as_in_python(fields))


def _named_as_in_python(value: Any) -> Any:
    return {snake(name): inner for name, inner in value.items()} if isinstance(value, dict) else value


def _holds(relation: Relation, row: Row, given: Mapping[str, Any]) -> bool:
    if relation.as_of is None:
        return True
    day = dt.date.fromisoformat(given["as_of"]) if "as_of" in given else dt.datetime.now(dt.UTC).date()
    since, until = row[relation.as_of.since], row[relation.as_of.until]
    return since <= day and (until is None or until > day)


def _sent(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _as_json(value: Any) -> Any:
    match value:
        case dict():
            return {key: _as_json(inner) for key, inner in value.items()}
        case list():
            return [_as_json(inner) for inner in value]
        case dt.date():
            return value.isoformat()
    return value
