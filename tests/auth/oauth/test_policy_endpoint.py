"""Who asks for the policy, and is refused: anybody but a subgraph that is admitted, with a question of its own."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest
from joserfc import jws

from auth.oauth.policy import MOST_PROCESSES
from auth.policy.remote_wire import HOLD_S, Question, Rules, Statement
from tests.auth.policy.remote_world import Gateway, add_subgraph
from tests.auth.world import ISSUER, NAME, Installation, settled

FIELD = "land:parcel.field_1:read"


@pytest.fixture
async def made(here: Installation) -> Installation:
    await add_subgraph(here)
    await add_subgraph(here, "people-graph", "identity")
    await here.grant(FIELD, NAME)
    await settled(here)
    return here


@pytest.fixture
async def http(made: Installation) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=Gateway(made), base_url=ISSUER)


async def ask(
    http: httpx2.AsyncClient,
    made: Installation,
    client: str = "land-graph",
    *,
    method: str = "GET",
    process: UUID | None = None,
    after: int = 0,
    rules: int = 0,
    query: str | None = None,
    **how: Any,
) -> httpx2.Response:
    """A good question, changed as told."""
    asked = Question(process=process or uuid4(), after=after, rules=rules).query()
    assertion = made.assertion(client, **{"asks": asked, **how})
    headers = {"Authorization": f"Bearer {assertion}"}
    return await http.request(method, f"/oauth/policy?{asked if query is None else query}", headers=headers)


def said(answer: httpx2.Response) -> Statement:
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(jws.extract_compact(answer.content).payload or b"", type=Statement)


async def rows(made: Installation) -> list[tuple[Any, ...]]:
    found = "select process, client, revision from processes where client is not null order by client"
    return [tuple(row) for row in await made.connection.fetch(found)]


async def test_a_subgraph_asks_and_gets_a_signed_statement_that_nobody_may_keep(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    answer = await ask(http, made)
    assert answer.headers["content-type"] == "application/policy+jwt"
    assert answer.headers["cache-control"] == "no-store"
    statement = said(answer)
    assert (statement.aud, statement.revision) == ("land-graph", made.authority.policy().revision)
    rules = msgspec.json.decode(statement.rules, type=Rules)
    assert rules.scopes == [frozenset({FIELD})]


async def test_a_subgraph_of_land_that_asks_for_people_is_told_of_land(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    """Which domain it serves was registered; there is nothing to ask with."""
    process = uuid4()
    asked = Question(process=process, after=0, rules=0).query() + "&domain=identity"
    answer = await ask(http, made, query=asked, asks=asked)
    assert answer.status_code == 400
    rules = msgspec.json.decode(said(await ask(http, made, process=process)).rules, type=Rules)
    assert {scope.partition(":")[0] for members in rules.scopes for scope in members} == {"land"}


async def test_a_process_that_has_the_policy_waits_for_news_and_gets_them_when_they_come(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    now, process = said(await ask(http, made)), uuid4()
    started = asyncio.get_running_loop().time()
    held = asyncio.create_task(ask(http, made, process=process, after=now.revision, rules=now.rules_revision))
    await asyncio.sleep(HOLD_S / 5)
    await made.grant("land:parcel.field_2:read")
    assert said(await held).revision > now.revision
    assert asyncio.get_running_loop().time() - started < HOLD_S


async def test_a_process_that_has_the_policy_is_told_after_a_while_that_it_still_holds(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    now = said(await ask(http, made))
    again = said(await ask(http, made, after=now.revision, rules=now.rules_revision))
    assert (again.revision, bytes(again.rules)) == (now.revision, b"null")


async def test_what_a_process_decides_by_is_on_record_before_it_is_answered(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    process = uuid4()
    now = said(await ask(http, made, process=process))
    assert await rows(made) == [(process, "land-graph", 0)]
    await ask(http, made, process=process, after=now.revision, rules=now.rules_revision)
    assert await rows(made) == [(process, "land-graph", now.revision)]
    assert (await ask(http, made, process=process, method="DELETE")).status_code == 204
    assert await rows(made) == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_subgraph_names_another_clients_process_and_changes_nothing_of_it(
    made: Installation, http: httpx2.AsyncClient, method: str
) -> None:
    theirs = uuid4()
    now = said(await ask(http, made, "people-graph", process=theirs))
    answer = await ask(http, made, process=theirs, after=now.revision, method=method)
    assert answer.status_code == (400 if method == "GET" else 204)
    assert await rows(made) == [(theirs, "people-graph", 0)]


async def test_a_subgraph_names_a_process_of_the_installation_and_changes_nothing_of_it(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    ours = await made.connection.fetchval("select process from processes where client is null")
    assert (await ask(http, made, process=ours)).status_code == 400
    await ask(http, made, process=ours, method="DELETE")
    assert await made.connection.fetchval("select client from processes where process = $1", ours) is None
    assert await made.connection.fetchval("select count(*) from processes where process = $1", ours) == 1


async def test_a_subgraph_invents_processes_and_officers_wait_for_so_many_at_most(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    await made.connection.executemany(
        "insert into processes (process, client, revision, confirmed_at) values ($1, 'land-graph', 0, now())",
        [(uuid4(),) for _ in range(MOST_PROCESSES)],
    )
    answer = await ask(http, made)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    said(await ask(http, made, "people-graph"))


async def test_a_subgraph_claims_a_revision_that_never_was_and_is_told_to_begin_anew(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    answer = await ask(http, made, after=made.authority.policy().revision + 1)
    assert answer.status_code == 409
    assert await rows(made) == []


async def test_a_question_is_asked_twice_with_one_assertion_and_answered_once(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    process = uuid4()
    first = await ask(http, made, process=process, jti="once")
    second = await ask(http, made, process=process, jti="once")
    assert (first.status_code, second.status_code) == (200, 401)


async def test_a_question_is_asked_twenty_times_at_once_with_one_assertion_and_answered_once(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    process = uuid4()
    asking = (ask(http, made, process=process, jti="at-once") for _ in range(20))
    statuses = sorted([answer.status_code for answer in await asyncio.gather(*asking)])
    assert statuses == [200] + [401] * 19


async def test_an_assertion_for_the_policy_is_used_up_for_the_token_endpoint_too(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    process = uuid4()
    asked = Question(process=process, after=0, rules=0).query()
    assertion = made.assertion("land-graph", asks=asked)
    await http.get(f"/oauth/policy?{asked}", headers={"Authorization": f"Bearer {assertion}"})
    answer = await made.ask("land-graph", purpose=None, assertion=assertion)
    assert answer.body["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ("update clients set state = 'suspended' where client = 'land-graph'", 401, "invalid_client"),
        ("update agencies set state = 'suspended' where agency = 'G10'", 401, "invalid_client"),
        ("update clients set kind = 'system', domain = null where client = 'land-graph'", 403, "unauthorized_client"),
    ],
    ids=["client suspended", "agency suspended", "made a system"],
)
async def test_a_subgraph_that_is_one_no_longer_is_refused_at_once(
    made: Installation, http: httpx2.AsyncClient, change: str, status: int, error: str
) -> None:
    said(await ask(http, made))
    await made.connection.execute(change)
    answer = await ask(http, made)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_an_ordinary_client_asks_for_the_policy_and_is_refused(
    made: Installation, http: httpx2.AsyncClient
) -> None:
    answer = await ask(http, made, "desk")
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")


async def test_nobody_asks_for_the_policy_and_is_told_how(made: Installation, http: httpx2.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer a.b"}):
        answer = await http.get("/oauth/policy?after=0", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert await rows(made) == []


async def test_an_access_token_is_no_assertion(made: Installation, http: httpx2.AsyncClient) -> None:
    token = await made.token("desk", NAME)
    answer = await http.get("/oauth/policy?after=0", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


HOSTILE_QUERIES = [
    "", "after", "after=", "after=-1&rules=0&process={}", "after=1e3&rules=0&process={}",
    "after=99999999999999999999&rules=0&process={}", "after=0&rules=0", "after=0&rules=0&process=1",
    "after=0&rules=0&process={}&process={}", "after=%00&rules=0&process={}", "after=0&after=1&rules=0&process={}",
    "after=0&rules=0&process='%20or%201=1--", "after=NaN&rules=0&process={}",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE_QUERIES)
async def test_a_query_that_cannot_be_read_is_refused_whatever_was_signed(
    made: Installation, http: httpx2.AsyncClient, query: str
) -> None:
    written = query.replace("{}", str(uuid4()))
    answer = await ask(http, made, query=written, asks=written)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert await rows(made) == []


@pytest.mark.parametrize("asks", [None, "", 7, ["x"], {"after": 0}], ids=json.dumps)
async def test_a_question_that_was_not_signed_is_refused(
    made: Installation, http: httpx2.AsyncClient, asks: Any
) -> None:
    answer = await ask(http, made, asks=asks)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
