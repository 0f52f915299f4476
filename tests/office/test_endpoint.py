"""The office over HTTP: what comes in, what is turned away, and that nothing of it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from graphql import get_introspection_query

from auth.officers.door import TOKEN_HEADER
from office import limits, visitor
from tests.auth.officers.conftest import ORIGIN
from tests.office.world import WHY, Place, key

PATH = "/office/graphql"
SECRET = "001085000001"
NEWER = {"accept": "application/graphql-response+json"}


async def post(place: Place, body: Any, headers: dict[str, str] | None = None) -> httpx2.Response:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    async with place.http as client:
        return await client.post(PATH, content=content, headers={"content-type": "application/json", **(headers or {})})


async def asked(place: Place, document: str, **variables: Any) -> httpx2.Response:
    """As officer Bình, in a browser."""
    return await post(place, {"query": document, "variables": variables}, {**await place.browser("binh"), **NEWER})


def code(response: httpx2.Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


async def test_an_officer_in_a_browser_is_answered(shared: Place) -> None:
    response = await asked(shared, "{ viewer { kind name capacities } }")

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"data": {"viewer": {"kind": "officer", "name": "binh", "capacities": ["approver"]}}}


async def test_nobody_is_told_how_to_come_in(shared: Place) -> None:
    response = await post(shared, {"query": "{ __typename }"})

    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert "resource_metadata=" in response.headers["www-authenticate"]


ODD_ORIGINS: list[dict[str, str | None]] = [
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site", "origin": "http://sibling.localhost:8000"},
    {"sec-fetch-site": "none", "origin": None},
    {"sec-fetch-site": None, "origin": None},
    {"sec-fetch-site": None, "origin": "null"},
    {TOKEN_HEADER: None},
    {TOKEN_HEADER: "0" * 64},
    {TOKEN_HEADER: "x" * 5_000},
]


@pytest.mark.parametrize("odd", ODD_ORIGINS)
async def test_a_request_of_another_page_is_turned_away(shared: Place, odd: dict[str, str | None]) -> None:
    headers = {name: value for name, value in {**await shared.browser("binh"), **odd}.items() if value is not None}

    response = await post(shared, {"query": "{ viewer { kind } }"}, headers)

    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_the_token_of_another_session_opens_nothing(shared: Place) -> None:
    other = await shared.browser("an")

    response = await post(
        shared, {"query": "{ __typename }"}, {**await shared.browser("binh"), TOKEN_HEADER: other[TOKEN_HEADER]}
    )

    assert response.status_code == 403


async def test_a_signed_change_renews_the_session_in_the_answer(place: Place) -> None:
    document = "mutation($c: RevokeGrantInput!, $k: String!, $s: String) {"
    document += " it: revokeGrant(change: $c, idempotencyKey: $k, signature: $s)"
    document += " { __typename ... on SignatureRequired { options } } }"
    variables: dict[str, Any] = {"c": {"grant": "1", "reason": WHY}, "k": key()}
    before = await place.browser("an")
    told = await post(place, {"query": document, "variables": variables}, before)
    signature = place.room.passkeys["an"][0].get(told.json()["data"]["it"]["options"])

    done = await post(place, {"query": document, "variables": {**variables, "s": signature}}, before)
    cookie = done.headers["set-cookie"].partition(";")[0]
    after = {**before, "cookie": cookie, TOKEN_HEADER: done.headers[TOKEN_HEADER]}

    assert done.json()["data"]["it"]["__typename"] == "Done"
    assert (await post(place, {"query": "{ __typename }"}, after)).status_code == 200
    assert (await post(place, {"query": "{ __typename }"}, before)).status_code == 401


async def test_an_officer_with_one_passkey_may_do_nothing(place: Place) -> None:
    await place.room.admit("one", "approver")
    session = await place.room.session(await place.room.enroll("one"))
    cookie = f"{place.room.here.cookie.name}={session.secret}"
    headers = {"cookie": cookie, "origin": ORIGIN, TOKEN_HEADER: session.form_token}

    assert (await post(place, {"query": "{ viewer { kind } }"}, headers)).status_code == 403


async def test_an_officer_who_was_removed_is_nobody_at_once(place: Place) -> None:
    headers = await place.browser("binh")
    await place.installation.connection.execute("update officers set state = 'removed' where officer = 'binh'")

    assert (await post(place, {"query": "{ __typename }"}, headers)).status_code == 401


@pytest.mark.parametrize(("method", "headers", "status"), [
    ("GET", {}, 405),
    ("PUT", {}, 405),
    ("OPTIONS", {}, 405),
    ("POST", {"content-type": "text/plain"}, 415),
    ("POST", {"content-type": "application/x-www-form-urlencoded"}, 415),
    ("POST", {"content-type": "multipart/form-data; boundary=x"}, 415),
    ("POST", {"content-type": "application/json; charset=utf-16"}, 415),
    ("POST", {"content-type": "application/json", "content-encoding": "gzip"}, 415),
])  # fmt: skip
async def test_only_posted_json_comes_in(shared: Place, method: str, headers: dict[str, str], status: int) -> None:
    sent = {**await shared.browser("binh"), "content-type": "application/json", **headers}
    async with shared.http as client:
        response = await client.request(method, PATH, content=b'{"query": "{ __typename }"}', headers=sent)

    assert response.status_code == status


BODIES: list[tuple[Any, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"\xff", 400),
    (b"[" * 10_000, 400),
    (b'{"query": "\\ud800"}', 400),
    ([{"query": "{ __typename }"}], 400),
    ("7", 400),
    ({"query": 7}, 400),
    ({"query": "{ __typename }", "variables": []}, 400),
    ({"query": "{ __typename }", "operationName": {}}, 400),
    ({"query": "{ __typename }", "operationName": "Other"}, 400),
    ({"query": "{"}, 400),
    ({"query": "{ shoes }"}, 400),
    ({"query": "subscription { x }"}, 400),
    ({"query": '{ grant(number: "\x00") { number } }'}, 400),
    ({"query": '{ grant(number: "99999999999999999999") { number } }'}, 400),
    ({"query": '{ grant(number: "-1") { number } }'}, 400),
    ({"query": '{ client(client: "a\\u0000b") { name } }'}, 400),
    ({"query": "query($n: ID!) { client(client: $n) { name } }", "variables": {"n": "a\x00b"}}, 400),
    ({"query": "query($n: ID!) { client(client: $n) { name } }", "variables": {"n": {}}}, 400),
    ({"query": "query($n: ID!) { client(client: $n) { name } }"}, 400),
    ({"query": "{ grants(first: 0) { next } }"}, 400),
    ({"query": "{ grants(first: 101) { next } }"}, 400),
    ({"query": '{ grants(after: "x") { next } }'}, 400),
    ({"query": "{ " + "a: viewer { kind } " * 6 + "}"}, 400),
    ({"query": "mutation { " + 'rotateKeys(change: {}, idempotencyKey: "12345678") { __typename } ' * 2 + "}"}, 400),
    ({"query": "{ grants " + "{ entries { agency " * 40 + "}" * 81}, 400),
    ({"query": "fragment A on Query { ...A } { ...A }"}, 400),
    (b'{"query": "' + b"a" * 70_000 + b'"}', 413),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status"), BODIES)
async def test_what_is_wrong_is_said_and_is_no_fault_of_ours(shared: Place, body: Any, status: int) -> None:
    response = await post(shared, body, {**await shared.browser("binh"), **NEWER})

    assert response.status_code == status, response.text
    assert response.json()["errors"][0]["message"]


async def test_fragments_that_multiply_are_measured_and_refused(shared: Place) -> None:
    """2 to the power of 60 selections, in less than 64 KB."""
    fragments = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]

    response = await asked(shared, " ".join([*fragments, "fragment F60 on Query { viewer { kind } }", "{ ...F0 }"]))

    assert (response.status_code, code(response)) == (400, "LIMIT_EXCEEDED")


@pytest.mark.parametrize("document", [
    f'{{ grant(number: "{SECRET}x") {{ number }} }}',
    f'{{ shoes(pin: "{SECRET}") }}',
    f"{{ p{SECRET} }}",
    f'{{ grants(first: "{SECRET}") {{ next }} }}',
    f'mutation {{ approveProposal(change: "{SECRET}", idempotencyKey: "k") {{ __typename }} }}',
    f"{{ grants(state: P{SECRET}) {{ next }} }}",
    f'"{SECRET}',
])  # fmt: skip
async def test_no_error_repeats_what_was_sent(shared: Place, document: str) -> None:
    response = await asked(shared, document)

    assert response.status_code == 400
    assert SECRET not in response.text


async def test_the_schema_is_the_same_for_everybody(shared: Place) -> None:
    document = "{ __schema { types { name fields { name description } } mutationType { fields { name } } } }"
    seen = [
        (await post(shared, {"query": document}, await shared.browser(officer))).json() for officer in ("binh", "dung")
    ]

    assert seen[0] == seen[1]
    assert seen[0]["data"]["__schema"]["types"]


@pytest.mark.parametrize("document", [
    "{ viewer { kind } __schema { types { name } } }",
    '{ ...A } fragment A on Query { viewer { kind } ... { __type(name: "Grant") { name } } }',
])  # fmt: skip
async def test_the_schema_is_asked_about_apart_from_data(shared: Place, document: str) -> None:
    response = await asked(shared, document)

    assert (response.status_code, code(response)) == (400, "GRAPHQL_VALIDATION_FAILED")


async def test_the_usual_introspection_is_answered_while_others_are(shared: Place) -> None:
    """It takes a good part of a second to work out: it must not hold up the graph of the same process."""
    asking = asyncio.create_task(shared.ask(visitor.machine("root"), get_introspection_query()))
    meanwhile = 0
    while not asking.done():
        await asyncio.sleep(0.001)
        meanwhile += 1

    assert (await asking)["__schema"]["mutationType"]["name"] == "Mutation"
    assert meanwhile > 5


async def test_too_many_at_once_are_turned_away(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS_AT_ONCE", 0)

    response = await asked(shared, "{ viewer { kind } }")

    assert (response.status_code, code(response)) == (503, "OVERLOADED")


async def test_a_client_that_sends_slowly_takes_its_own_room_and_nobody_elses(shared: Place) -> None:
    """The attack: bodies that never end, to keep the officers out."""
    token = await shared.installation.token("desk", purpose=None, resource=ORIGIN + PATH)
    officer, never = await shared.browser("binh"), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'{"query": '
        await never.wait()

    async with shared.http as http:
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        sending = [asyncio.create_task(http.post(PATH, content=slow(), headers=headers)) for _ in range(9)]
        done, waiting = await asyncio.wait(sending, timeout=2)
        late = await http.post(PATH, content=b'{"query": "{ viewer { kind } }"}', headers=headers)
        revoking = await http.post(
            PATH, content=b'{"query": "{ viewer { kind } }"}', headers={"content-type": "application/json", **officer}
        )
        never.set()
        await asyncio.gather(*waiting)

    assert ({each.result().status_code for each in done}, len(waiting)) == ({503}, limits.REQUESTS_OF_ONE)
    assert (late.status_code, revoking.status_code) == (503, 200)


async def test_what_nobody_foresaw_is_masked(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {**await shared.browser("binh"), **NEWER}
    monkeypatch.setattr("office.endpoint._of_parameters", lambda _: 1 / 0)

    response = await post(shared, {"query": SECRET}, headers)

    assert (response.status_code, code(response)) == (500, "INTERNAL")
    assert "Zero" not in response.text


async def test_a_refused_half_takes_the_other_half_along(shared: Place) -> None:
    response = await asked(shared, "{ viewer { kind } acts { entries { actor } } }")

    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    assert "data" not in response.json()


async def test_without_a_database_the_answer_says_so_and_names_nothing(place: Place) -> None:
    headers = {**await place.browser("binh"), **NEWER}
    await place.installation.connection.execute("alter table officer_sessions rename to elsewhere")

    response = await post(place, {"query": "{ viewer { kind } }"}, headers)

    assert (response.status_code, code(response)) == (503, "DATABASE_UNAVAILABLE")
    assert "officer_sessions" not in response.text


async def test_a_failing_statement_is_masked(place: Place) -> None:
    headers = {**await place.browser("binh"), **NEWER}
    await place.installation.connection.execute("alter table purposes rename to elsewhere")

    response = await post(place, {"query": "{ purposes { purpose } }"}, headers)

    assert (response.status_code, code(response)) == (503, "DATABASE_UNAVAILABLE")
    assert "select" not in response.text.lower()
