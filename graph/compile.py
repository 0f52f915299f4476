"""Document x shape of arguments -> plan: the steps to take, the rights they take, the code that builds the answer.

Root fields are compiled here, what is selected below them in objects.py. Nothing here sees a value: the shape says which
arguments are given, getters say where their values will come from.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from graphql import FieldNode, GraphQLField, get_named_type, print_ast

from domains.kit import statements
from domains.kit.queries import Root, Way, parameter_of
from domains.kit.rights import searched
from domains.kit.scopes import Verb, type_scope
from graph import pages
from graph.arguments import Arguments, prepared
from graph.composed import Composed, Made
from graph.cursors import Cursors
from graph.document import Operation, Shape
from graph.objects import Expression, Here, Objects, Row
from graph.plan import Getter, Keys, Path, Plan, Step
from graph.selections import Selections
from graph.steps import Steps

INTROSPECTION = frozenset({"__schema", "__type"})


def compile_operation(composed: Composed, cursors: Cursors, operation: Operation, shape: Shape) -> Plan:
    """The plan of one operation under one shape."""
    return _Compiler(composed, cursors, operation, shape).plan()


@dataclass(frozen=True, slots=True)
class _RootField:
    """One root field of the operation."""

    path: Path
    made: Made
    declared: GraphQLField
    asked: Arguments
    nodes: Sequence[FieldNode]

    @property
    def root(self) -> Root:
        binding: Root = self.made.binding
        return binding

    @property
    def type_name(self) -> str:
        return str(get_named_type(self.declared.type).name)

    def only_argument(self) -> Getter:
        return self.asked.getter(self.asked.names[0])


class _Compiler:
    def __init__(self, composed: Composed, cursors: Cursors, operation: Operation, shape: Shape) -> None:
        self._composed = composed
        self._operation = operation
        self._shape = dict(zip((name for name, _ in operation.points), shape, strict=True))
        self._selections = Selections(composed.schema, operation.fragments, self._shape)
        self._steps = Steps(composed)
        self._objects = Objects(composed, cursors, self._selections, self._shape, self._steps)
        self._speaks = self._introspects = False

    def plan(self) -> Plan:
        code, steps = self._objects.code, self._steps
        fields = self._selections.of("Query", [self._operation.node])
        entries = [f"{key!r}: {self._root((key,), nodes)}" for key, nodes in fields.items()]
        code.emit(f"return {{{', '.join(entries)}}}")
        steps.finish()
        for step in steps.all:
            code.constants[f"N{step.number}"] = (None,) * (len(step.columns) + step.offset)
        source = code.source(len(steps.all), len(steps.getters))
        return Plan(
            operation=self._operation.name,
            steps=tuple(steps.all),
            needs=steps.needs(),
            speaks=self._speaks,
            introspects=self._introspects,
            arguments=tuple(steps.getters),
            build=code.compiled(source),
            code=source,
            fingerprint=_fingerprint(self._operation),
            personal={step.number: place for place, step in enumerate(s for s in steps.all if s.is_personal)},
        )

    def _root(self, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        name = nodes[0].name.value
        if name == "__typename":
            return repr("Query")
        if name in INTROSPECTION:
            self._introspects = True
            return "None"
        declared = self._composed.schema.query_type.fields[name]  # type: ignore[union-attr]
        made = self._composed.made["Query", name]
        field = _RootField(path, made, declared, Arguments(declared, nodes[0], self._shape), nodes)
        match field.root.way:
            case Way.ONE:
                return self._one(field, field.only_argument())
            case Way.SELF:
                self._speaks = True
                return self._one(field, lambda asked: asked.subject)
            case Way.EACH:
                return self._each(field, field.only_argument())
            case Way.HITS:
                return self._hits(field)
            case Way.PAGE:
                return self._page(field)
            case Way.VERIFIED:
                return self._verified(field)

    # --- by key ------------------------------------------------------------------------------------------------------

    def _one(self, field: _RootField, get: Getter) -> Expression:
        keys = Keys(given=lambda asked: (get(asked),))
        return self._found(self._opened(field, keys), field, self._steps.argument(get), keys)

    def _each(self, field: _RootField, get: Getter) -> Expression:
        keys = Keys(given=lambda asked: tuple(dict.fromkeys(get(asked))))
        step = self._opened(field, keys)
        step.fan = lambda asked: len(get(asked))
        key = self._objects.code.name("k")
        return self._objects.listed(
            key, self._steps.argument(get), lambda: self._found(step, field, key, keys)
        )

    def _opened(self, field: _RootField, keys: Keys) -> Step:
        step = self._steps.opened(field.made, field.path, keys)
        step.sites.append(field.path)
        if field.root.way is not Way.SELF:
            self._demand_lookup(step, field, searched(field.root))
        return step

    def _found(self, step: Step, field: _RootField, key: Expression, keys: Keys) -> Expression:
        """The object on the row with this key, or null."""
        row = f"r{step.number}"
        rows = {field.root.source: Row(row, step)}
        here = Here(field.type_name, field.path, rows, step.number, key, keys, opened=step.opened)
        self._objects.code.emit(f"{row} = S{step.number}.get({key})")
        return self._objects.unless_null(row, lambda: self._objects.object(here, field.nodes))

    # --- by search ---------------------------------------------------------------------------------------------------

    def _hits(self, field: _RootField) -> Expression:
        root = field.root
        step = self._search(field, paged=False)
        step.at_most = step.fan = root.at_most
        step.parameters[statements.LIMIT] = lambda _: root.at_most + 1
        here = self._objects.standing_on(step, field.type_name, field.path, root.source, root.key)
        rows = f"S{step.number}"
        return self._objects.unless_null(
            rows,
            lambda: self._objects.listed(f"r{step.number}", rows, lambda: self._objects.object(here, field.nodes)),
        )

    def _page(self, field: _RootField) -> Expression:
        step = self._search(field, paged=True)
        node = self._objects.node_type(field.declared)
        here = self._objects.standing_on(step, node, field.path, field.root.source, field.root.key)
        return pages.page(
            self._objects, step, here, f"S{step.number}", field.made, field.asked, field.declared, field.nodes
        )

    def _verified(self, field: _RootField) -> Expression:
        step = self._search(field, paged=False, opened=True)
        step.parameters[statements.LIMIT] = lambda _: 1
        scope = type_scope(field.made.domain, field.root.verifies, Verb.VERIFY)
        self._steps.demand(step, scope, f"Query.{field.nodes[0].name.value}", Verb.VERIFY, field.path)
        return f"(None if S{step.number} is None else len(S{step.number}) > 0)"

    def _search(self, field: _RootField, *, paged: bool, opened: bool = False) -> Step:
        used = [(match, get, f"m{place}") for place, (match, get) in enumerate(field.asked.matches(field.root.by))]
        conditions = [match.condition(parameter_of(match, name)) for match, _, name in used]
        step = self._steps.search(
            field.made, [*field.root.where, *conditions], field.path, paged=paged, opened=opened
        )
        step.parameters.update({name: prepared(get, match.prepare) for match, get, name in used})
        step.sites.append(field.path)
        step.areas.extend(get for match, get, _ in used if match.is_area)
        if field.root.way is not Way.VERIFIED:
            self._demand_lookup(step, field, [column for match, _, _ in used for column in match.reads])
        return step

    def _demand_lookup(self, step: Step, field: _RootField, columns: Sequence[object]) -> None:
        """The lookup of each guarded field that is searched by."""
        for column in columns:
            right = self._composed.published[column]  # type: ignore[index]
            if not right.data_class.is_public:
                self._steps.demand(step, right.scope(Verb.LOOKUP), right.coordinate, Verb.LOOKUP, field.path)


def _fingerprint(operation: Operation) -> bytes:
    """Sixteen bytes that name the operation: its text with the fragments it may use, never a value."""
    written = [print_ast(operation.node), *(print_ast(operation.fragments[name]) for name in sorted(operation.fragments))]
    return hashlib.sha256("\n".join(written).encode()).digest()[:16]
