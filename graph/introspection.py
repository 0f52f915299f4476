"""Questions about the schema, answered by graphql-core over the composed schema. They take a token and no scope."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema, execute_sync

from graph.document import parsed
from graph.errors import Code, refused


def answer(schema: GraphQLSchema, question: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `__schema` and `__type` under their response keys; register fields resolve to null here."""
    result = execute_sync(
        schema,
        parsed(question.text),
        variable_values=dict(question.variables),
        operation_name=question.operation_name,
    )
    if result.data is None:
        raise refused(Code.INTERNAL, "The schema could not be described.")
    return {key: value for key, value in result.data.items() if data.get(key) is None and value is not None}
