"""GraphQL over HTTP: what is accepted, with which status it is answered, and what is refused before it is read."""

import json
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from auth.errors import GrantsUnconfirmed, Revoked, Unauthenticated
from graph import metrics
from graph.errors import STATUS, Code
from tests.graph.compiling import holding
from tests.graph.invented.rows import TOWNS, pin
from tests.graph.world import EVERYTHING, METADATA, World, request
from tests.moments import timeless

NEW, OLD = "application/graphql-response+json", "application/json"
PUBLIC = '{thing(id:"1-1"){label}}'
PERSONAL = f'{{person(pin:"{pin(1)}"){{name}}}}'


def body(query: Any, **rest: Any) -> bytes:
    return orjson.dumps({"query": query, **rest})


# --- media types -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (NEW, NEW),
        (OLD, OLD),
        ("", OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (f"{OLD}, {NEW}", NEW),
        (f"{OLD};q=0.9, {NEW}", NEW),
        (f"{NEW};q=0.2, {OLD}", OLD),
        (f"{NEW};q=0, */*", OLD),
        (f"{NEW}; charset=utf-8", NEW),
        (f"text/html, {NEW};q=0.1", NEW),
        (NEW.upper(), NEW),
    ],
)
async def test_a_client_gets_the_media_type_it_accepts_most_gladly(world: World, accept: str, media_type: str) -> None:
    answer = await world.post(body(PUBLIC), accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")


@pytest.mark.parametrize(
    "accept", ["text/html", f"{NEW};q=0", f"{OLD};q=0", "application/xml, image/*", "json", ";q=x"]
)
async def test_a_client_that_accepts_neither_media_type_is_refused(world: World, accept: str) -> None:
    assert (await world.post(body(PUBLIC), accept=accept)).status == 406


@pytest.mark.parametrize("content_type", [OLD, f"{OLD}; charset=utf-8", f'{OLD};charset="UTF-8"', "Application/JSON"])
async def test_a_body_of_json_is_read(world: World, content_type: str) -> None:
    assert (await world.post(body(PUBLIC), content_type=content_type)).data == {"thing": {"label": "thing 1"}}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
        f"text/plain, {OLD}",
        f"{OLD}; charset=utf-16",
        f"{OLD}; charset=iso-8859-1",
    ],
)
async def test_a_body_that_a_browser_may_send_across_sites_is_not_read(world: World, content_type: str) -> None:
    """Forms, plain text and no type at all need no preflight; other encodings may hide what a filter looked for."""
    answer = await world.post(body(PUBLIC), content_type=content_type)
    assert answer.status == 415


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip"])
async def test_a_compressed_body_is_not_read(world: World, encoding: str) -> None:
    assert (await world.post(body(PUBLIC), content_encoding=encoding)).status == 415


# --- GET -------------------------------------------------------------------------------------------------------------


async def test_a_question_without_personal_data_may_be_asked_with_get(world: World) -> None:
    answer = await world.get(
        urlencode(
            {"query": "query Q($id:String!){thing(id:$id){label}}", "variables": '{"id":"2-2"}', "operationName": "Q"}
        )
    )
    assert answer.data == {"thing": {"label": "thing 2"}}


@pytest.mark.parametrize(
    "question",
    [
        PERSONAL,
        "{me{__typename}}",
        '{thing(id:"1-1"){secret}}',
        '{named(name:"A"){__typename}}',
        f'{{__typename person(pin:"{pin(1)}")@skip(if:true){{__typename}}}}',
        f'{{__typename ...@include(if:false){{person(pin:"{pin(1)}"){{__typename}}}}}}',
        f'{{__typename ...F@skip(if:true)}}fragment F on Query{{person(pin:"{pin(1)}"){{name}}}}',
        f'query A{{__typename}}query B{{person(pin:"{pin(1)}"){{__typename}}}}',
    ],
)
async def test_a_question_about_somebody_is_not_asked_with_get(world: World, question: str) -> None:
    """A number would stand in the log of every proxy on the way."""
    answer = await world.get(urlencode({"query": question, "operationName": "A" if "query A" in question else ""}))
    assert (answer.status, answer.headers.get("allow")) == (405, "GET, POST")
    assert await world.recorded(answer.request_id) == []


