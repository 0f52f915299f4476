"""Questions about the schema itself: answered in a thread of their own, one after the other, and kept.

Describing the whole schema takes a good part of a second, and the event loop of this process answers the graph, too. So
such a question stands alone in its operation, and no data with it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from office.errors import Code, not_answered

KEPT = 16  # answers
ABOUT_THE_SCHEMA = frozenset({"__schema", "__type"})

Key = tuple[str, str | None, bytes]

_kept: OrderedDict[Key, ExecutionResult] = OrderedDict()
_one_at_a_time = asyncio.Lock()


def is_about_schema(document: DocumentNode, name: str | None) -> bool:
    """Whether the operation asks about the schema and nothing else. Raises NotAnswered where it asks for both."""
    asked = _root_fields(document, name)
    about = asked & ABOUT_THE_SCHEMA
    if about and asked - ABOUT_THE_SCHEMA - {"__typename"}:
        message = "Ask about the schema in an operation of its own."
        raise not_answered(Code.GRAPHQL_VALIDATION_FAILED, message)
    return bool(about)


async def described(
    schema: GraphQLSchema, document: DocumentNode, text: str, name: str | None, variables: Mapping[str, Any]
) -> ExecutionResult:
    """The answer, kept from before if it can be."""
    key = (text, name, orjson.dumps(variables, option=orjson.OPT_SORT_KEYS, default=str))
    async with _one_at_a_time:
        found = _kept.get(key)
        if found is None:
            found = await asyncio.to_thread(
                execute_sync, schema, document, variable_values=dict(variables), operation_name=name
            )
            _kept[key] = found
            if len(_kept) > KEPT:
                _kept.popitem(last=False)
    return found


def _root_fields(document: DocumentNode, name: str | None) -> set[str]:
    """The names of the fields of the operation's first level, those in fragments included."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: set[str] = set()
    waiting: list[SelectionSetNode] = [
        node.selection_set
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode) and (name is None or (node.name and node.name.value == name))
    ]
    seen: set[str] = set()
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                found.add(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                waiting.append(fragments[selection.name.value].selection_set)
    return found
