"""A register that fails leaves its fields null, with the reason at their paths, and nothing of itself in the answer."""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from graph.errors import Code
from graph.failures import MESSAGES
from tests.federation.gateway.conftest import World
from tests.federation.gateway.fakes import hangs, says

BOTH = '{ person(by: "all") { name alias } }'


async def breaks(_: Request) -> Response:
    return PlainTextResponse("Traceback: secret at /srv/register", 500)


def errors(body: Any) -> list[tuple[str, list[Any]]]:
    return [(each["extensions"]["code"], each["path"]) for each in body["errors"]]


def test_a_broken_register_leaves_its_fields_null_and_the_rest_is_answered(world: World) -> None:
    world.gossip.instead = breaks
    answer = world.ask(BOTH)
    assert answer.status == 200
    assert answer.body["data"] == {"person": [{"name": "Person 1", "alias": None}, {"name": "Person 2", "alias": None}]}
    assert errors(answer.body) == [
        ("SOURCE_UNAVAILABLE", ["person", 0, "alias"]),
        ("SOURCE_UNAVAILABLE", ["person", 1, "alias"]),
    ]


def test_a_register_that_is_slow_leaves_its_fields_null_in_time(world: World) -> None:
    world.gossip.instead = hangs
    answer = world.ask(BOTH)
    assert [each["name"] for each in answer.body["data"]["person"]] == ["Person 1", "Person 2"]
    assert {code for code, _ in errors(answer.body)} == {"DEADLINE_EXCEEDED"}


def test_the_way_in_fails_and_the_field_is_null(world: World) -> None:
    world.people.instead = breaks
    answer = world.ask(BOTH)
    assert answer.body["data"] == {"person": None}
    assert errors(answer.body) == [("SOURCE_UNAVAILABLE", ["person"])]


def test_nothing_of_a_failing_register_is_told(world: World) -> None:
    world.gossip.instead = breaks
    said = str(world.ask(BOTH).body)
    assert not [word for word in ("Traceback", "secret", "srv", "gossip", "127.0.0.1") if word in said]


def test_what_a_register_says_of_one_field_reaches_the_client_at_its_path(world: World) -> None:
    world.people.instead = says(
        200,
        {"data": {"person": [{"__typename": "Person", "ref": "sealed-1", "called": None}]},
         "errors": [{"message": "Late.", "path": ["who", 0, "called"], "extensions": {"code": "DEADLINE_EXCEEDED"}}]},
    )  # fmt: skip
    answer = world.ask('{ who: person(by: "all") { called: name } }')
    assert answer.body["data"] == {"who": [{"called": None}]}
    assert answer.body["errors"] == [
        {
            "message": MESSAGES[Code.DEADLINE_EXCEEDED],
            "path": ["who", 0, "called"],
            "extensions": {"code": "DEADLINE_EXCEEDED"},
        }
    ]


def test_a_register_says_a_code_that_the_graph_does_not_have_and_its_words_stay_here(world: World) -> None:
    world.people.instead = says(
        200, {"data": {"person": None}, "errors": [{"message": "SELECT secret", "extensions": {"code": "SQL"}}]}
    )
    answer = world.ask(BOTH)
    assert answer.body["errors"] == [
        {"message": "Something went wrong here.", "path": ["person"], "extensions": {"code": "INTERNAL"}}
    ]
