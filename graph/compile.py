"""Document x shape of arguments -> plan: the steps to take, the rights they take, the code that builds the answer.

Root fields are compiled here, what is selected below them in objects.py. Nothing here sees a value: the shape says
which arguments are given, getters say where their values will come from.
"""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import FieldNode, GraphQLField

from domains.kit import statements
from domains.kit.queries import Stretches, Way, compared
from domains.kit.rights import searched
from domains.kit.scopes import Verb, type_scope
from graph import pages
from graph.arguments import Arguments, prepared
from graph.composed import Composed, Served
from graph.cursors import Cursors
from graph.document import Operation, Shape
from graph.entities import entities
from graph.field import Field
from graph.here import Expression, Here, Row
from graph.machinery import ENTITIES, SERVICE, SERVICE_TYPE
from graph.objects import Objects
from graph.plan import Getter, Keys, Path, Plan, Reached, Step
from graph.selections import Selections
from graph.steps import Steps

INTROSPECTION = frozenset({"__schema", "__type"})


def compile_operation(composed: Composed, cursors: Cursors, operation: Operation, shape: Shape) -> Plan:
    """The plan of one operation under one shape."""
    return _Compiler(composed, cursors, operation, shape).plan()


class _Compiler:
    def __init__(self, composed: Composed, cursors: Cursors, operation: Operation, shape: Shape) -> None:
        self._composed = composed
        self._operation = operation
        self._shape = dict(zip((name for name, _ in operation.points), shape, strict=True))
        self._selections = Selections(composed.schema, operation.fragments, self._shape)
        self._steps = Steps(composed)
        self._objects = Objects(composed, cursors, self._selections, self._shape, self._steps)
        self._speaks = self._introspects = False
        self._ways: dict[Way, Callable[[Field], Expression]] = {
            Way.ONE: self._one,
            Way.SELF: self._self,
            Way.EACH: self._each,
            Way.HITS: self._hits,
            Way.PAGE: self._page,
            Way.VERIFIED: self._verified,
        }

    def plan(self) -> Plan:
        code, steps = self._objects.code, self._steps
        fields = self._selections.of("Query", [self._operation.node])
        code.emit(f"return {code.object({key: self._root((key,), nodes) for key, nodes in fields.items()})}")
        steps.finish()
        for step in steps.all:
            code.constants[f"N{step.number}"] = (None,) * (len(step.columns) + step.offset)
        of_persons = [step for step in steps.all if step.is_personal and step.is_of_persons]
        of_others = [step for step in steps.all if step.is_personal and step.other is not None]
        source = code.source(len(steps.all), len(steps.getters))
        return Plan(
            operation=self._operation.name,
            steps=tuple(steps.all),
            reads=steps.reads,
            needs=steps.needs(),
            speaks=self._speaks,
            introspects=self._introspects,
            arguments=tuple(steps.getters),
            build=code.compiled(source),
            code=source,
            fingerprint=self._operation.fingerprint,
            personal={step.number: place for place, step in enumerate(of_persons)},
            others={step.number: place for place, step in enumerate(of_others, len(of_persons))},
            named=_named(steps.all),
        )

    def _root(self, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        name = nodes[0].name.value
        if name == "__typename":
            return repr("Query")
        if name in INTROSPECTION:
            self._introspects = True
            return "None"
        declared = self._composed.schema.query_type.fields[name]  # type: ignore[union-attr]
        if self._composed.served is not None and name in (ENTITIES, SERVICE):
            return self._machinery(self._composed.served, path, declared, nodes)
        made = self._composed.made["Query", name]
        field = Field(path, made, declared, nodes, Arguments(declared, nodes[0], self._shape))
        return self._ways[made.binding.way](field)

    def _machinery(self, served: Served, path: Path, declared: GraphQLField, nodes: Sequence[FieldNode]) -> Expression:
        if nodes[0].name.value == ENTITIES:
            asked = Arguments(declared, nodes[0], self._shape)
            return entities(self._objects, self._steps, served.entities, asked, path, nodes)
        said = {"sdl": served.sdl, "__typename": SERVICE_TYPE}
        fields = self._selections.of(SERVICE_TYPE, nodes)
        return self._objects.code.object({key: repr(said[each[0].name.value]) for key, each in fields.items()})

    # --- by key ------------------------------------------------------------------------------------------------------

    def _one(self, field: Field) -> Expression:
        return self._by_one_key(field, field.asked.getter(field.asked.names[0]))

    def _self(self, field: Field) -> Expression:
        self._speaks = True
        return self._by_one_key(field, lambda asked: asked.subject)

    def _by_one_key(self, field: Field, get: Getter) -> Expression:
        keys = Keys(given=lambda asked: (get(asked),))
        return self._found(self._opened(field, keys), field, self._steps.argument(get), keys)

    def _each(self, field: Field) -> Expression:
        get = field.asked.getter(field.asked.names[0])
        keys = Keys(given=lambda asked: tuple(dict.fromkeys(get(asked))))
        step = self._opened(field, keys)
        key = self._objects.code.name("k")
        return self._objects.listed(key, self._steps.argument(get), lambda: self._found(step, field, key, keys))

    def _opened(self, field: Field, keys: Keys) -> Step:
        step = self._steps.opened(field.made, field.path, keys)
        step.sites.append(field.path)
        if field.binding.way is Way.SELF:
            step.reads["Query.me"] = None  # needs no scope; that the citizen exists is on record all the same
        else:
            self._demand_lookup(step, field, searched(field.binding))
        return step

    def _found(self, step: Step, field: Field, key: Expression, keys: Keys) -> Expression:
        """The object on the row with this key, or null."""
        row = f"r{step.number}"
        rows = {field.binding.source: Row(row, step)}
        here = Here(field.node_type, field.path, rows, step.number, key, keys, opened=step.opened)
        self._objects.code.emit(f"{row} = S{step.number}.get({key})")
        return self._objects.unless_null(row, lambda: self._objects.on_row(here, field.nodes, row))

    # --- by search ---------------------------------------------------------------------------------------------------

    def _hits(self, field: Field) -> Expression:
        at_most = field.binding.at_most
        step = self._search(field, paged=False)
        step.at_most = step.fan = at_most
        step.parameters[statements.LIMIT] = lambda _: at_most + 1
        here, rows = self._standing_on(step, field), f"S{step.number}"
        return self._objects.unless_null(
            rows, lambda: self._objects.on_each(here, field.nodes, f"r{step.number}", rows)
        )

    def _page(self, field: Field) -> Expression:
        step = self._search(field, paged=True)
        return pages.page(self._objects, step, self._standing_on(step, field), f"S{step.number}", field)

    def _standing_on(self, step: Step, field: Field) -> Here:
        return self._objects.standing_on(step, field, field.binding.source, field.binding.key)

    def _verified(self, field: Field) -> Expression:
        step = self._search(field, paged=False, opened=True)
        step.parameters[statements.LIMIT] = lambda _: 1
        step.named, step.reached = self._naming(step, field), Reached.VERIFIED
        scope = type_scope(field.made.domain, field.binding.verifies, Verb.VERIFY)
        self._steps.demand(step, scope, f"Query.{field.nodes[0].name.value}", Verb.VERIFY, field.path)
        return f"(None if S{step.number} is None else len(S{step.number}) > 0)"

    def _search(self, field: Field, *, paged: bool, opened: bool = False) -> Step:
        used = [(match, get, f"m{place}") for place, (match, get) in enumerate(field.asked.matches(field.binding.by))]
        conditions = [compared(match, name) for match, _, name in used]
        step = self._steps.search(
            field.made,
            [*field.binding.where, *conditions],
            field.path,
            paged=paged,
            opened=opened,
            in_stretches=paged and any(match.stretches for match, _, _ in used),
        )
        for match, get, name in used:
            step.parameters[name] = value = prepared(get, match.prepare)
            if match.stretches is not None:
                step.parameters[statements.STRETCHES] = _within(match.stretches, value)
        step.sites.append(field.path)
        step.areas.extend(get for match, get, _ in used if match.is_area)
        if field.binding.way is not Way.VERIFIED:
            self._demand_lookup(step, field, [column for match, _, _ in used for column in match.reads])
        return step

    def _naming(self, step: Step, field: Field) -> Getter | None:
        """The argument that names the person: a no is about somebody as much as a yes."""
        by, person = field.binding.by, step.rows.person if step.rows is not None else None
        named = (name for name, match in by.items() if any(column is person for column in match.reads))
        return next((field.asked.getter(name) for name in named), None)

    def _demand_lookup(self, step: Step, field: Field, columns: Sequence[object]) -> None:
        """The lookup of each guarded field that is searched by."""
        for column in columns:
            right = self._composed.published[column]  # type: ignore[index]
            if not right.data_class.is_public:
                self._steps.demand(step, right.scope(Verb.LOOKUP), right.coordinate, Verb.LOOKUP, field.path)


def _within(stretches: Callable[[Any], Stretches], value: Getter) -> Getter:
    return lambda asked: statements.stretches_text(stretches(value(asked)))


def _named(steps: Sequence[Step]) -> Sequence[Sequence[int]]:
    """Steps by the keys of persons whom the caller names, those of the same argument together."""
    by_argument: dict[Getter, list[int]] = {}
    for step in steps:
        if step.opened and step.is_personal and step.keys is not None and step.keys.given is not None:
            by_argument.setdefault(step.keys.given, []).append(step.number)
    return tuple(by_argument.values())
