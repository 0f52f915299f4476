"""One schema, two shapes (law 8): what a router composes from the subgraphs is what one process serves."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    ListValueNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    build_schema,
    lexicographic_sort_schema,
    parse,
    print_schema,
)

from domains.kit.domain import Domain, subgraph
from domains.kit.scopes import Verb
from domains.kit.types import SEALED_KEY
from graph import catalogue
from graph.compose import compose
from graph.composed import Composed

Scopes = set[tuple[str, str, str]]  # type, field, scope


def test_a_router_composes_the_registers(router: Mapping[str, Any]) -> None:
    assert router.get("errors") is None


def test_a_router_publishes_what_one_process_publishes(router: Mapping[str, Any], one_process: Composed) -> None:
    assert router["published"].splitlines() == canonical(one_process).splitlines()


def test_the_order_in_which_domains_are_installed_changes_nothing(
    registers: tuple[Domain, ...], one_process: Composed
) -> None:
    turned = compose(reversed(registers))
    assert canonical(turned) == canonical(one_process)
    assert {key: made.right for key, made in turned.made.items()} == {
        key: made.right for key, made in one_process.made.items()
    }


def test_a_router_demands_the_scopes_that_one_process_demands(router: Mapping[str, Any], one_process: Composed) -> None:
    assert set(required_scopes(router["supergraph"])) == demanded(one_process)


def test_every_scope_that_a_router_demands_can_be_granted(router: Mapping[str, Any], one_process: Composed) -> None:
    scopes = {scope for _, _, scope in required_scopes(router["supergraph"])}
    assert scopes <= catalogue.scopes(one_process)


def test_no_client_of_a_router_sees_a_sealed_reference(router: Mapping[str, Any]) -> None:
    assert f"  {SEALED_KEY}: ID! @inaccessible" in router["supergraph"]
    assert f"  {SEALED_KEY}: " not in router["published"]


def test_only_the_owner_publishes_the_number_of_a_person(registers: tuple[Domain, ...]) -> None:
    publishing = [domain.name for domain in registers if "\n  pin: " in subgraph(domain).as_str()]
    assert publishing == ["identity"]


@pytest.mark.parametrize("name", ["identity", "population", "land", "enterprises"])
def test_a_router_can_enter_a_register_by_every_entity_in_it(registers: tuple[Domain, ...], name: str) -> None:
    schema = subgraph(next(domain for domain in registers if domain.name == name))
    document = parse(schema.as_str())
    keyed = {
        node.name.value
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode)
        and any(each.name.value == "key" for each in node.directives or ())
    }
    assert {member.name for member in schema._schema.type_map["_Entity"].types} == keyed  # type: ignore[attr-defined]


def demanded(composed: Composed) -> Scopes:
    """What one process demands for reading each field."""
    return {
        (type_name, field_name, made.right.scope(Verb.READ))
        for (type_name, field_name), made in composed.made.items()
        if made.right is not None and not made.right.data_class.is_public
    }


def canonical(composed: Composed) -> str:
    """Sorted SDL. The schema is read back first: sorting rebuilds it, and must not touch the one that is served."""
    return print_schema(lexicographic_sort_schema(build_schema(print_schema(composed.schema))))


def required_scopes(supergraph: str) -> Iterator[tuple[str, str, str]]:
    """The `@requiresScopes` of a supergraph. Fails on alternatives, which no register states."""
    for node in parse(supergraph).definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            for field in node.fields or ():
                for directive in field.directives or ():
                    if directive.name.value == "requiresScopes":
                        yield node.name.value, field.name.value, _scope(directive)


def _scope(directive: DirectiveNode) -> str:
    assert directive.arguments is not None
    alternatives = directive.arguments[0].value
    assert isinstance(alternatives, ListValueNode)
    (together,) = alternatives.values
    assert isinstance(together, ListValueNode)
    (scope,) = together.values
    assert isinstance(scope, StringValueNode)
    return scope.value
