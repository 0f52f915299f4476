"""A register that fails leaves its fields null, with the reason at their paths, and nothing of itself in the answer."""

import time
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domains.kit.breaker import PAUSES_S, SILENCES
from graph.errors import Code
from graph.failures import MESSAGES
from tests.federation.gateway.conftest import DEADLINE_MS, World
from tests.federation.gateway.fakes import hangs, refuses, says

BOTH = '{ person(by: "all") { name alias } }'


async def breaks(_: Request) -> Response:
    return PlainTextResponse("Traceback: secret at /srv/register", 500)


async def closes(request: Request) -> Response:
    """Answer nothing, and close."""
    request.receive.__self__.transport.abort()  # type: ignore[attr-defined]
    return Response()


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


def test_a_register_closes_the_connection_on_which_it_is_asked_and_is_asked_once_more(world: World) -> None:
    """As one does that was kept open too long: that says nothing of the question, nor of the register."""

    async def closes_once(request: Request) -> Response:
        world.people.instead = None
        return await closes(request)

    world.people.instead = closes_once
    assert world.ask(BOTH).body["data"]["person"] == [
        {"name": "Person 1", "alias": "One"},
        {"name": "Person 2", "alias": "Two"},
    ]
    assert len(world.people.asked) == 2


def test_a_register_that_closes_every_connection_is_asked_twice_and_leaves_its_fields_null(world: World) -> None:
    world.people.instead = closes
    assert errors(world.ask(BOTH).body) == [("SOURCE_UNAVAILABLE", ["person"])]
    assert len(world.people.asked) == 2


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
    body = world.ask(BOTH).body
    assert not [word for word in ("Traceback", "secret", "srv", "127.0.0.1") if word in str(body)]
    assert "gossip" not in str([body["data"], body["errors"]])


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
            "locations": [{"line": 1, "column": 28}],
            "path": ["who", 0, "called"],
            "extensions": {"code": "DEADLINE_EXCEEDED"},
        }
    ]


def test_an_error_stands_where_the_client_wrote_the_field_though_the_register_was_asked_in_other_words(
    world: World,
) -> None:
    world.gossip.instead = breaks
    first = '{ nobody: person(by: "😀") { name } person(by: "all") { ...A alias'
    second = "... on Person { alias } } } fragment A on Person { alias }"

    error, _ = world.ask(f"{first}\n{second}").body["errors"]

    assert error["path"] == ["person", 0, "alias"]
    assert [(each["line"], each["column"]) for each in error["locations"]] == [
        (2, second.rindex("alias") + 1),
        (1, first.rindex("alias") + 1),
        (2, second.index("alias") + 1),
    ]


def test_a_register_says_a_code_that_the_graph_does_not_have_and_its_words_stay_here(world: World) -> None:
    world.people.instead = says(
        200, {"data": {"person": None}, "errors": [{"message": "SELECT secret", "extensions": {"code": "SQL"}}]}
    )
    (error,) = world.ask(BOTH).body["errors"]
    assert error == {
        "message": "Something went wrong here.",
        "locations": [{"line": 1, "column": 3}],
        "path": ["person"],
        "extensions": {"code": "INTERNAL"},
    }


def test_a_register_that_must_first_hear_of_a_grant_is_asked_again(world: World) -> None:
    answers = iter([refuses("GRANTS_UNCONFIRMED", 503), refuses("GRANTS_UNCONFIRMED", 503), world.gossip.known])

    async def soon(request: Request) -> Response:
        return await next(answers)(request)

    world.gossip.instead = soon
    answer = world.ask(BOTH)
    assert [each["alias"] for each in answer.body["data"]["person"]] == ["One", "Two"]
    assert "errors" not in answer.body


@pytest.mark.parametrize("code", ["GRANTS_UNCONFIRMED", "DISCLOSURE_NOT_RECORDED", "OVERLOADED"])
def test_a_register_that_can_answer_nobody_leaves_its_fields_null(world: World, code: str) -> None:
    world.gossip.instead = refuses(code, 503)
    answer = world.ask(BOTH)
    assert [each["name"] for each in answer.body["data"]["person"]] == ["Person 1", "Person 2"]
    assert {each for each, _ in errors(answer.body)} == {"SOURCE_UNAVAILABLE"}


def test_a_register_that_is_silent_on_end_is_left_alone_for_a_while_and_asked_again(world: World) -> None:
    world.gossip.instead = hangs
    for _ in range(SILENCES):
        world.ask(BOTH)
    asked, began = len(world.gossip.asked), time.monotonic()
    answer = world.ask(BOTH)
    assert time.monotonic() - began < DEADLINE_MS / 2000
    assert (len(world.gossip.asked), {each for each, _ in errors(answer.body)}) == (asked, {"SOURCE_UNAVAILABLE"})
    world.gossip.instead = None
    time.sleep(PAUSES_S[0])
    assert "errors" not in world.ask(BOTH).body
