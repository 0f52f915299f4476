"""Compiles connections: which rows of a page are shown, their cursors, and whether there is more.

A page's statement returns one row more than asked for where the list goes on; that row is not shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from graphql import FieldNode, get_named_type

from domains.kit import statements
from graph.answer_code import AnswerCode
from graph.arguments import Arguments
from graph.cursors import BEFORE_ALL, Cursors, Place
from graph.field import Field
from graph.here import Expression, Here
from graph.plan import Asked, Path, Step
from graph.selections import Selections
from graph.steps import Steps

PAGING = frozenset({"first", "after"})


class ObjectCode(Protocol):
    """What a connection asks of the compiler of its nodes (objects.py)."""

    code: AnswerCode
    cursors: Cursors
    selections: Selections
    steps: Steps

    def object(self, here: Here, nodes: Sequence[FieldNode]) -> Expression: ...

    def unless_null(self, tested: Expression, inner: Callable[[], Expression]) -> Expression: ...

    def listed(self, variable: str, items: Expression, item: Callable[[], Expression]) -> Expression: ...


def page(objects: ObjectCode, step: Step, here: Here, rows: Expression, field: Field) -> Expression:
    """The code of a connection over `rows`; gives the step its limit and the place where the page begins."""
    size, place = field.asked.page_size(), _place(field)
    step.fan, step.is_paged = size, True
    step.parameters[statements.LIMIT] = lambda asked: size(asked) + 1
    step.parameters[statements.AFTER] = _begin(objects, field.asked, place)
    found = objects.code.name("l")
    objects.code.emit(f"{found} = {rows}")
    parts = _Connection(objects, step, here, found, objects.steps.argument(size), place)
    return objects.unless_null(found, lambda: parts.connection(field.type, field.nodes))


class _Connection:
    """The code of one connection's parts."""

    def __init__(
        self,
        objects: ObjectCode,
        step: Step,
        here: Here,
        rows: str,
        size: str,
        place: Callable[[Asked], Place],
    ) -> None:
        self._objects = objects
        self._code = objects.code
        self._step = step
        self._here = here
        self._rows = rows
        self._size = size
        self._place = place
        self._sealer: str | None = None

    def connection(self, type_: Any, nodes: Sequence[FieldNode]) -> Expression:
        parts = {"edges": self._edges, "pageInfo": self._page_info}
        return self._object(type_, self._here.path, nodes, parts)

    def _edges(self, type_: Any, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        row = f"r{self._step.number}"
        parts = {"cursor": lambda *_: self._cursor(self._code.column(row, self._surrogate())), "node": self._node}

        def edge() -> Expression:
            self._code.row(row)
            return self._object(type_, path, nodes, parts)

        return self._objects.listed(row, f"{self._rows}[:{self._size}]", edge)

    def _node(self, _: Any, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        here = replace(self._here, path=path, rows=dict(self._here.rows))
        return self._objects.object(here, nodes)

    def _page_info(self, type_: Any, path: Path, nodes: Sequence[FieldNode]) -> Expression:
        last = f"{self._rows}[:{self._size}][-1]"
        parts = {
            "hasNextPage": lambda *_: f"len({self._rows}) > {self._size}",
            "endCursor": lambda *_: f"({self._cursor(f'{last}[{self._surrogate()}]')} if {self._rows} else None)",
        }
        return self._object(type_, path, nodes, parts)

    def _surrogate(self) -> int:
        return self._objects.steps.column(self._step, self._step.source.c["surrogate"])

    def _cursor(self, surrogate: Expression) -> Expression:
        if self._sealer is None:
            self._sealer = self._objects.steps.argument(lambda asked: self._objects.cursors.sealer(self._place(asked)))
        return f"{self._sealer}({surrogate})"

    def _object(
        self, type_: Any, path: Path, nodes: Sequence[FieldNode], parts: dict[str, Callable[..., Expression]]
    ) -> Expression:
        entries: dict[str, Expression] = {}
        for key, selected in self._objects.selections.of(type_.name, nodes).items():
            name = selected[0].name.value
            if name == "__typename":
                entries[key] = repr(type_.name)
            else:
                entries[key] = parts[name](get_named_type(type_.fields[name].type), (*path, key), selected)
        return self._code.object(entries)


def _begin(objects: ObjectCode, asked: Arguments, place: Callable[[Asked], Place]) -> Callable[[Asked], int]:
    if not asked.is_given("after"):
        return lambda _: BEFORE_ALL
    after = asked.getter("after")
    return lambda asked: objects.cursors.open(after(asked), place(asked))


def _place(field: Field) -> Callable[[Asked], Place]:
    """What the cursors of this list are bound to."""
    right, asked = field.made.right, field.asked
    coordinate = right.coordinate if right is not None else f"Query.{field.made.python_name}"
    getters = {name: asked.getter(name) for name in asked.names if name not in PAGING and asked.is_given(name)}
    return lambda asked: Place(asked.client, coordinate, [(name, get(asked)) for name, get in getters.items()])
