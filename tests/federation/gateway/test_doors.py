"""The gateway's own doors: what it reads, who gets in as a further layer, what it shows of itself."""

import pytest
from graphql import (
    GraphQLSchema,
    build_client_schema,
    build_schema,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
    specified_directives,
)

from graph.compose import compose
from graph.limits import BODY_BYTES
from tests.federation.conflicting import nothing
from tests.federation.gateway.conftest import World
from tests.federation.gateway.fakes import ALIAS, NAME, SET, refuses

NAMES, BOTH = '{ person(by: "all") { name } }', '{ person(by: "all") { name alias } }'


def test_a_set_in_a_token_stands_for_its_scopes(world: World) -> None:
    assert "errors" not in world.ask(NAMES, token=world.token(SET)).body


@pytest.mark.parametrize("query", [BOTH, '{ person(by: "all") { ...More } } fragment More on Person { a: alias }'])
def test_a_scope_that_the_token_lacks_refuses_the_operation_also_where_the_authority_erred(
    world: World, query: str
) -> None:
    answer = world.ask(query, token=world.token(NAME), accept="application/graphql-response+json")
    assert answer.status == 403
    (error,) = answer.body["errors"]
    assert error["extensions"] == {"code": "SCOPE_REQUIRED", "scope": ALIAS, "coordinate": "Person.alias"}
    assert "data" not in answer.body
    assert world.people.asked == []


def test_a_token_that_somebody_else_signed_opens_nothing_even_where_the_authority_erred(world: World) -> None:
    forged = world.token()[:-8] + "AAAAAAAA"
    answer = world.ask(NAMES, token=forged)
    assert answer.status == 401
    assert [error["extensions"]["code"] for error in answer.body["errors"]] == ["UNAUTHENTICATED"]
    assert world.people.asked == []


def test_a_bound_token_is_taken_from_its_own_scheme(world: World) -> None:
    token = world.token()
    assert "errors" not in world.ask(NAMES, authorization=f"DPoP {token}").body
    assert world.people.asked[0].headers["authorization"] == f"DPoP {token}"


def test_a_body_beyond_the_limit_is_refused_by_the_authority_and_not_kept(world: World) -> None:
    world.authority.instead = refuses("LIMIT_EXCEEDED", 413)
    answer = world.ask(None, body=b" " * (4 * BODY_BYTES))
    assert answer.status == 413
    assert len(world.authority.asked[0].body) == BODY_BYTES + 1


def test_what_is_asked_with_get_is_decided_by_the_authority_as_it_was_sent(world: World) -> None:
    world.authority.instead = refuses("BAD_USER_INPUT", 405, allow="GET, POST")
    answer = world.ask(None, path="/graphql?query=%7Bperson%7D", method="GET")
    (asked,) = world.authority.asked
    assert (asked.method, asked.query) == ("GET", "query=%7Bperson%7D")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


def test_a_public_document_asked_with_get_is_answered(world: World) -> None:
    assert world.ask(None, path="/graphql?query=%7B__typename%7D", method="GET").body == {
        "data": {"__typename": "Query"}
    }


def test_a_client_sees_the_schema_that_one_process_shows(world: World) -> None:
    shown = world.ask(get_introspection_query(directive_is_repeatable=True, input_value_deprecation=True)).body["data"]
    assert _sorted(build_client_schema(shown)) == _sorted(compose(nothing()).schema)
    assert {each["name"] for each in shown["__schema"]["directives"]} == {each.name for each in specified_directives}


def test_several_operations_in_one_body_are_not_run(world: World) -> None:
    answer = world.ask(None, body=b'[{"query": "{ person(by: \\"all\\") { name } }"}]')
    assert world.people.asked == []
    assert (answer.status, answer.body["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")


def test_whoever_keeps_it_running_sees_that_it_is_well(world: World) -> None:
    for path in ("/healthz", "/readyz"):
        assert world.ask(None, path=path, method="GET").status == 200


def test_no_page_of_the_gateway_is_shown(world: World) -> None:
    assert world.ask(None, path="/", method="GET").status == 404


def _sorted(schema: GraphQLSchema) -> list[str]:
    return print_schema(lexicographic_sort_schema(build_schema(print_schema(schema)))).splitlines()
