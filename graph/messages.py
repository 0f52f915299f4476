"""What is wrong with a document, in our own words: graphql-core's own quote what the caller typed.

Written only when a document was refused, from its original text, so that places are those the caller sees.
"""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    parse,
    specified_rules,
    validate,
)

from graph import limits
from graph.errors import Code, GraphError, Refused

_SAID: Mapping[str, str] = {
    "ExecutableDefinitionsRule": "A document may hold operations and fragments only.",
    "KnownOperationTypesRule": "This graph has no such kind of operation; it has queries.",
    "UniqueOperationNamesRule": "Two operations have the same name.",
    "LoneAnonymousOperationRule": "An operation without a name must be the only one.",
    "KnownTypeNamesRule": "There is no type of this name.",
    "FragmentsOnCompositeTypesRule": "A fragment must be on an object or a union.",
    "VariablesAreInputTypesRule": "A variable must be of an input type.",
    "ScalarLeafsRule": "A field of an object type needs a selection, and one of a scalar type takes none.",
    "FieldsOnCorrectTypeRule": "The type has no field of this name.",
    "UniqueFragmentNamesRule": "Two fragments have the same name.",
    "KnownFragmentNamesRule": "There is no fragment of this name.",
    "NoUnusedFragmentsRule": "A fragment is not used.",
    "PossibleFragmentSpreadsRule": "A fragment can never apply here.",
    "NoFragmentCyclesRule": "A fragment spreads itself.",
    "UniqueVariableNamesRule": "Two variables have the same name.",
    "NoUndefinedVariablesRule": "A variable is not declared.",
    "NoUnusedVariablesRule": "A variable is not used.",
    "KnownDirectivesRule": "There is no directive of this name, or not at this place.",
    "UniqueDirectivesPerLocationRule": "A directive stands twice at one place.",
    "KnownArgumentNamesRule": "The field or directive has no argument of this name.",
    "UniqueArgumentNamesRule": "Two arguments have the same name.",
    "ValuesOfCorrectTypeRule": "A literal is not of the type that its place requires.",
    "ProvidedRequiredArgumentsRule": "A required argument is missing.",
    "VariablesInAllowedPositionRule": "A variable stands where its type does not fit.",
    "OverlappingFieldsCanBeMergedRule": "Fields with one response key differ, or are too many to compare; use aliases.",
    "UniqueInputFieldNamesRule": "Two input fields have the same name.",
    "MaxIntrospectionDepthRule": "Introspection is nested too deeply.",
}
_OTHERWISE = "The document is not valid for this graph."


def parse_failure(text: str) -> Refused:
    """The refusal of a text that is no GraphQL document, with the place."""
    try:
        parse(text, max_lexical_tokens=limits.TOKENS, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        return Refused(GraphError(Code.GRAPHQL_PARSE_FAILED, "The document does not parse.", _places(error)))
    return Refused(GraphError(Code.GRAPHQL_PARSE_FAILED, "The document does not parse."))


def validation_failure(schema: GraphQLSchema, *documents: DocumentNode) -> Refused:
    """The refusal of a document that is not valid: one error per broken rule and place, of the first that has any."""
    for document in documents:
        if errors := [*_broken(schema, document)]:
            return Refused(*errors)
    return Refused(GraphError(Code.GRAPHQL_VALIDATION_FAILED, _OTHERWISE))


def _broken(schema: GraphQLSchema, document: DocumentNode) -> Iterator[GraphError]:
    for rule in specified_rules:
        found = validate(schema, document, [rule], hide_suggestions=True, allow_empty_selection_sets=False)
        for error in found[:5]:
            said = _SAID.get(rule.__name__, _OTHERWISE)
            yield GraphError(Code.GRAPHQL_VALIDATION_FAILED, said, _places(error))


def _places(error: GraphQLError) -> list[tuple[int, int]]:
    return [(place.line, place.column) for place in error.locations or ()]
