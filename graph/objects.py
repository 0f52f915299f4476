"""Compiles what is selected of an object: which steps its fields take, and the code that reads them off the rows.

An object stands either on a row that is already there (a record, an entity opened by its key) or on a key alone (a
reference). What a domain adds to a reference is read by that key, in a step of its own, which starts as soon as the key
is known; a domain that has no such person, or hides it, leaves its part null (docs/decisions/0007).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import FieldNode, GraphQLField, get_named_type, is_list_type

from domains.kit import statements
from domains.kit.fields import Composite, Leaf, Link, Listed, OpenKey, Parts, Relation
from domains.kit.scopes import Verb
from domains.kit.types import SEALED_KEY
from graph import pages
from graph.answer_code import AnswerCode
from graph.arguments import Arguments
from graph.composed import Composed, Made
from graph.cursors import Cursors
from graph.field import Field
from graph.here import Expression, Here, Row
from graph.plan import Keys, Path, Step
from graph.selections import Selections
from graph.steps import Steps


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
        self._kinds: dict[type, Callable[[Here, Field], Expression]] = {
            Composite: self._composite,
            Link: self._link,
            Relation: self._relation,
        }

    def object(self, here: Here, nodes: Sequence[FieldNode]) -> Expression:
        """The answer's object for what `nodes` select of it."""
        fields = self.selections.of(here.type_name, nodes)
        return self.code.object({key: self._field(here, (*here.path, key), each) for key, each in fields.items()})

    def on_row(self, here: Here, nodes: Sequence[FieldNode], row: str) -> Expression:
        """The object that stands on a row."""
        self.code.row(row)
        return self.object(here, nodes)

    def on_each(self, here: Here, nodes: Sequence[FieldNode], row: str, rows: Expression) -> Expression:
        """The objects that stand on each of `rows`."""
        return self.listed(row, rows, lambda: self.on_row(here, nodes, row))

    def unless_null(self, tested: Expression, inner: Callable[[], Expression]) -> Expression:
        """`inner`, or null where `tested` is null."""
        name = self.code.name("v")
        with self.code.block(f"if {tested} is None:"):
            self.code.emit(f"{name} = None")
        with self.code.block("else:"):
            self.code.emit(f"{name} = {inner()}")
        return name

    def listed(self, variable: str, items: Expression, item: Callable[[], Expression]) -> Expression:
        """One `item` for each of `items`; a plain loop, because a comprehension is a function of its own."""
        name = self.code.name("v")
        self.code.emit(f"{name} = []")
        with self.code.block(f"for {variable} in {items}:"):
            self.code.emit(f"{name}.append({item()})")
        return name

    def standing_on(self, step: Step, field: Field, source: Any, key: Any) -> Here:
        """An object on a row of a list: of its own table, or of another one that holds its key in the column `key`."""
        variable = f"r{step.number}"
        rows = {source: Row(variable, step)}
        if key is None and (owner := self._composed.owner(field.node_type)) is not None:
            key = owner.key_column
        if key is None:
            return Here(field.node_type, field.path, rows, step.number, opened=step.opened)
        place = self.steps.column(step, key)
        keys = Keys(step=step.number, column=place)
        return Here(field.node_type, field.path, rows, step.number, self.code.column(variable, place), keys)

    # --- fields ------------------------------------------------------------------------------------------------------

    def _field(self, here: Here, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(here.type_name)
        if name == SEALED_KEY and self._composed.served is not None:
            return self.code.sealed(self._composed.served.seals, here.type_name, here.key)
        made, declared = self._composed.made[here.type_name, name], self._declared(here.type_name, name)
        if isinstance(made.binding, OpenKey):  # of an entity whose owner is served elsewhere
            return here.key
        if isinstance(made.binding, Leaf):  # most are, and take no arguments
            return self._leaf(here, made, path, declared)
        field = Field(path, made, declared, nodes, Arguments(declared, nodes[0], self._shape))
        return self._kinds[type(made.binding)](here, field)

    def _leaf(self, here: Here, made: Made, path: Path, declared: GraphQLField) -> Expression:
        if self._is_public_key(here, made):
            return here.key
        row = self._row(here, made)
        self.steps.read(row.step, made.right, path)
        value = self._column(row, made.binding.expression)
        return f"json({value})" if get_named_type(declared.type).name == "GeoJson" else value

    def _composite(self, here: Here, field: Field) -> Expression:
        row = self._row(here, field.made)
        self.steps.read(row.step, field.made.right, field.path)
        present = self._column(row, field.binding.present)
        value = self._parts(row, field.type.name, field.binding.parts, field.nodes)
        return f"(None if {present} is None else {value})"

    def _parts(self, row: Row, type_name: str, parts: Parts, nodes: Sequence[FieldNode]) -> Expression:
        entries: dict[str, Expression] = {}
        for key, selected in self.selections.of(type_name, nodes).items():
            name = selected[0].name.value
            part = None if name == "__typename" else parts[self._composed.made[type_name, name].python_name]
            if part is None:
                entries[key] = repr(type_name)
            elif isinstance(part, Mapping):
                inner = get_named_type(self._declared(type_name, name).type).name
                entries[key] = self._parts(row, inner, part, selected)
            elif isinstance(part, Listed):
                entries[key] = self.code.looked_up(part.says, [self._column(row, column) for column in part.by])
            else:
                entries[key] = self._column(row, part)
        return self.code.object(entries)

    def _link(self, here: Here, field: Field) -> Expression:
        row = self._row(here, field.made)
        self.steps.read(row.step, field.made.right, field.path)
        result: Expression = "None"
        for type_name, column in reversed(field.binding.keys.items()):
            result = self._linked(row, field, type_name, column, result)
        return result

    def _linked(self, row: Row, field: Field, type_name: str, column: Any, otherwise: Expression) -> Expression:
        place = self.steps.column(row.step, column)
        key = self.code.column(row.variable, place)
        target = Here(type_name, field.path, {}, row.step.number, key, Keys(step=row.step.number, column=place))
        found = self.unless_null(key, lambda: self.object(target, field.nodes))
        return found if otherwise == "None" else f"({otherwise} if {key} is None else {found})"

    def _relation(self, here: Here, field: Field) -> Expression:
        relation: Relation = field.binding
        key, keys, row = self._near_end(here, field)
        is_dated = relation.as_of is not None and field.asked.is_given("as_of")
        opened = here.opened and relation.key is None
        step = self.steps.related(field.made, field.path, keys, here.parent, is_dated=is_dated, opened=opened)
        if row is not None and row.step.keys == keys:
            step.under = row.step
        self.steps.read(step, field.made.right, field.path)
        if is_dated:
            step.parameters[statements.DATE] = field.asked.getter("as_of")
            self._demand_history(step, field)
        is_list = relation.at_most is None or is_list_type(field.declared.type)
        found = f"S{step.number}.get({key}, EMPTY)" if is_list else f"S{step.number}.get({key})"
        return self._far_end(step, field, row.present(found) if row is not None else found, is_list=is_list)

    def _demand_history(self, step: Step, field: Field) -> None:
        right = field.made.right
        if right is not None and not right.data_class.is_public:
            self.steps.demand(step, right.scope(Verb.HISTORY), right.coordinate, Verb.HISTORY, field.path)

    def _near_end(self, here: Here, field: Field) -> tuple[Expression, Keys, Row | None]:
        """What the relation's rows are found by: the entity's key, or a column of its own row."""
        origin = field.made.origin
        row = self._row(here, field.made) if origin is not None and origin.source is not None else None
        if row is not None:
            self._start_from(row, field)
        if field.binding.on is None:
            assert here.keys is not None
            return here.key, here.keys, row
        assert row is not None
        place = self.steps.column(row.step, field.binding.on)
        return self.code.column(row.variable, place), Keys(step=row.step.number, column=place), row

    def _start_from(self, row: Row, field: Field) -> None:
        """A row about a person that is fetched for a relation, or gives its key, is read for it: the reach decides.

        Otherwise an empty list would say of somebody out of reach what null says of nobody.
        """
        if row.step.rows is not None and (row.may_be_absent or field.binding.on is not None):
            self.steps.read(row.step, field.made.right, field.path)
        else:
            row.step.sites.append(field.path)

    def _far_end(self, step: Step, field: Field, rows: Expression, *, is_list: bool) -> Expression:
        here = self.standing_on(step, field, step.source, field.binding.key)
        if field.binding.at_most is None:
            return pages.page(self, step, here, rows, field)
        variable = self.code.name("l") if is_list else f"r{step.number}"
        self.code.emit(f"{variable} = {rows}")
        if not is_list:
            return self.unless_null(variable, lambda: self.on_row(here, field.nodes, variable))
        return self.unless_null(variable, lambda: self.on_each(here, field.nodes, f"r{step.number}", variable))

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
            here.rows[source] = Row(self.code.row(f"r{step.number}"), step, may_be_absent=True)
        return here.rows[source]

    def _column(self, row: Row, column: Any) -> Expression:
        return self.code.column(row.variable, self.steps.column(row.step, column))

    def _declared(self, type_name: str, name: str) -> GraphQLField:
        type_: Any = self._composed.schema.type_map[type_name]
        declared: GraphQLField = type_.fields[name]
        return declared
