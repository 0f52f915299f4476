"""Compiles what is selected of an object: which steps its fields take, and the code that reads them off the rows.

An object stands either on a row that is already there (a record, an entity opened by its key) or on a key alone (a
reference). What a domain adds to a reference is read by that key, in a step of its own, which starts as soon as the key
is known; a domain that has no such person, or hides it, leaves its part null (DESIGN section 5).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, get_named_type, is_list_type, is_union_type

from domains.kit import statements
from domains.kit.fields import Composite, Leaf, Link, Parts, Relation
from domains.kit.scopes import Verb
from graph import pages
from graph.answer_code import AnswerCode
from graph.arguments import Arguments
from graph.composed import Composed, Made
from graph.cursors import Cursors
from graph.plan import Keys, Path, Step
from graph.selections import Selections
from graph.steps import Steps

Expression = str  # of the answer's code


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """A row at hand: its variable, the step that reads it; `may_be_absent`: it is all nulls where there is none."""

    variable: str
    step: Step
    may_be_absent: bool = False

    def present(self, expression: Expression) -> Expression:
        """`expression`, or null where the row is absent."""
        if not self.may_be_absent:
            return expression
        return f"None if {self.variable} is N{self.step.number} else {expression}"


@dataclass(frozen=True, eq=False, slots=True)
class Here:
    """Where an object stands. `rows` grows as its fields ask for rows of further tables."""

    type_name: str
    path: Path
    rows: dict[Any, Row]  # table -> row
    parent: int | None  # step that found it
    key: Expression = "None"  # of an entity
    keys: Keys | None = None
    opened: bool = False  # the caller named the person


class Objects:
    """Compiles selections below the root fields; keeps the code that they share."""

    def __init__(
        self, composed: Composed, cursors: Cursors, selections: Selections, shape: Mapping[str, Any], steps: Steps
    ) -> None:
        self._composed = composed
        self.cursors = cursors
        self.selections = selections
        self._shape = shape
        self.steps = steps
        self.code = AnswerCode()

    def object(self, here: Here, nodes: Sequence[FieldNode]) -> Expression:
        """The answer's object for what `nodes` select of it."""
        fields = self.selections.of(here.type_name, nodes)
        entries = [f"{key!r}: {self._field(here, (*here.path, key), selected)}" for key, selected in fields.items()]
        return f"{{{', '.join(entries)}}}"

    def unless_null(self, tested: Expression, inner: Callable[[], Expression]) -> Expression:
        """`inner`, or null where `tested` is null; as one expression where `inner` takes no statements."""
        with self.code.aside() as lines:
            value = inner()
        if not lines:
            return f"(None if {tested} is None else {value})"
        name = self.code.name("v")
        with self.code.block(f"if {tested} is None:"):
            self.code.emit(f"{name} = None")
        with self.code.block("else:"):
            self.code.take(lines)
            self.code.emit(f"{name} = {value}")
        return name

    def listed(self, variable: str, items: Expression, item: Callable[[], Expression]) -> Expression:
        """One `item` for each of `items`."""
        with self.code.aside() as lines:
            value = item()
        if not lines:
            return f"[{value} for {variable} in {items}]"
        name = self.code.name("v")
        self.code.emit(f"{name} = []")
        with self.code.block(f"for {variable} in {items}:"):
            self.code.take(lines)
            self.code.emit(f"{name}.append({value})")
        return name

    def standing_on(self, step: Step, type_name: str, path: Path, source: Any, key: Any) -> Here:
        """An object on a row of a list: of its own table, or of another one that holds its key in the column `key`."""
        variable = f"r{step.number}"
        rows = {source: Row(variable, step)}
        if key is None and (owner := self._composed.owner(type_name)) is not None:
            key = owner.key_column
        if key is None:
            return Here(type_name, path, rows, step.number, opened=step.opened)
        place = self.steps.column(step, key)
        keys = Keys(step=step.number, column=place)
        return Here(type_name, path, rows, step.number, f"{variable}[{place}]", keys, opened=False)

    # --- fields ------------------------------------------------------------------------------------------------------

    def _field(self, here: Here, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(here.type_name)
        made = self._composed.made[here.type_name, name]
        field = self._declared(here.type_name, name)
        match made.binding:
            case Leaf():
                return self._leaf(here, path, made, field)
            case Composite():
                return self._composite(here, path, made, field, nodes)
            case Link():
                return self._link(here, path, made, nodes)
            case Relation():
                return self._relation(here, path, made, field, nodes)
        raise AssertionError(f"{here.type_name}.{name} has no binding")

    def _leaf(self, here: Here, path: Path, made: Made, field: GraphQLField) -> Expression:
        if self._is_public_key(here, made):
            return here.key
        row = self._row(here, made)
        self.steps.read(row.step, made.right, path)
        value = f"{row.variable}[{self.steps.column(row.step, made.binding.expression)}]"
        return f"json({value})" if get_named_type(field.type).name == "GeoJson" else value

    def _composite(
        self, here: Here, path: Path, made: Made, field: GraphQLField, nodes: Sequence[FieldNode]
    ) -> Expression:
        row = self._row(here, made)
        self.steps.read(row.step, made.right, path)
        present = self.steps.column(row.step, made.binding.present)
        value = self._parts(row, get_named_type(field.type).name, made.binding.parts, nodes)
        return f"(None if {row.variable}[{present}] is None else {value})"

    def _parts(self, row: Row, type_name: str, parts: Parts, nodes: Sequence[FieldNode]) -> Expression:
        entries: list[str] = []
        for key, selected in self.selections.of(type_name, nodes).items():
            name = selected[0].name.value
            part = None if name == "__typename" else parts[self._composed.made[type_name, name].python_name]
            if part is None:
                value = repr(type_name)
            elif isinstance(part, Mapping):
                value = self._parts(row, get_named_type(self._declared(type_name, name).type).name, part, selected)
            else:
                value = f"{row.variable}[{self.steps.column(row.step, part)}]"
            entries.append(f"{key!r}: {value}")
        return f"{{{', '.join(entries)}}}"

    def _link(self, here: Here, path: Path, made: Made, nodes: Sequence[FieldNode]) -> Expression:
        row = self._row(here, made)
        self.steps.read(row.step, made.right, path)
        result: Expression = "None"
        for type_name, column in reversed(made.binding.keys.items()):
            result = self._linked(row, path, type_name, column, nodes, result)
        return result

    def _linked(
        self, row: Row, path: Path, type_name: str, column: Any, nodes: Sequence[FieldNode], otherwise: Expression
    ) -> Expression:
        place = self.steps.column(row.step, column)
        key = self.code.name("k")
        self.code.emit(f"{key} = {row.variable}[{place}]")
        target = Here(type_name, path, {}, row.step.number, key, Keys(step=row.step.number, column=place))
        found = self.unless_null(key, lambda: self.object(target, nodes))
        return found if otherwise == "None" else f"({otherwise} if {key} is None else {found})"

    def _relation(
        self, here: Here, path: Path, made: Made, field: GraphQLField, nodes: Sequence[FieldNode]
    ) -> Expression:
        relation: Relation = made.binding
        key, keys, row = self._near_end(here, made, path)
        asked = Arguments(field, nodes[0], self._shape)
        is_dated = relation.as_of is not None and asked.is_given("as_of")
        opened = here.opened and relation.key is None
        step = self.steps.related(made, path, keys, here.parent, is_dated=is_dated, opened=opened)
        self.steps.read(step, made.right, path)
        if is_dated and made.right is not None and not made.right.data_class.is_public:
            self.steps.demand(step, made.right.scope(Verb.HISTORY), made.right.coordinate, Verb.HISTORY, path)
        if is_dated:
            step.parameters[statements.DATE] = asked.getter("as_of")
        return self._far_end(step, made, path, asked, field, nodes, row, key)

    def _near_end(self, here: Here, made: Made, path: Path) -> tuple[Expression, Keys, Row | None]:
        """What the relation's rows are found by: the entity's key, or a column of its own row."""
        source = made.origin.source if made.origin is not None else None
        row = self._row(here, made) if source is not None else None
        if row is not None:
            row.step.sites.append(path)
        if made.binding.on is None:
            assert here.keys is not None
            return here.key, here.keys, row
        assert row is not None
        place = self.steps.column(row.step, made.binding.on)
        return f"{row.variable}[{place}]", Keys(step=row.step.number, column=place), row

    def _far_end(
        self,
        step: Step,
        made: Made,
        path: Path,
        asked: Arguments,
        field: GraphQLField,
        nodes: Sequence[FieldNode],
        row: Row | None,
        key: Expression,
    ) -> Expression:
        relation: Relation = made.binding
        source = relation.by.table  # type: ignore[attr-defined]
        target = self.node_type(field)
        is_list = relation.at_most is None or is_list_type(field.type)
        here = self.standing_on(step, target, path, source, relation.key)
        found = f"S{step.number}.get({key}, EMPTY)" if is_list else f"S{step.number}.get({key})"
        rows = row.present(found) if row is not None else found
        if relation.at_most is None:
            return pages.page(self, step, here, rows, made, asked, field, nodes)
        variable = self.code.name("l") if is_list else f"r{step.number}"
        self.code.emit(f"{variable} = {rows}")
        if not is_list:
            return self.unless_null(variable, lambda: self.object(here, nodes))
        return self.unless_null(
            variable, lambda: self.listed(f"r{step.number}", variable, lambda: self.object(here, nodes))
        )

    # --- rows --------------------------------------------------------------------------------------------------------

    def _is_public_key(self, here: Here, made: Made) -> bool:
        """An open key is known wherever the entity is, also where its owner has no such row."""
        return (
            here.keys is not None
            and made.origin is not None
            and made.right is not None
            and made.right.field_name == made.origin.key
            and made.right.data_class.is_public
        )

    def _row(self, here: Here, made: Made) -> Row:
        """The row of the table from which this field's class takes its fields, read by the entity's key if need be."""
        assert made.origin is not None
        source = made.origin.source
        if source not in here.rows:
            assert here.keys is not None
            step = self.steps.of_entity(made, here.path, here.keys, here.parent, opened=here.opened)
            self.code.emit(f"r{step.number} = S{step.number}.get({here.key}, N{step.number})")
            here.rows[source] = Row(f"r{step.number}", step, may_be_absent=True)
        return here.rows[source]

    def _declared(self, type_name: str, name: str) -> GraphQLField:
        type_: Any = self._composed.schema.type_map[type_name]
        declared: GraphQLField = type_.fields[name]
        return declared

    def node_type(self, field: GraphQLField) -> str:
        """The type of a relation's rows; of the nodes, if it is a connection."""
        type_: Any = get_named_type(field.type)
        if not is_union_type(type_) and "edges" in type_.fields:
            type_ = get_named_type(get_named_type(type_.fields["edges"].type).fields["node"].type)
        return str(type_.name)
