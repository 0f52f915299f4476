"""Authorization codes: used once, by the client they were sent to, while the consent holds."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from auth.access.tokens import LIFETIME_S
from auth.citizens import consents
from auth.errors import Unauthenticated
from auth.oauth.bridge import Answer
from auth.oauth.registered import forget_expired
from auth.reach import SELF
from tests.auth.conftest import Install
from tests.auth.holders import TOKEN, holder_at
from tests.auth.portals import ANH, BE, PURPOSE, VERIFIER, Portal, add_portal, child_born, portal_at
from tests.auth.world import BASIC, BORN, ISSUER, NAME, Installation, settled, until


def refused(answer: Answer, error: str = "invalid_grant") -> bool:
    return (answer.status, answer.body["error"]) == (400, error)


async def test_a_code_brings_a_token_that_speaks_for_the_citizen_who_agreed(portal: Portal) -> None:
    answer = await portal.exchange(await portal.code())
    assert answer.status == 200, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", LIFETIME_S)
    caller = portal.caller(answer)
    assert (caller.subject, caller.representative, caller.client, caller.agency) == (ANH, None, "portal", "G22")
    assert caller.purpose is not None
    assert caller.purpose.code == PURPOSE
    assert dict(caller.rights.reach) == {NAME: SELF, BORN: SELF}


async def test_neither_code_nor_token_shows_the_citizens_number(portal: Portal) -> None:
    code = await portal.code()
    answer = await portal.exchange(code)
    claims = portal.claims(answer)
    kept = [
        await portal.made.connection.fetch(f"select * from {table}")
        for table in ("authorization_codes", "refresh_tokens", "consents", "pushed_requests")
    ]
    assert ANH not in str(claims)
    assert ANH not in str(kept)
    assert code not in str(kept)
    assert str(answer.body["refresh_token"]) not in str(kept)


async def test_a_set_agreed_to_as_a_whole_travels_by_its_name_and_one_agreed_to_in_part_does_not(
    portal: Portal,
) -> None:
    whole = await portal.exchange(await portal.code(scope=BASIC))
    assert whole.body["scope"] == BASIC
    await portal.made.connection.execute("update grants set scopes = $1 where agency = 'G22'", [NAME])
    await settled(portal.made)
    part = await portal.exchange(await portal.code(scope=BASIC))
    assert part.body["scope"] == NAME
    await portal.made.connection.execute("update grants set scopes = $1 where agency = 'G22'", [NAME, BORN])
    await settled(portal.made)
    assert set(portal.caller(part).rights.reach) == {NAME}


async def test_a_code_for_a_child_brings_a_token_for_the_child_that_says_who_acts(portal: Portal) -> None:
    child = child_born("2019-05-05")
    portal.registers.represented[ANH] = [child]
    answer = await portal.exchange(await portal.code(child=child))
    caller = portal.caller(answer)
    assert (caller.subject, caller.representative) == (BE, ANH)
    assert ANH not in str(portal.claims(answer))
    assert BE not in str(portal.claims(answer))


WRONG: dict[str, dict[str, Any]] = {
    "another address": {"redirect_uri": "https://portal.example/back"},
    "another verifier": {"code_verifier": VERIFIER + "x"},
    "the challenge as verifier": {"code_verifier": "plain"},
    "no verifier": {"code_verifier": None},
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_code_presented_wrongly_is_refused_and_spent(portal: Portal, case: str) -> None:
    code = await portal.code()
    assert refused(await portal.exchange(code, **WRONG[case]))
    assert refused(await portal.exchange(code))


@pytest.mark.parametrize("missing", ["code", "redirect_uri"])
async def test_a_request_without_code_or_address_is_no_request_and_spends_nothing(portal: Portal, missing: str) -> None:
    code = await portal.code()
    form = {name: value for name, value in portal.exchanging(code).items() if name != missing}
    assert refused(await portal.made.server.token(form), "invalid_request")
    assert (await portal.exchange(code)).status == 200


NOT_ASKED: dict[str, str] = {
    "resource": ISSUER + "/office/graphql",
    "authorization_details": '[{"type": "urn:lienthong:purpose", "purpose": "security"}]',
}


@pytest.mark.parametrize("name", NOT_ASKED)
async def test_what_was_not_pushed_cannot_be_asked_for_with_a_code_or_a_refresh_token(
    portal: Portal, name: str
) -> None:
    code, added = await portal.code(), {name: NOT_ASKED[name]}
    error = "invalid_target" if name == "resource" else "invalid_authorization_details"
    assert refused(await portal.exchange(code, **added), error)
    token = (await portal.exchange(code)).body["refresh_token"]  # nothing was spent
    assert refused(await portal.refresh(token, **added), error)
    assert (await portal.refresh(token, resource=ISSUER + "/graphql")).status == 200


@pytest.mark.parametrize("code", ["x", "A" * 43, "A" * 4000])
async def test_a_code_that_was_never_given_brings_nothing(portal: Portal, code: str) -> None:
    assert refused(await portal.exchange(code))


async def test_another_portal_cannot_use_a_stolen_code_and_does_not_spend_it(portal: Portal) -> None:
    await portal.made.add_client(
        "thief", agency="G22", kind="portal", redirect_uris=["https://portal.example/back?tab=1"]
    )
    await settled(portal.made)
    code = await portal.code()
    stolen = portal.exchanging(code, client_assertion=portal.made.assertion("thief"))
    assert refused(await portal.made.server.token(stolen))
    assert (await portal.exchange(code)).status == 200


async def test_a_system_that_is_no_portal_cannot_exchange_codes(portal: Portal) -> None:
    form = portal.exchanging(await portal.code(), client_assertion=portal.made.assertion("desk"))
    assert refused(await portal.made.server.token(form), "unauthorized_client")


async def test_a_code_older_than_a_minute_is_refused(portal: Portal) -> None:
    code = await portal.code()
    lives = await portal.made.connection.fetchval(
        "select extract(epoch from expires_at - now()) from authorization_codes"
    )
    assert 0 < lives <= 60
    await portal.made.connection.execute("update authorization_codes set expires_at = now()")
    assert refused(await portal.exchange(code))


async def test_a_code_whose_consent_was_withdrawn_is_refused(portal: Portal) -> None:
    code = await portal.code()
    async with portal.desk.engine.begin() as connection:
        number = await portal.made.connection.fetchval("select consent from consents")
        assert await consents.withdraw(connection, portal.desk.authority.subjects.keep(ANH), number) is not None
    assert refused(await portal.exchange(code))
    assert await portal.made.connection.fetchval("select count(*) from refresh_tokens") == 0


async def test_a_client_suspended_meanwhile_gets_nothing_for_its_code(portal: Portal) -> None:
    code = await portal.code()
    await portal.made.connection.execute("update clients set state = 'suspended' where client = 'portal'")
    assert refused(await portal.exchange(code), "invalid_client")


async def test_a_code_used_twice_revokes_what_came_of_it(portal: Portal) -> None:
    code = await portal.code()
    first = await portal.exchange(code)
    again = await portal.refresh(str(first.body["refresh_token"]))
    assert portal.caller(first).subject == portal.caller(again).subject == ANH

    assert refused(await portal.exchange(code))

    await until(lambda: _is_refused(portal, first) and _is_refused(portal, again))
    assert refused(await portal.refresh(str(first.body["refresh_token"])))


async def test_of_twenty_who_present_a_code_at_once_one_wins_and_even_that_is_revoked(
    portal: Portal, install: Install
) -> None:
    """Over two processes. Who came first may have been the thief, so nobody keeps a token."""
    other = await install(portal.made.files)
    other.keys = portal.made.keys
    async with portal_at(other) as elsewhere:
        code = await portal.code()
        ways = [portal, elsewhere] * 10
        answers = await asyncio.gather(*(way.exchange(code) for way in ways))
        won = [answer for answer in answers if answer.status == 200]
        assert len(won) == 1
        lost = [answer for answer in answers if answer is not won[0]]
        assert any(refused(answer) for answer in lost)
        assert all(refused(answer) or answer.status == 503 for answer in lost)  # 503: no connection was free in time
        await until(lambda: _is_refused(portal, won[0]) and _is_refused(elsewhere, won[0]))
        assert refused(await portal.refresh(str(won[0].body["refresh_token"])))


async def test_a_code_bound_to_a_key_needs_that_key(here: Installation) -> None:
    await add_portal(here, token_type="DPoP")
    async with portal_at(here) as bound:
        holder, thief = holder_at(here), holder_at(here)
        stolen = await bound.code(dpop_jkt=holder.jkt)
        assert refused(await bound.exchange(stolen, proof=thief.proof(TOKEN)), "invalid_dpop_proof")
        code = await bound.code(dpop_jkt=holder.jkt)
        answer = await bound.exchange(code, proof=holder.proof(TOKEN))
        assert answer.status == 200, answer.body
        assert answer.body["token_type"] == "DPoP"
        claims = bound.claims(answer)
        assert claims.cnf is not None
        assert claims.cnf.jkt == holder.jkt


async def test_a_client_of_bound_tokens_without_a_proof_is_refused_and_its_code_is_not_spent(
    here: Installation,
) -> None:
    await add_portal(here, token_type="DPoP")
    async with portal_at(here) as bound:
        holder, code = holder_at(here), await bound.code()
        assert refused(await bound.exchange(code), "invalid_dpop_proof")
        assert (await bound.exchange(code, proof=holder.proof(TOKEN))).status == 200


async def test_what_is_too_old_to_count_goes_and_what_still_counts_stays(portal: Portal) -> None:
    code, connection = await portal.code(), portal.made.connection
    first = await portal.exchange(code)
    await portal.exchange(code)  # revokes
    purged = AsyncSession(portal.desk.engine)
    await purged.run_sync(forget_expired)
    counts = [f"select count(*) from {table}" for table in ("authorization_codes", "refresh_tokens", "revocations")]
    assert [await connection.fetchval(count) for count in counts] == [1, 1, 1]
    revision = await connection.fetchval("select revision from policy")

    await connection.execute("update authorization_codes set expires_at = expires_at - interval '25 hours'")
    await connection.execute("update refresh_tokens set expires_at = now() - interval '1 second'")
    await connection.execute("alter table revocations disable trigger user")
    await connection.execute("update revocations set until = now() - interval '1 second'")
    await connection.execute("alter table revocations enable trigger user")
    await purged.run_sync(forget_expired)
    await purged.close()

    assert first.status == 200
    assert [await connection.fetchval(count) for count in counts] == [0, 0, 0]
    assert await connection.fetchval("select revision from policy") == revision  # forgetting changes nothing


def _is_refused(portal: Portal, answer: Answer) -> bool:
    try:
        portal.caller(answer)
    except Unauthenticated:
        return True
    return False
