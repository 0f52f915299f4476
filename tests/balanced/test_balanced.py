"""Whichever of four servers a client meets: nothing passes twice, nothing outlives its withdrawal, all is on record."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import pytest
from joserfc.jwk import ECKey

from auth.demo.agencies import CLIENTS
from auth.demo.install import token_request
from auth.policy.acknowledgements import LEASE_S
from ledger import read_disclosures
from ledger.segments.chain import Segment
from tests.balanced.asking import FORM, QUERY, BoundClient, Door
from tests.balanced.conftest import Balanced, N
from tests.clients.test_requests_oauth2client import CALLBACK, asks, client_of, key_of, signed_in

Count = Callable[[str, object], None]
ROUNDS = 10  # until each process has answered: which one takes a connection is for the kernel to say
SEALERS = """\
select count(*) from pg_locks where locktype = 'advisory' and granted
and database = (select oid from pg_database where datname = current_database())"""
PAGE = '{ searchEnterprises(name: "công ty", first: 1%s) { pageInfo { endCursor } edges { node { code } } } }'
TAX = next(client for client in CLIENTS if client.client == "tax")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    opened = Door()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def bound(balanced: Balanced) -> BoundClient:
    return BoundClient(balanced)


def tax_form(balanced: Balanced) -> str:
    """A request for a token by client `tax`, signed anew."""
    key = ECKey.import_key(key_of(balanced.served, "tax"))
    return urlencode(token_request(TAX, key, balanced.served.issuer))


async def tax_token(balanced: Balanced, door: Door, server: int = 0) -> str:
    """A token of client `tax`, by one of the servers."""
    answer = await door.post(balanced.servers[server], "/oauth/token", tax_form(balanced), **FORM)
    assert answer.status_code == 200, answer.text
    return f"Bearer {answer.json()['access_token']}"


async def test_a_proof_sent_to_all_servers_at_the_same_moment_passes_once(
    balanced: Balanced, bound: BoundClient, door: Door, record_property: Count
) -> None:
    await bound.learns_the_nonce(door, balanced.servers[0])
    passed: Counter[int] = Counter()
    for _ in range(10):
        proof = bound.proof()
        statuses = await door.everywhere(balanced.servers * 2, bound.authorization, dpop=proof)
        again = await door.everywhere(balanced.servers, bound.authorization, dpop=proof)
        assert sorted(statuses) == [200] + [401] * (2 * N - 1)
        assert again == [401] * N
        passed[statuses.index(200) % N] += 1
    record_property("counted", f"10 proofs, each sent {3 * N} times: passed once each, at places {dict(passed)}")


async def test_an_assertion_sent_to_all_servers_at_the_same_moment_passes_once(balanced: Balanced, door: Door) -> None:
    for _ in range(3):
        form = tax_form(balanced)
        sent = (door.post(port, "/oauth/token", form, **FORM) for port in balanced.servers)
        answers = await asyncio.gather(*sent)
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * (N - 1)


async def test_a_token_and_a_cursor_of_one_server_are_good_at_every_other(balanced: Balanced, door: Door) -> None:
    pages = []
    for server, port in enumerate(balanced.servers):
        token = await tax_token(balanced, door, server)
        assert await door.everywhere(balanced.servers, token) == [200] * N
        page = (await door.ask(port, token, PAGE % "")).json()["data"]["searchEnterprises"]
        after = PAGE % f', after: "{page["pageInfo"]["endCursor"]}"'
        asked = (door.ask(other, token, after) for other in balanced.servers)
        pages += [answer.json()["data"]["searchEnterprises"]["edges"] for answer in await asyncio.gather(*asked)]
    assert pages[0]
    assert pages == [pages[0]] * N * N


async def test_a_revoked_token_is_refused_everywhere_within_the_lease(
    balanced: Balanced, door: Door, record_property: Count
) -> None:
    token = await tax_token(balanced, door)
    assert await door.everywhere(balanced.servers, token) == [200] * N
    client = client_of(balanced.served, "tax")
    assert client.revoke_access_token(token.removeprefix("Bearer "))
    began = time.monotonic()
    while set(await door.everywhere(balanced.servers * 2, token)) != {401}:
        assert time.monotonic() < began + LEASE_S
    record_property("counted", f"a token revoked: refused by {N} of {N} within {time.monotonic() - began:.2f} s")
    for _ in range(3):
        assert set(await door.everywhere(balanced.servers * 2, token)) == {401}


async def test_a_daily_limit_is_never_exceeded_and_used_but_for_a_portion_of_each_other_server(
    balanced: Balanced, door: Door, auth: "asyncpg.Connection[Any]", record_property: Count
) -> None:
    limit, portion = 60, 3
    query = "update grants set persons_per_day = $1 where agency = 'G12' and purpose = 'tax.assessment'"
    token = await tax_token(balanced, door)
    await auth.execute(query, limit)
    try:
        await asyncio.sleep(LEASE_S)
        answered = 0
        for _ in range(5):
            statuses = await door.everywhere(balanced.servers * 5, token)
            answered += statuses.count(200)
            assert set(statuses) <= {200, 429}
    finally:
        await auth.execute(query, None)
        await auth.execute("delete from quotas")
    assert limit - portion * (N - 1) <= answered <= limit
    record_property("counted", f"a limit of {limit} persons a day over {N}: {answered} of 100 answered")


async def test_a_clients_requests_per_minute_are_counted_over_all_servers(
    balanced: Balanced, door: Door, auth: "asyncpg.Connection[Any]"
) -> None:
    await auth.execute("update clients set tokens_per_minute = 12 where client = 'tax'")
    await auth.execute("delete from shares")
    try:
        began = time.monotonic()
        forms = [tax_form(balanced) for _ in range(8 * N)]
        sent = (
            door.post(port, "/oauth/token", form, **FORM)
            for port, form in zip(balanced.servers * 8, forms, strict=True)
        )
        statuses = Counter(answer.status_code for answer in await asyncio.gather(*sent))
        assert set(statuses) == {200, 429}
        assert 12 <= statuses[200] <= 12 + (time.monotonic() - began) / 5 + 1
    finally:
        await auth.execute("update clients set tokens_per_minute = null where client = 'tax'")


def test_a_citizen_signs_in_consents_and_is_answered_over_servers_in_turn(balanced: Balanced) -> None:
    before = Counter(balanced.relay.led)
    portal = client_of(balanced.served, "citizen-app", dpop_bound_access_tokens=True, redirect_uri=CALLBACK)
    token = signed_in(balanced.served, portal)
    assert asks(balanced.served, token, "{ me { fullName } }")["data"]["me"]["fullName"]
    led = balanced.relay.led - before
    assert len(led) == len(set(balanced.servers))


async def test_every_answer_has_its_one_record_and_every_chain_holds(
    balanced: Balanced, bound: BoundClient, door: Door, record_property: Count
) -> None:
    token = await tax_token(balanced, door)
    received: set[str] = set()
    answered_by: set[UUID] = set()
    sealers = 0
    for _ in range(ROUNDS):
        answers = await asyncio.gather(*(door.ask(port, token, QUERY) for port in balanced.servers * 10))
        assert {answer.status_code for answer in answers} == {200}
        received |= {answer.headers["x-request-id"] for answer in answers}
        recorded, sealers = await on_record(balanced.url("ledger"))
        assert [len(recorded[each]) for each in received] == [1] * len(received)
        answered_by = {stream for each in received for stream in recorded[each]}
        if len(answered_by) == N:
            break
    assert len(answered_by) > 1
    assert sealers == 1
    verified = await asyncio.to_thread(balanced.served.command, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    told = f"{len(received)} answers by {len(answered_by)} of {N}: each on record once, chains hold, one sealer"
    record_property("counted", told)


async def on_record(dsn: str) -> tuple[dict[str, list[UUID]], int]:
    """In which streams each answer is on record, and how many seal."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select stream, seq, n, prev, hash, data from segments order by stream, seq")
        sealers = await connection.fetchval(SEALERS)
    finally:
        await connection.close()
    found: dict[str, list[UUID]] = defaultdict(list)
    for stream, segments in groupby((Segment(*row) for row in rows), lambda segment: segment.stream):
        for disclosure in read_disclosures(segments):
            found[disclosure.request_id.hex].append(stream)
    return found, sealers
