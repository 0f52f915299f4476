"""Where in the document a refused or failed field stands, for the `locations` of its error.

What is kept of a document holds nothing that a caller typed, so a field is found in what is kept, and its place is
counted in the request's own text, only when there is something to complain of. A path that fragments or duplicates
select several times has several places.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from graphql import FieldNode, FragmentSpreadNode

from graph import literals
from graph.document import Operation
from graph.errors import GraphError, Refused

MOST = 20  # places of one error
_LINE_END = re.compile(r"\r\n|[\n\r]")


class Places:
    """The fields of an operation by response path, and where they stand in the text that one request sent."""

    def __init__(self, text: str, operation: Operation) -> None:
        self._operation, self._fragments = operation.node, operation.fragments
        self._pieces = [*literals.pieces(text)]
        self._lines = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def refusal(self, refusal: Refused) -> Refused:
        """The same refusal, with the places of the paths that its errors name."""
        return Refused(*(self._located(error, error.details.get("paths", ())) for error in refusal.errors))

    def failures(self, errors: Iterable[GraphError]) -> list[GraphError]:
        """The same errors, with the places of their paths; indices of lists are left out."""
        return [self._located(error, [".".join(key for key in error.path if isinstance(key, str))]) for error in errors]

    def _located(self, error: GraphError, paths: Iterable[str]) -> GraphError:
        found = dict.fromkeys(place for path in paths for place in self._places(path.split(".")))
        return replace(error, locations=[*found][:MOST])

    def _places(self, path: Sequence[str]) -> Iterator[tuple[int, int]]:
        nodes: list[Any] = [self._operation]
        for key in path:
            nodes = [field for node in nodes for field in self._fields(node, key, set())]
        return (self._place(node.loc.start) for node in nodes if node.loc is not None)

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column in the text of a place in what is kept of it."""
        there, here = self._pieces[bisect_right(self._pieces, offset, key=lambda piece: piece[0]) - 1]
        at = here + offset - there
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def _fields(self, node: Any, key: str, spread: set[str]) -> Iterator[FieldNode]:
        """The fields with this response key that a node selects, fragments opened once."""
        for selection in node.selection_set.selections if node.selection_set is not None else ():
            if isinstance(selection, FieldNode):
                if (selection.alias or selection.name).value == key:
                    yield selection
            elif not isinstance(selection, FragmentSpreadNode):
                yield from self._fields(selection, key, spread)
            elif selection.name.value not in spread:
                spread.add(selection.name.value)
                yield from self._fields(self._fragments[selection.name.value], key, spread)