@pytest.mark.parametrize("question", [PUBLIC, "{__typename}", "{__schema{types{name}}}", "{nothing{pin}}", "{"])
async def test_what_names_nobody_is_answered_with_get_as_with_post(world: World, question: str) -> None:
    got, posted = await world.get(urlencode({"query": question})), await world.post(body(question))
    assert (got.status, timeless(got.body)) == (posted.status, timeless(posted.body))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_another_method_is_refused_with_those_there_are(world: World, method: str) -> None:
    headers = {"authorization": "Bearer all", "content-type": OLD}
    answer = await request(world.endpoint(), method, (), headers)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query",
        "query=%7B__typename%7D&query=%7B__typename%7D",
        "query=%ff",
        "query=%7B__typename%7D&variables=1",
        "query=%7B__typename%7D&variables=%7B",
    ],
)
async def test_a_get_that_is_no_request_is_a_400(world: World, query_string: str) -> None:
    assert (await world.get(query_string)).status == 400


# --- who asks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_a_stranger_is_asked_for_a_token_before_anything_is_read(world: World, method: str) -> None:
    def receive_nothing() -> Any:
        pytest.fail("a stranger's body was read")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"query={",
    }
    await world.endpoint()({**scope, "path": "/graphql"}, receive_nothing, send)
    assert sent[0]["status"] == 401
    assert dict(sent[0]["headers"])[b"www-authenticate"] == f'Bearer resource_metadata="{METADATA}"'.encode()


@pytest.mark.parametrize(("accept", "status"), [(NEW, 403), (OLD, 200)])
async def test_a_caller_without_a_right_reads_which_scope_it_is(world: World, accept: str, status: int) -> None:
    world.door.callers["Bearer some"] = holding(["people:citizen.pin:lookup"])
    answer = await world.post(body(PERSONAL), authorization="Bearer some", accept=accept)
    assert (answer.status, answer.codes) == (status, ["SCOPE_REQUIRED"])
    assert "data" not in answer.json
    if status == 403:
        assert answer.headers["www-authenticate"] == (
            f'Bearer resource_metadata="{METADATA}", error="insufficient_scope", scope="people:citizen.name:read"'
        )
    else:
        assert "www-authenticate" not in answer.headers


async def test_a_caller_with_a_refused_token_reads_what_is_wrong_with_it(world: World) -> None:
    class Refusing:
        async def caller(self, *_: Any) -> Any:
            raise Unauthenticated("The access token is not valid.")

    endpoint = world.endpoint(door=Refusing())
    answer = await request(endpoint, "POST", [body(PUBLIC)], {"content-type": OLD})
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer error="invalid_token", error_description="The access token is not valid.", '
        f'resource_metadata="{METADATA}"'
    )


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Unauthenticated("An access token is needed.", error=None), "no_token"),
        (Unauthenticated("The access token is not valid."), "invalid_token"),
        (Unauthenticated("Used before.", "invalid_dpop_proof", "DPoP"), "invalid_dpop_proof"),
        (Unauthenticated("A nonce is needed.", "use_dpop_nonce", "DPoP", "n"), "use_dpop_nonce"),
        (Revoked(), "revoked"),
        (GrantsUnconfirmed(), "grants_unconfirmed"),
    ],
)
async def test_an_operator_sees_for_which_reasons_callers_are_turned_away(
    world: World, refusal: Exception, reason: str
) -> None:
    class Refusing:
        async def caller(self, *_: Any) -> Any:
            raise refusal

    counted = f'lienthong_refusals_total{{reason="{reason}"}}'

    def count() -> float:
        found = [line for line in metrics.exposition().decode().splitlines() if line.startswith(counted)]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    before = count()
    await request(world.endpoint(door=Refusing()), "POST", [body(PUBLIC)], {"content-type": OLD})
    assert count() == before + 1


async def test_a_right_taken_back_while_a_body_trickles_in_is_not_there_when_it_has_come(world: World) -> None:
    """Whoever keeps requests half sent would else keep the rights of their beginning (law 6)."""
    answer = await trickle(world, body(PERSONAL))
    assert (answer["status"], world.door.callers["Bearer all"].rights.reach) == (403, {})


async def trickle(world: World, sent: bytes) -> Any:
    """Send a body in two pieces; between them everything is taken back."""
    messages: list[Any] = []
    pieces = [sent[:10], sent[10:]]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        if not pieces:
            world.door.callers["Bearer all"] = holding([])
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        messages.append(message)

    headers = [(b"authorization", b"Bearer all"), (b"content-type", b"application/json"), (b"accept", NEW.encode())]
    scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b"", "path": "/graphql"}
    await world.endpoint()(scope, receive, send)
    return messages[0]


async def test_a_process_that_cannot_confirm_the_grants_refuses_everybody(world: World) -> None:
    class Unconfirmed:
        async def caller(self, *_: Any) -> Any:
            raise GrantsUnconfirmed

    endpoint = world.endpoint(door=Unconfirmed())
    for accept in (NEW, OLD):
        answer = await request(endpoint, "POST", [body(PUBLIC)], {"accept": accept, "content-type": OLD})
        assert (answer.status, answer.codes) == (503, ["GRANTS_UNCONFIRMED"])


