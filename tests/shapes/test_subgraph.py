"""`lienthong serve --domain land` beside `lienthong serve --authority`: both as processes, asked as a gateway asks."""

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bench.ports import free_port
from installation.settings import Settings
from ledger import Disclosure, Segment, read_disclosures
from tests.serving import Serving, command
from tests.shapes.bound import BoundClient
from tests.shapes.conftest import CITIZENS, asked, ministry, token, url

PARCEL = "select id from parcels order by id limit 1"
ANY_PARCEL = '{ parcel(id: "w7er8tzzzzzz") { id } }'
RIGHTS = "landRights(first: 3) { edges { node { origin } } }"
BY_REFERENCE = f"query($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on Citizen {{ {RIGHTS} }} }} }}"


@pytest.fixture(scope="module")
def land(settings: Settings, authority: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Two processes: whatever is asked, one answers and the other may be asked next."""
    told = {"domain": "land", "processes": "2"}
    with ministry(settings, authority, tmp_path_factory.mktemp("land"), "land", **told) as started:
        yield started


@pytest.fixture
def bearer(authority: Serving) -> str:
    return f"Bearer {token(authority, 'public-security')}"


def ticket(authority: Serving, query: str, authorization: str) -> dict[str, str]:
    status, body = asked(authority, query, authorization, "/graphql/explain", lienthong_ticket="wanted")
    assert status == 200, body
    return dict(body)


def held(parcel: str) -> str:
    """Who holds a parcel, as a router asks: by reference."""
    holder = "holder { __typename ... on Citizen { ref } ... on Enterprise { code } }"
    return f'{{ parcel(id: "{parcel}") {{ id landRights(first: 3) {{ edges {{ node {{ {holder} }} }} }} }} }}'


async def one_parcel(land: Serving) -> str:
    connection = await asyncpg.connect(url(land, "land"))
    try:
        return str(await connection.fetchval(PARCEL))
    finally:
        await connection.close()


async def recorded(land: Serving, request_id: str) -> list[Disclosure]:
    """What the subgraph's own ledger holds of a request."""
    return [each for each in read_disclosures(await segments(land)) if each.request_id.hex == request_id]


async def written_for(land: Serving, request_id: str) -> list[Segment]:
    """The segments in which the request stands: each process has a stream of its own."""
    known = bytes.fromhex(request_id)
    return [each for each in await segments(land) if known in each.data]


async def segments(land: Serving) -> list[Segment]:
    connection = await asyncpg.connect(url(land, "ledger"))
    try:
        rows = await connection.fetch("select stream, seq, n, prev, hash, data from segments order by stream, seq")
    finally:
        await connection.close()
    return [Segment(*row) for row in rows]


async def test_a_ministry_has_its_register_and_its_ledger_and_no_other_database(
    land: Serving, settings: Settings
) -> None:
    prefix = land.environment["LIENTHONG_DATABASE_PREFIX"]
    connection = await asyncpg.connect(settings.database_url)
    try:
        made = await connection.fetch("select datname from pg_database where starts_with(datname, $1)", prefix)
    finally:
        await connection.close()

    assert {row["datname"].removeprefix(prefix) for row in made} == {"land", "land_ledger"}
    assert land.ask("/readyz") == (200, '{"land":true,"grants":true,"ledger":true}')


def test_a_client_without_a_token_or_without_a_ticket_is_turned_away(land: Serving, bearer: str) -> None:
    nobody, alone = asked(land, "{ __typename }", ""), asked(land, "{ __typename }", bearer)

    assert [(status, body["errors"][0]["extensions"]["code"]) for status, body in (nobody, alone)] == [
        (401, "UNAUTHENTICATED")
    ] * 2
    assert "ticket" in alone[1]["errors"][0]["message"]


async def test_an_operation_that_the_authority_decided_is_answered_and_recorded_under_its_id(
    land: Serving, authority: Serving, bearer: str
) -> None:
    parcel = await one_parcel(land)
    given = ticket(authority, f'{{ parcel(id: "{parcel}") {{ id {RIGHTS} }} }}', bearer)

    status, body = asked(land, held(parcel), bearer, lienthong_ticket=given["ticket"])

    assert (status, body["data"]["parcel"]["id"]) == (200, parcel), body
    (entry,) = await recorded(land, given["requestId"])
    assert entry.recipient.client == "public-security"


async def test_a_ticket_and_a_reference_are_good_at_each_process_for_as_often_as_a_router_asks(
    land: Serving, authority: Serving, bearer: str
) -> None:
    given, written = await a_ticket_and_references(land, authority, bearer)

    def again(_: int) -> tuple[int, dict[str, Any]]:
        return asked(land, BY_REFERENCE, bearer, variables=written, lienthong_ticket=given["ticket"])

    answers: list[tuple[int, dict[str, Any]]] = []
    streams: set[UUID] = set()
    with ThreadPoolExecutor(8) as at_once:
        while len(streams) < 2 and len(answers) < 400:  # which process takes a connection is for the kernel to say
            answers += at_once.map(again, range(40))
            streams = {each.stream for each in await written_for(land, given["requestId"])}

    assert {status for status, _ in answers} == {200}
    assert [body["data"] for _, body in answers] == [answers[0][1]["data"]] * len(answers)
    assert len(await recorded(land, given["requestId"])) == len(answers)
    assert len(streams) == 2


async def test_a_reference_that_was_answered_leads_to_what_the_register_has_of_the_person(
    land: Serving, authority: Serving, bearer: str
) -> None:
    given, written = await a_ticket_and_references(land, authority, bearer)

    status, body = asked(land, BY_REFERENCE, bearer, variables=written, lienthong_ticket=given["ticket"])

    assert status == 200, body
    assert all(each["landRights"]["edges"] for each in body["data"]["_entities"])


def test_a_composer_gets_the_schema_that_the_command_prints(land: Serving, authority: Serving, bearer: str) -> None:
    given = ticket(authority, ANY_PARCEL, bearer)["ticket"]

    _, body = asked(land, "{ _service { sdl } }", bearer, lienthong_ticket=given)

    assert body["data"]["_service"]["sdl"].strip() == land.command("schema", "subgraph", "land").stdout.strip()


async def a_ticket_and_references(
    land: Serving, authority: Serving, bearer: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """The grant for a person's rights in land, and some persons as a router would name them to the register."""
    refs = await some_references(land, authority, bearer)
    given = ticket(authority, f'{{ citizen(pin: "001085000001") {{ {RIGHTS} }} }}', bearer)
    return given, {"of": [{"__typename": "Citizen", "ref": ref} for ref in refs]}


async def some_references(land: Serving, authority: Serving, bearer: str) -> list[str]:
    connection = await asyncpg.connect(url(land, "land"))
    try:
        parcels = await connection.fetch("select id from parcels order by id limit 20")
    finally:
        await connection.close()
    given = ticket(authority, ANY_PARCEL, bearer)["ticket"]
    found: list[Any] = []
    for row in parcels:
        _, body = asked(land, held(row["id"]), bearer, lienthong_ticket=given)
        found += [edge["node"]["holder"] for edge in body["data"]["parcel"]["landRights"]["edges"]]
    refs = [each["ref"] for each in found if each and each["__typename"] == "Citizen"]
    assert refs
    return refs[:5]


async def test_a_ticket_is_worth_nothing_with_another_token(land: Serving, authority: Serving, bearer: str) -> None:
    given = ticket(authority, ANY_PARCEL, bearer)["ticket"]

    status, body = asked(land, "{ __typename }", f"Bearer {token(authority, 'land-office')}", lienthong_ticket=given)

    assert (status, body["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_subgraph_refuses_by_its_own_decision_whatever_the_ticket_says(
    land: Serving, authority: Serving
) -> None:
    bearer = f"Bearer {token(authority, 'bank')}"
    parcel = await one_parcel(land)
    given = ticket(authority, ANY_PARCEL, bearer)

    status, body = asked(land, held(parcel), bearer, lienthong_ticket=given["ticket"])

    assert (status, {error["extensions"]["code"] for error in body["errors"]}) == (403, {"SCOPE_REQUIRED"})
    assert [each.outcome.name for each in await recorded(land, given["requestId"])] == ["REFUSED"]


def test_a_bound_token_is_proved_once_to_the_authority_and_answered_by_the_register_on_its_ticket(
    land: Serving, authority: Serving
) -> None:
    client = BoundClient(authority)
    proof = client.proof()
    first, second = client.wants_ticket(proof), client.wants_ticket(proof)
    given = first.json()["ticket"]

    status, body = asked(land, "{ __typename }", f"DPoP {client.token}", lienthong_ticket=given)
    as_bearer, _ = asked(land, "{ __typename }", f"Bearer {client.token}", lienthong_ticket=given)

    assert (first.status_code, second.status_code) == (200, 401)
    assert (status, body, as_bearer) == (200, {"data": {"__typename": "Query"}}, 401)
    assert client.wants_ticket(client.proof("/graphql/explain")).status_code == 401


def test_what_the_ministry_recorded_is_sealed_under_its_own_name(land: Serving) -> None:
    deadline = time.monotonic() + 30
    while land.ask("/ledger/checkpoint")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)

    assert land.ask("/ledger/checkpoint")[1].startswith("land.localhost/ledger\n")
    assert "lienthong_ledger_troubles 0.0" in land.ask("/metrics")[1]


@pytest.mark.parametrize(
    "path", ["/graphql/explain", "/oauth/jwks", "/oauth/policy", "/console/sign-in", "/my/consents"]
)
def test_what_is_the_authoritys_is_not_at_the_ministry(land: Serving, path: str) -> None:
    assert land.ask(path)[0] == 404


def test_a_subgraph_cut_off_from_its_authority_refuses_within_its_lease_and_recovers_by_itself(
    land: Serving, authority: Serving, bearer: str
) -> None:
    given = ticket(authority, ANY_PARCEL, bearer)["ticket"]
    authority.process.send_signal(signal.SIGSTOP)
    try:
        until(lambda: json.loads(land.ask("/readyz")[1])["grants"] is False)
        until(lambda: {status for status, _ in _of_both_processes(land, bearer, given)} == {503})
        _, body = asked(land, "{ __typename }", bearer, lienthong_ticket=given)
    finally:
        authority.process.send_signal(signal.SIGCONT)
    assert body["errors"][0]["extensions"]["code"] == "GRANTS_UNCONFIRMED"
    until(lambda: land.ask("/readyz")[0] == 200)


def test_a_ministry_whose_client_nobody_admitted_is_told_so_in_one_line(land: Serving) -> None:
    strange = {"LIENTHONG_SUBGRAPH_CLIENT": "stranger", "LIENTHONG_PORT": str(free_port())}

    done = command({**land.environment, **strange}, "serve")

    assert done.returncode == 1
    assert done.stderr.startswith(f"The authority {land.environment['LIENTHONG_ISSUER']} does not tell stranger")
    assert done.stderr.count("\n") == 1


def test_an_operator_of_a_register_is_told_of_its_two_databases_and_its_authority(land: Serving) -> None:
    said = land.command("doctor")

    assert said.returncode == 0, said.stdout
    assert "land_ledger is current" in said.stdout
    assert "_auth" not in said.stdout
    assert f"The authority {land.environment['LIENTHONG_ISSUER']} tells land-own what is granted" in said.stdout


def test_an_operator_of_a_register_verifies_its_ledger_without_the_authority(land: Serving) -> None:
    done = land.command("ledger", "verify")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "leaves hold together" in done.stdout


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [
        (("client", "list"), "What people decide and see is at the authority: run this there."),
        (("token", "land-office"), "An installation of the shape subgraph has no database auth."),
        (("ledger", "erase"), "For how long a purpose lets readings be kept, the authority says"),
    ],
    ids=["decisions", "tokens", "erasing"],
)
def test_an_operator_of_a_register_is_told_what_is_done_at_the_authority(
    land: Serving, asked_for: tuple[str, ...], said: str
) -> None:
    done = land.command(*asked_for)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(said)


def test_a_register_whose_authority_cannot_be_reached_does_not_start_and_says_so(land: Serving) -> None:
    nowhere = {"LIENTHONG_ISSUER": f"http://localhost:{free_port()}", "LIENTHONG_PORT": str(free_port())}

    done = command({**land.environment, **nowhere}, "serve")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "It cannot be reached." in done.stderr


def test_a_register_holds_what_it_holds_in_the_whole_nation_of_that_number_and_seed(land: Serving) -> None:
    again = land.command("seed", "--citizens", str(CITIZENS), "--force")

    assert again.stderr.startswith(f"Invented {CITIZENS} citizens")


def _of_both_processes(land: Serving, bearer: str, given: str) -> list[tuple[int, Any]]:
    """Answers of the two that serve the register, whichever the system hands each request to."""
    return [asked(land, "{ __typename }", bearer, lienthong_ticket=given) for _ in range(10)]


def until(holds: Any) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
