"""Introspection and revocation: one's own tokens, and about all others always the same answer."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import msgspec
import pytest

from auth import clock, opaque
from auth.access.tokens import LIFETIME_S, sign
from auth.errors import Unauthenticated
from auth.oauth.bridge import Answer
from auth.oauth.metadata import INTROSPECT, REVOKE
from auth.oauth.questions import introspect, revoke
from tests.auth.conftest import Install
from tests.auth.holders import bound_token, holder_at
from tests.auth.oauth.said import said_by
from tests.auth.world import ISSUER, NAME, Installation, settled, until

PERSON = "000000000042"  # a personal number of nobody: no province has code 000
INACTIVE = {"active": False}


async def asked(made: Installation, client: str, token: str, **changed: Any) -> Answer:
    form = {**made.form(client, purpose=None), "token": token, **changed}
    return await made.server.respond(INTROSPECT, form, partial(introspect, made.server))


async def taken_back(made: Installation, client: str, token: str, **changed: Any) -> Answer:
    form = {**made.form(client, purpose=None), "token": token, **changed}
    return await made.server.respond(REVOKE, form, partial(revoke, made.server))


def stands(made: Installation, token: str) -> bool:
    try:
        made.authority.standing(token, ISSUER + "/graphql")
    except Unauthenticated:
        return False
    return True


@pytest.fixture
async def neighbors(here: Installation) -> Installation:
    """Client `desk` of G01, `vault` with bound tokens, `other` of G02, and `land`, a subgraph of G10."""
    await here.add_client("vault", token_type="DPoP")
    await here.add_client("other", agency="G02")
    await here.add_client("land", agency="G10", kind="subgraph", domain="land", allowed=[])
    await settled(here)
    return here


async def refresh_token(made: Installation, client: str, **columns: Any) -> tuple[str, str]:
    """A refresh token of this client as the code grant writes it, and the digest of its code."""
    secret, code = opaque.fresh(), opaque.digest(opaque.fresh())
    in_an_hour = await made.connection.fetchval("select now() + interval '1 hour'")
    consent = await made.insert(
        "consents", "consent", citizen="sealed", subject="sealed", client=client, purpose="security", scopes=[NAME],
        language="vi", shown=b"", valid_until=in_an_hour,
    )  # fmt: skip
    row = {
        "digest": opaque.digest(secret), "client": client, "scope": NAME, "authorization_details": "[]",
        "subject": "sealed", "consent": consent, "code": code, "expires_at": in_an_hour, **columns,
    }  # fmt: skip
    await made.insert("refresh_tokens", **row)
    return secret, code.hex()


async def test_a_client_learns_what_its_token_says(neighbors: Installation) -> None:
    token = await neighbors.token("desk", NAME)
    answer, claims = await asked(neighbors, "desk", token), said_by(token)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    same = ("iss", "aud", "sub", "client_id", "jti", "iat", "exp", "scope", "authorization_details")
    assert answer.body == {"active": True, "token_type": "Bearer", **{name: claims[name] for name in same}}


async def test_a_bound_token_is_told_with_its_key(neighbors: Installation) -> None:
    holder = holder_at(neighbors)
    token = await bound_token(neighbors, "vault", NAME, holder)
    form = {**neighbors.form("vault", purpose=None), "token": token}
    answer = await neighbors.server.respond(INTROSPECT, form, partial(introspect, neighbors.server))
    assert (answer.body["token_type"], answer.body["cnf"]) == ("DPoP", {"jkt": holder.jkt})


async def test_a_subgraph_learns_of_any_access_token_but_never_the_citizens_number(neighbors: Installation) -> None:
    await neighbors.add_client("portal", agency="G22", kind="portal")
    await neighbors.grant(NAME, agency="G22", reach="self")
    await settled(neighbors)
    token = await neighbors.token("portal", NAME, citizen=PERSON)
    told = (await asked(neighbors, "land", token)).body
    assert (told["active"], told["client_id"]) == (True, "portal")
    assert "sealed_subject" not in told
    assert PERSON not in str(told)


async def test_what_is_not_ones_own_is_not_active_whatever_it_is(
    neighbors: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, (refresh, _) = await neighbors.token("desk", NAME), await refresh_token(neighbors, "desk")
    head, payload, signature = token.split(".")
    for text in (token, refresh, "x", f"{head}.{payload}.{signature[::-1]}", neighbors.assertion("desk")):
        assert (await asked(neighbors, "other", text)).body == INACTIVE
    assert (await asked(neighbors, "land", refresh)).body == INACTIVE
    later = clock.wall() + LIFETIME_S + 1
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert (await asked(neighbors, "desk", token)).body == INACTIVE


async def test_a_token_of_a_client_suspended_meanwhile_is_not_active(neighbors: Installation) -> None:
    token = await neighbors.token("desk", NAME)
    assert (await asked(neighbors, "land", token)).body["active"]
    await neighbors.connection.execute("update clients set state = 'suspended' where client = 'desk'")
    await settled(neighbors)
    assert (await asked(neighbors, "land", token)).body == INACTIVE


async def test_a_refresh_token_is_told_to_its_client_while_the_consent_is_in_force(neighbors: Installation) -> None:
    refresh, _ = await refresh_token(neighbors, "desk")
    told = (await asked(neighbors, "desk", refresh)).body
    assert (told["active"], told["client_id"], told["scope"]) == (True, "desk", NAME)
    await neighbors.connection.execute("update consents set withdrawn_at = now()")
    assert (await asked(neighbors, "desk", refresh)).body == INACTIVE


async def test_a_token_taken_back_is_refused_in_every_process_at_once(
    neighbors: Installation, install: Install
) -> None:
    there = await install(neighbors.files)
    token, other = await neighbors.token("desk", NAME), await neighbors.token("desk", NAME)
    assert stands(there, token)
    answer = await taken_back(neighbors, "desk", token)
    assert (answer.status, answer.body) == (200, {})
    assert await until(lambda: not stands(neighbors, token) and not stands(there, token)) < 1
    assert stands(there, other)
    assert (await asked(neighbors, "desk", token)).body == INACTIVE


async def test_nobody_takes_back_what_is_not_theirs_and_everybody_is_told_the_same(neighbors: Installation) -> None:
    token, (refresh, _) = await neighbors.token("desk", NAME), await refresh_token(neighbors, "desk")
    answers = [await taken_back(neighbors, "other", text) for text in (token, refresh, "x")]
    answers += [await taken_back(neighbors, "land", token)]
    assert {(answer.status, str(answer.body)) for answer in answers} == {(200, "{}")}
    assert await neighbors.connection.fetchval("select count(*) from revocations") == 0
    assert stands(neighbors, token)
    assert (await asked(neighbors, "desk", refresh)).body["active"]


async def test_a_refresh_token_taken_back_takes_its_access_tokens_along(neighbors: Installation) -> None:
    refresh, code = await refresh_token(neighbors, "desk")
    claims = neighbors.authority.standing(await neighbors.token("desk", NAME), ISSUER + "/graphql")[1]
    of_code = sign(msgspec.structs.replace(claims, code=code), neighbors.server.signing_key)
    assert stands(neighbors, of_code)
    assert (await taken_back(neighbors, "desk", refresh)).status == 200
    assert await until(lambda: not stands(neighbors, of_code)) < 1
    assert (await asked(neighbors, "desk", refresh)).body == INACTIVE


async def test_a_refresh_token_taken_back_while_its_consent_is_withdrawn_makes_nobody_wait_in_a_circle(
    neighbors: Installation,
) -> None:
    refresh, _ = await refresh_token(neighbors, "desk")
    other = await asyncpg.connect(neighbors.dsn)
    async with other.transaction():  # a withdrawal: first its revocation, then the refresh tokens
        await other.execute("insert into revocations values ('consent', '1', now())")
        taking_back = asyncio.create_task(taken_back(neighbors, "desk", refresh))
        waits = (
            "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        while not await neighbors.connection.fetchval(waits):  # noqa: ASYNC110  who waits is PostgreSQL
            await asyncio.sleep(0.01)
        await other.execute("update refresh_tokens set revoked_at = now() where revoked_at is null")
    await other.close()
    assert (await taking_back).status == 200


async def test_a_token_for_the_office_is_told_and_taken_back_as_any(neighbors: Installation) -> None:
    office = ISSUER + "/office/graphql"
    token = await neighbors.token("desk", "", purpose=None, resource=office)
    assert (await asked(neighbors, "desk", token)).body["aud"] == office
    await taken_back(neighbors, "desk", token)
    await settled(neighbors)
    assert (await asked(neighbors, "desk", token)).body == INACTIVE


@pytest.mark.parametrize("question", [introspect, revoke])
async def test_without_a_token_the_request_is_refused(unchanged: Installation, question: Any) -> None:
    form = unchanged.form("desk", purpose=None)
    missing = await unchanged.server.respond(INTROSPECT, form, partial(question, unchanged.server))
    assert (missing.status, missing.body["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("question", [introspect, revoke])
async def test_a_stranger_learns_and_changes_nothing(neighbors: Installation, question: Any) -> None:
    token = await neighbors.token("desk", NAME)
    key = holder_at(neighbors).key
    form = {**neighbors.form("desk", assertion=neighbors.assertion("desk", key=key)), "token": token}
    refused = await neighbors.server.respond(INTROSPECT, form, partial(question, neighbors.server))
    assert (refused.status, refused.body["error"]) == (400, "invalid_client")
    assert await neighbors.connection.fetchval("select count(*) from revocations") == 0