# --- statuses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation{__typename}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{__typename}", "GRAPHQL_VALIDATION_FAILED"),
        ("query($p:PersonalNumber!){person(pin:$p){name}}", "BAD_USER_INPUT"),
        (f'{{townsfolk(town:"{TOWNS[0]}",first:0){{edges{{cursor}}}}}}', "LIMIT_EXCEEDED"),
        ("query A{__typename} query B{__typename}", "BAD_USER_INPUT"),
    ],
)
async def test_a_question_that_is_wrong_is_a_400_for_the_newer_media_type_and_a_200_for_the_older(
    world: World, question: str, code: str
) -> None:
    newer, older = [await world.post(body(question), accept=accept) for accept in (NEW, OLD)]
    assert [(each.status, {*each.codes}) for each in (newer, older)] == [(400, {code}), (200, {code})]
    assert "data" not in newer.json
    assert newer.body == older.body


async def test_an_operation_is_chosen_by_its_name(world: World) -> None:
    question = "query A{a:__typename} query B{b:__typename}"
    assert (await world.post(body(question, operationName="B"))).data == {"b": "Query"}
    assert (await world.post(body(question, operationName="C"))).codes == ["BAD_USER_INPUT"]


async def test_whatever_goes_wrong_is_a_500_that_tells_nothing(world: World) -> None:
    async def fails(*_: Any) -> bytes:
        raise UnicodeDecodeError("utf-8", b"001205987654", 0, 1, "001205987654")

    endpoint = world.endpoint(respond=fails)
    answer = await request(endpoint, "POST", [body(PUBLIC)], {"authorization": "Bearer all", "content-type": OLD})
    assert (answer.status, answer.codes) == (500, ["INTERNAL"])
    assert b"001205987654" not in answer.body


async def test_what_is_logged_of_an_error_holds_no_value(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    async def fails(*_: Any) -> bytes:
        raise KeyError("001205987654")

    endpoint = world.endpoint(respond=fails)
    await request(endpoint, "POST", [body(PUBLIC)], {"authorization": "Bearer all", "content-type": OLD})
    said = capsys.readouterr()
    assert "KeyError" in said.out + said.err
    assert "001205987654" not in said.out + said.err


def test_every_code_that_comes_without_data_has_a_status() -> None:
    with_data = {Code.TOO_MANY_MATCHES, Code.SOURCE_UNAVAILABLE, Code.DEADLINE_EXCEEDED}
    assert {*Code} - {*STATUS} == with_data


# --- headers ---------------------------------------------------------------------------------------------------------


async def test_no_answer_is_kept_by_anybody_in_between(world: World) -> None:
    answers = [
        await world.post(body(PUBLIC)),
        await world.post(body(PERSONAL)),
        await world.post(b"{"),
        await world.get(urlencode({"query": "{__typename}"})),
    ]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert all(int(answer.headers["content-length"]) == len(answer.body) for answer in answers)


async def test_demo_mode_marks_every_answer_as_invented(world: World) -> None:
    endpoint = world.endpoint(headers=[(b"x-synthetic-data", b"1")])
    for header in ("Bearer all", "Bearer forged"):
        answer = await request(endpoint, "POST", [body(PUBLIC)], {"authorization": header, "content-type": OLD})
        assert answer.headers["x-synthetic-data"] == "1"


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString", "class", "None", "def", "rows", "S0", "_"])
async def test_an_alias_is_a_name_and_nothing_else(world: World, name: str) -> None:
    """Names with a meaning elsewhere: in JavaScript, in Python, in the code that builds the answer."""
    answer = await world.ask(f'{{{name}:person(pin:"{pin(1)}"){{{name}:name}}}}')
    assert answer.data == {name: {name: "Person 1"}}


async def test_an_explanation_reads_nothing_and_leaves_no_entry(world: World) -> None:
    world.listen()
    headers = {"authorization": "Bearer all", "content-type": OLD}
    answer = await request(world.endpoint(explains=True), "POST", [body(PERSONAL)], headers)
    assert json.loads(answer.body)["verdict"] == "granted"
    assert world.sent == []
    assert await world.recorded(answer.request_id) == []


def test_the_rights_of_the_invented_domains_are_those_that_were_written() -> None:
    assert {scope for scope in EVERYTHING if "lookup" in scope} == {
        "people:citizen.pin:lookup",
        "people:citizen.name:lookup",
        "people:citizen.town:lookup",
    }
