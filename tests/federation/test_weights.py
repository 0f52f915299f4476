"""A router estimates what an operation costs from what the plan's own cost counts: rows, in lists of the same sizes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, ObjectTypeDefinitionNode, Undefined, parse
from graphql.utilities import value_from_ast_untyped

from domains.kit.domain import Domain, subgraph
from domains.kit.fields import Relation
from domains.kit.queries import Root, Way
from domains.kit.weights import assumed
from graph.composed import Composed
from graph.registry import installed_domains

Directives = Mapping[str, Mapping[str, Any]]
ONE_ROW: Directives = {"cost": {"weight": 2}}  # a statement, and its row
PAGE: Directives = {"listSize": {"slicingArguments": ["first"], "sizedFields": ["edges"]}}
ROOTS: Mapping[Way, Directives] = {Way.ONE: ONE_ROW, Way.SELF: ONE_ROW, Way.VERIFIED: ONE_ROW, Way.PAGE: PAGE}


def weights(domains: Sequence[Domain]) -> Iterator[tuple[tuple[str, str], Directives]]:
    """The directives of cost on every field; on a type, they stand under the empty name."""
    for domain in domains:
        for node in parse(subgraph(domain).as_str()).definitions:
            if isinstance(node, ObjectTypeDefinitionNode):
                yield (node.name.value, ""), _said(node)
                yield from (((node.name.value, field.name.value), _said(field)) for field in node.fields or ())


def _said(node: Any) -> Directives:
    return {
        each.name.value: {argument.name.value: value_from_ast_untyped(argument.value) for argument in each.arguments}
        for each in node.directives or ()
        if each.name.value in {"cost", "listSize"}
    }


WEIGHTS = dict(weights(installed_domains()))


def test_a_router_reads_how_large_every_list_and_page_can_be(one_process: Composed) -> None:
    for (type_name, field), made in one_process.made.items():
        declared = one_process.schema.type_map[type_name].fields[field]  # type: ignore[attr-defined]
        assert WEIGHTS[type_name, field] == _expected(made.binding, declared), f"{type_name}.{field}"


def _expected(binding: Any, declared: Any) -> Directives:
    if isinstance(binding, Root):
        return ROOTS.get(binding.way) or {"listSize": {"assumedSize": binding.at_most}}
    if isinstance(binding, Relation):
        if "first" in declared.args:
            return PAGE
        return {"listSize": {"assumedSize": assumed(binding.at_most or 0)}} if _is_list(declared.type) else {}
    return {}


def _is_list(type_: Any) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def test_what_is_folded_into_the_row_above_it_weighs_nothing(one_process: Composed) -> None:
    values = {name for name, origins in one_process.origins.items() if any(one.is_value for one in origins.values())}
    machinery = {name for name, _ in WEIGHTS if name.endswith("Edge")} | {"PageInfo"}
    assert values | machinery == {name for (name, field), said in WEIGHTS.items() if not field and said}
    assert {WEIGHTS[name, ""]["cost"]["weight"] for name in values | machinery} == {0}


def test_a_page_is_asked_for_by_a_number_that_must_be_given(one_process: Composed) -> None:
    """A router multiplies by it; one that could be left out would have to be guessed."""
    for (type_name, field), said in WEIGHTS.items():
        if said == PAGE:
            declared = one_process.schema.type_map[type_name].fields[field].args["first"]  # type: ignore[attr-defined]
            assert (str(declared.type), declared.default_value) == ("Int!", Undefined)
