"""Where in the document a refused or failed field stands, for the `locations` of its error.

Plans are kept without what a caller typed, so places are looked up in the request's own text, and only when there is
something to complain of. A path that fragments or duplicates select several times has several places.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode, get_location

from graph.document import parsed
from graph.errors import GraphError, Refused

MOST = 20  # places of one error


class Places:
    """The fields of one request's operation by response path."""

    def __init__(self, text: str, operation_name: str | None) -> None:
        definitions = parsed(text).definitions
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)
        }
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        named = (node for node in operations if node.name is not None and node.name.value == operation_name)
        self._operation = operations[0] if operation_name is None else next(named)

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
        for node in nodes:
            if node.loc is not None:
                place = get_location(node.loc.source, node.loc.start)
                yield place.line, place.column

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
