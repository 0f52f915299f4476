"""A ministry's subgraph decides by what the authority says now, for its own domain, or refuses."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
from joserfc import jws

from auth import clock
from auth.errors import GrantsUnconfirmed
from auth.keys import SigningKeys, public_jwk
from auth.policy.acknowledgements import LEASE_S, in_force
from auth.policy.remote import AuthorityRefused, RemotePolicy
from auth.policy.remote_wire import HOLD_S, LONGEST_STATEMENT, Statement, signed
from tests.auth.policy.remote_world import Gateway, add_subgraph, following, remote
from tests.auth.world import NAME, Installation, settled, unpadded, until
from tests.waiting import at_once

FIELD, OTHER = "land:parcel.field_1:read", "land:parcel.field_2:read"


@pytest.fixture
async def gateway(here: Installation) -> Gateway:
    """An authority with a subgraph of land, to whom nothing is granted, and grants of several domains."""
    await add_subgraph(here)
    await here.grant(FIELD, NAME)
    await settled(here)
    return Gateway(here)


@pytest.fixture
async def land(here: Installation, gateway: Gateway) -> AsyncIterator[RemotePolicy]:
    async with following(remote(here, gateway)) as source:
        yield source


def scopes_of(source: RemotePolicy) -> set[str]:
    return {scope for grant in source.policy().grants for scope in grant.scopes}


async def test_a_subgraph_asks_for_the_policy_and_is_told_what_concerns_its_domain(
    here: Installation, land: RemotePolicy
) -> None:
    told = land.policy()
    assert scopes_of(land) == {FIELD}
    assert told.clients["desk"].allowed == {f"land:parcel.field_{n}:read" for n in range(120)}
    assert set(told.legal_bases) == {"security", "tax"}
    assert told.keys.keys() == here.authority.policy().keys.keys()
    assert told.sets == {}
    assert "land-graph" not in told.clients


async def test_a_subgraph_decides_as_the_authority_would_for_a_scope_of_its_domain(
    here: Installation, land: RemotePolicy
) -> None:
    token = await here.token("desk", f"{FIELD} {NAME}")
    caller = at_once(here.authority.caller(f"Bearer {token}"))
    assert caller.admission is not None
    there = land.policy().at(clock.wall())
    asking = caller.admission.token.asking  # type: ignore[attr-defined]
    assert there.rights(asking).reach == {FIELD: caller.rights.reach[FIELD]}
    assert there.rights(asking).grants == {FIELD: caller.rights.grants[FIELD]}


async def test_a_subgraph_is_told_of_a_new_grant_and_of_its_end_at_once(here: Installation, land: RemotePolicy) -> None:
    number = await here.grant(OTHER)
    assert await until(lambda: OTHER in scopes_of(land)) < 1
    await here.connection.execute("update grants set state = 'revoked', revoked_by = 'o' where grant_id = $1", number)
    assert await until(lambda: OTHER not in scopes_of(land)) < 1


async def test_a_withdrawn_consent_reaches_a_subgraph_without_the_rules_being_sent_again(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    before = land.policy()
    gateway.answers.clear()
    await here.connection.execute("insert into revocations values ('consent', '7', now() + interval '5 minutes')")
    await until(lambda: ("consent", "7") in land.policy().revoked)
    assert land.policy().grants is before.grants
    bodies = [jws.extract_compact(body).payload or b"" for _, body in gateway.answers]
    assert bodies
    assert not any(b'"rules":{' in body for body in bodies)


async def test_an_officer_is_told_when_a_change_is_in_force_in_a_subgraph(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    await here.grant(OTHER)
    revision = await here.connection.fetchval("select revision from policy")
    found = await in_force(here.server._engine, revision)
    assert (found.serving, found.refusing, found.of) == (2, 0, 2)
    assert land.policy().revision >= revision


async def test_a_subgraph_that_cannot_reach_the_authority_refuses_within_its_lease_and_recovers(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    gateway.through = unreachable
    cut = clock.lease()
    await until(lambda: refuses(land), LEASE_S + 1)
    assert clock.lease() - cut <= LEASE_S + 0.1
    revision = await here.connection.fetchval("select revision from policy")
    await here.grant(OTHER)
    found = await in_force(here.server._engine, revision + 1)
    assert (found.serving, found.refusing, found.of) == (1, 1, 2)
    gateway.through = gateway.honest
    assert await until(lambda: not refuses(land)) < 1
    assert OTHER in scopes_of(land)


async def test_a_subgraph_that_asked_in_vain_is_answered_at_once_the_next_time(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    """Waiting for news, as questions do, would cost it what is left of its lease, and its clients their fields."""
    waited: list[float] = []

    async def timed(request: httpx2.Request) -> httpx2.Response:
        began = clock.lease()
        answer = await gateway.honest(request)
        waited.append(clock.lease() - began)
        return answer

    gateway.through = unreachable
    await until(lambda: land._was_in_vain)
    gateway.through = timed
    await until(lambda: len(waited) > 1)

    assert waited[0] < HOLD_S
    assert waited[1] >= HOLD_S
    assert not refuses(land)


async def test_a_subgraph_that_stops_is_not_waited_for(here: Installation, gateway: Gateway) -> None:
    async with following(remote(here, gateway)) as source:
        pass
    assert refuses(source)
    assert await here.connection.fetchval("select count(*) from processes where client is not null") == 0


async def test_a_subgraph_that_is_suspended_learns_nothing_more_and_refuses(
    here: Installation, land: RemotePolicy
) -> None:
    await here.connection.execute("update clients set state = 'suspended' where client = 'land-graph'")
    await until(lambda: refuses(land), LEASE_S + 1)


async def test_a_subgraph_follows_the_authority_through_a_change_of_its_signing_key(
    here: Installation, land: RemotePolicy
) -> None:
    """The new key was never published ahead: the subgraph fetches the keys anew."""
    jwk = public_jwk(SigningKeys(here.files).make())
    await here.connection.execute("update signing_keys set state = 'retired'")
    await here.insert("signing_keys", kid=jwk["kid"], public_key=json.dumps(jwk), state="current")
    await here.grant(OTHER)
    await until(lambda: OTHER in scopes_of(land))


# --- A gateway that lies -------------------------------------------------------------------------------------------


async def unreachable(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("cut", request=request)


def refuses(source: RemotePolicy) -> bool:
    try:
        source.policy()
    except GrantsUnconfirmed:
        return True
    return False


def saying(body: bytes) -> httpx2.Response:
    return httpx2.Response(200, content=body)


def read(body: bytes) -> Statement:
    return msgspec.json.decode(jws.extract_compact(body).payload or b"", type=Statement)


async def begins_to_refuse(gateway: Gateway, source: RemotePolicy) -> None:
    """Under this gateway the lease is not renewed; the old policy is kept until then, and no other one comes."""
    before, since = source.policy(), clock.lease()
    while not refuses(source):
        assert clock.lease() - since < LEASE_S + 0.5
        with contextlib.suppress(GrantsUnconfirmed):
            assert source.policy() is before
        await asyncio.sleep(0.02)
    gateway.through = gateway.honest
    await until(lambda: not refuses(source))


async def test_a_gateway_replays_an_older_answer_and_the_subgraph_refuses(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    """The answer is signed and of this second; it answers another question."""
    await here.grant(OTHER)
    await until(lambda: OTHER in scopes_of(land))
    _, kept = gateway.answers[-1]

    async def replay(_: httpx2.Request) -> httpx2.Response:
        return saying(kept)

    gateway.through = replay
    await begins_to_refuse(gateway, land)


async def test_a_gateway_hands_on_what_was_said_to_another_subgraph_and_the_subgraph_refuses(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    async def for_another(request: httpx2.Request) -> httpx2.Response:
        said = read((await gateway.honest(request)).content)
        return saying(signed(msgspec.structs.replace(said, aud="identity-graph"), here.server.signing_key))

    gateway.through = for_another
    await begins_to_refuse(gateway, land)


async def test_a_gateway_lengthens_the_life_of_an_answer_and_the_subgraph_refuses(
    gateway: Gateway, land: RemotePolicy
) -> None:
    async def lengthened(request: httpx2.Request) -> httpx2.Response:
        answer = await gateway.honest(request)
        head, _, signature = answer.content.decode().split(".")
        said = msgspec.structs.replace(read(answer.content), exp=2**40)
        return saying(f"{head}.{unpadded(msgspec.json.encode(said))}.{signature}".encode())

    gateway.through = lengthened
    await begins_to_refuse(gateway, land)


async def test_a_gateway_that_is_a_client_signs_an_answer_itself_and_the_subgraph_refuses(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    async def own(request: httpx2.Request) -> httpx2.Response:
        said = read((await gateway.honest(request)).content)
        return saying(signed(said, here.keys["desk"]))

    gateway.through = own
    await begins_to_refuse(gateway, land)


async def test_a_gateway_says_that_the_question_was_another_and_the_authority_refuses_it(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    """Else an officer could be told that a subgraph follows a revision of which it never heard."""
    said: set[int] = set()

    async def ahead(request: httpx2.Request) -> httpx2.Response:
        latest = await here.connection.fetchval("select revision from policy")
        address = re.sub("after=[0-9]+", f"after={latest}", str(request.url))
        answer = await gateway.honest(httpx2.Request(request.method, address, headers=dict(request.headers)))
        if address != str(request.url):
            said.add(answer.status_code)
        return answer

    gateway.through = ahead
    await here.grant(OTHER)
    await until(lambda: refuses(land), LEASE_S + 1)
    assert said == {400}
    followed = "select revision from processes where client = 'land-graph'"
    assert await here.connection.fetchval(followed) < await here.connection.fetchval("select revision from policy")


async def test_a_gateway_sends_the_answer_to_a_question_twice_and_nothing_comes_of_the_second(
    gateway: Gateway, land: RemotePolicy
) -> None:
    twice: list[int] = []

    async def doubled(request: httpx2.Request) -> httpx2.Response:
        first = await gateway.honest(request)
        twice.append((await gateway.honest(request)).status_code)
        return first

    gateway.through = doubled
    await until(lambda: len(twice) > 1)
    assert set(twice) == {401}
    assert not refuses(land)


async def test_an_authority_that_went_back_to_an_earlier_state_is_followed_from_there(
    here: Installation, land: RemotePolicy
) -> None:
    """A restored database: the subgraph forgets what it had, and never goes on with it."""
    before = land.policy().revision
    await here.connection.execute("update policy set revision = 3, rules_revision = 3")
    await until(lambda: not refuses(land) and land.policy().revision < before)


async def test_a_gateway_sends_rubbish_without_end_and_the_subgraph_refuses(
    gateway: Gateway, land: RemotePolicy
) -> None:
    async def rubbish(_: httpx2.Request) -> httpx2.Response:
        return saying(bytes(LONGEST_STATEMENT + 1))

    gateway.through = rubbish
    await begins_to_refuse(gateway, land)


async def test_a_subgraph_starts_while_the_authority_cannot_be_reached_and_does_not_open(
    here: Installation, gateway: Gateway
) -> None:
    gateway.through = unreachable
    source = remote(here, gateway)
    with pytest.raises(httpx2.ConnectError):
        await source.open()
    assert refuses(source)
    await source.close()


async def test_a_client_that_is_no_subgraph_does_not_open(here: Installation, gateway: Gateway) -> None:
    source = remote(here, gateway, "desk")
    with pytest.raises(AuthorityRefused, match="403"):
        await source.open()
    await source.close()
