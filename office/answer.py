"""One document, one visitor, one answer: parse, measure, validate, run, and say what went wrong in our own words.

The flow of the office in one place. A resolver that raises anything but `NotAnswered` is a fault of ours: its kind and
place are logged, and the asker learns that something went wrong. An answer that was refused in part is refused as a
whole (law 2), so that no right can be probed by looking at which half comes back.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from traceback import extract_tb
from typing import Any

import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute,
    parse,
    specified_rules,
    validate,
)

from auth.database import OUTAGES
from auth.errors import GrantsUnconfirmed
from office import limits
from office.errors import Code, NotAnswered, OfficeError, not_answered
from office.introspection import described, is_about_schema

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as it came."""

    text: str
    operation_name: str | None
    variables: Mapping[str, Any]


async def answer(schema: GraphQLSchema, question: Question, context: Any) -> dict[str, Any]:
    """The `data` of the answer. Raises `NotAnswered` for everything else."""
    document = read(schema, question)
    try:
        async with asyncio.timeout(limits.ANSWER_SECONDS):
            result = await _run(schema, document, question, context)
    except TimeoutError:
        message = "This took too long. Whether a change was made is told by sending it again with the same key."
        raise not_answered(Code.DEADLINE_EXCEEDED, message) from None
    if result.errors:
        raise NotAnswered(*(_masked(error) for error in result.errors[:10]))
    return result.data or {}


def read(schema: GraphQLSchema, question: Question) -> DocumentNode:
    """The document, if it is well-formed, small enough and fits the schema. The order bounds the work at each step."""
    document = _parsed(question.text)
    limits.check_size(document)
    if errors := [*_broken(schema, document)]:
        raise NotAnswered(*errors[:10])
    _check_name(document, question.operation_name)
    return document


def _check_name(document: DocumentNode, name: str | None) -> None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names = {node.name.value for node in operations if node.name is not None}
    if name not in names and (name is not None or len(operations) != 1):
        raise not_answered(Code.BAD_USER_INPUT, "operationName must name one of the operations of the document.")


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(text, max_lexical_tokens=limits.TOKENS, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        if "tokens" in error.description:
            raise limits.too_many_tokens() from None
        at = _places(error)
        raise not_answered(Code.GRAPHQL_PARSE_FAILED, "The document does not parse.", at=at) from None


def _broken(schema: GraphQLSchema, document: DocumentNode) -> Iterator[OfficeError]:
    """Each rule of the specification that is broken, by name and place: graphql-core's own words quote the asker."""
    if not validate(schema, document, max_errors=1, hide_suggestions=True, allow_empty_selection_sets=False):
        return
    for rule in specified_rules:
        found = validate(schema, document, [rule], hide_suggestions=True, allow_empty_selection_sets=False)
        for error in found[:3]:
            name = rule.__name__.removesuffix("Rule")
            message = f"The document does not fit the schema: rule {name} of the specification."
            yield OfficeError(Code.GRAPHQL_VALIDATION_FAILED, message, _places(error), details={"rule": name})


async def _run(schema: GraphQLSchema, document: DocumentNode, question: Question, context: Any) -> ExecutionResult:
    name, variables = question.operation_name, question.variables
    if is_about_schema(document, name):
        return await described(schema, document, question.text, name, variables)
    result = execute(
        schema,
        document,
        context_value=context,
        variable_values=dict(variables),
        operation_name=name,
        hide_suggestions=True,
    )
    return result if isinstance(result, ExecutionResult) else await result


def _masked(error: GraphQLError) -> OfficeError:
    cause, places, path = error.original_error, _places(error), error.path or ()
    if isinstance(cause, NotAnswered):
        first = cause.errors[0]
        return OfficeError(first.code, first.message, places, path, first.details)
    if isinstance(cause, GrantsUnconfirmed):
        return OfficeError(Code.GRANTS_UNCONFIRMED, str(cause), places, path)
    if isinstance(cause, OUTAGES):
        log.warning("office_without_database", kind=type(cause).__name__)
        message = "The database of the authority does not answer now; send this again with the same key."
        return OfficeError(Code.DATABASE_UNAVAILABLE, message, places, path)
    if cause is None and not path:
        return OfficeError(Code.BAD_USER_INPUT, "A variable is missing, unknown or not of its type.", places)
    if isinstance(cause, GraphQLError) or cause is None:
        return OfficeError(Code.BAD_USER_INPUT, "An argument is not of its type.", places, path)
    log.error("office_failed", kind=type(cause).__name__, at=frames(cause))
    return OfficeError(Code.INTERNAL, "Something went wrong here.", places, path)


def _places(error: GraphQLError) -> list[tuple[int, int]]:
    return [(place.line, place.column) for place in error.locations or ()]


def frames(error: Exception) -> list[str]:
    """Where a failure came from; its message may hold a value and is not kept."""
    return [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]
