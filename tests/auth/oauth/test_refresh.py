"""Refresh tokens: good for their client and key while the consent holds, and for nobody and nothing else."""

import asyncio
from datetime import UTC, datetime

import pytest

from auth.acts.actors import Actor
from auth.acts.consents import WithdrawConsent
from auth.acts.perform import perform
from auth.oauth.bridge import Answer
from auth.oauth.code import AuthorizationCode
from auth.oauth.refresh import RefreshToken
from tests.auth.holders import TOKEN, holder_at
from tests.auth.portals import ANH, BE, Portal, add_portal, child_born, portal_at
from tests.auth.world import BASIC, BORN, NAME, PIN, Installation, settled


def refused(answer: Answer, error: str = "invalid_grant") -> bool:
    return (answer.status, answer.body["error"]) == (400, error)


async def token_of(portal: Portal, scope: str = BASIC) -> str:
    answer = await portal.exchange(await portal.code(scope=scope))
    assert answer.status == 200, answer.body
    return str(answer.body["refresh_token"])


async def test_a_refresh_token_brings_tokens_again_and_again_for_the_same_citizen(portal: Portal) -> None:
    token = await token_of(portal)
    first, second = await portal.refresh(token), await portal.refresh(token)
    assert portal.caller(first).subject == portal.caller(second).subject == ANH
    assert "refresh_token" not in first.body  # FAPI 2.0: not rotated
    assert portal.claims(first).jti != portal.claims(second).jti
    assert portal.claims(first).code == portal.claims(second).code


async def test_a_refresh_may_ask_for_less_and_not_for_more(portal: Portal) -> None:
    token = await token_of(portal, scope=BASIC)
    less = await portal.refresh(token, scope=NAME)
    assert less.body["scope"] == NAME
    assert (await portal.refresh(token)).body["scope"] == BASIC
    assert refused(await portal.refresh(token, scope=f"{NAME} {PIN}"), "invalid_scope")
    assert refused(await portal.refresh(token, scope="unheard.of"), "invalid_scope")


async def test_a_grant_that_widened_since_does_not_widen_what_was_consented_to(portal: Portal) -> None:
    token = await token_of(portal, scope=NAME)
    await portal.made.connection.execute("update grants set scopes = $1 where agency = 'G22'", [NAME, BORN, PIN])
    await settled(portal.made)
    assert set(portal.caller(await portal.refresh(token)).rights.reach) == {NAME}


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 4000])
async def test_a_refresh_token_that_was_never_given_brings_nothing(portal: Portal, token: str) -> None:
    assert refused(await portal.refresh(token))


async def test_another_portal_cannot_use_a_stolen_refresh_token(portal: Portal) -> None:
    await portal.made.add_client("thief", agency="G22", kind="portal", redirect_uris=["https://thief.example/"])
    await settled(portal.made)
    token = await token_of(portal)
    form = portal.made.form("thief", purpose=None, grant_type="refresh_token", refresh_token=token)
    assert refused(await portal.made.server.token(form))


async def test_a_refresh_token_bound_to_a_key_needs_that_key(here: Installation) -> None:
    await add_portal(here, token_type="DPoP")
    async with portal_at(here) as bound:
        holder, thief = holder_at(here), holder_at(here)
        answer = await bound.exchange(await bound.code(), proof=holder.proof(TOKEN))
        token = str(answer.body["refresh_token"])
        assert refused(await bound.refresh(token, proof=thief.proof(TOKEN)))
        assert refused(await bound.refresh(token), "invalid_dpop_proof")
        assert (await bound.refresh(token, proof=holder.proof(TOKEN))).status == 200


async def test_a_consent_withdrawn_ends_refreshing_at_once(portal: Portal) -> None:
    token = await token_of(portal)
    number = await portal.made.connection.fetchval("select consent from consents")
    actor = Actor("citizen", portal.desk.authority.subjects.keep(ANH))
    await perform(portal.desk.acts, actor, WithdrawConsent(consent=number))
    assert refused(await portal.refresh(token))


@pytest.mark.parametrize(
    "change",
    [
        "update consents set valid_until = now()",
        "update consents set withdrawn_at = now()",
        "update refresh_tokens set revoked_at = now()",
        "update refresh_tokens set expires_at = now()",
    ],
)
async def test_a_refresh_token_ends_with_what_it_stands_for(portal: Portal, change: str) -> None:
    token = await token_of(portal)
    await portal.made.connection.execute(change)
    assert refused(await portal.refresh(token))


async def test_a_portal_from_which_everything_was_taken_gets_no_token(portal: Portal) -> None:
    token = await token_of(portal)
    await portal.made.connection.execute(
        "update grants set state = 'revoked', revoked_by = 'officer-1' where agency = 'G22'"
    )
    await settled(portal.made)
    assert refused(await portal.refresh(token))


async def test_a_suspended_portal_gets_no_token(portal: Portal) -> None:
    token = await token_of(portal)
    await portal.made.connection.execute("update clients set state = 'suspended' where client = 'portal'")
    assert refused(await portal.refresh(token), "invalid_client")


async def test_a_refresh_token_lives_as_long_as_the_consent(portal: Portal) -> None:
    await token_of(portal)
    row = await portal.made.connection.fetchrow("select expires_at, valid_until from refresh_tokens, consents")
    assert row is not None
    assert row["expires_at"] == row["valid_until"]
    assert 89 < (row["expires_at"] - datetime.now(UTC)).total_seconds() / 86_400 <= 90


async def test_no_access_token_outlives_the_consent(portal: Portal) -> None:
    code, soon = await portal.code(), "update consents set valid_until = now() + interval '20 seconds'"
    await portal.made.connection.execute(soon)
    ends_at = (await portal.made.connection.fetchval("select valid_until from consents")).timestamp()
    first = await portal.exchange(code)
    second = await portal.refresh(str(first.body["refresh_token"]))
    assert portal.claims(first).exp == portal.claims(second).exp == int(ends_at)


class TestForAChild:
    """A parent acts for a child while the register says so, and the child is under age."""

    async def token(self, portal: Portal) -> str:
        child = child_born("2019-05-05")
        portal.registers.represented[ANH] = [child]
        answer = await portal.exchange(await portal.code(child=child))
        return str(answer.body["refresh_token"])

    async def test_the_register_is_asked_each_time(self, portal: Portal) -> None:
        token = await self.token(portal)
        caller = portal.caller(await portal.refresh(token))
        assert (caller.subject, caller.representative) == (BE, ANH)

    async def test_somebody_who_no_longer_acts_for_the_child_is_refused_and_the_consent_ends(
        self, portal: Portal
    ) -> None:
        token = await self.token(portal)
        portal.registers.represented[ANH] = []
        assert refused(await portal.refresh(token))
        portal.registers.represented[ANH] = [child_born("2019-05-05")]
        assert refused(await portal.refresh(token))  # what has ended does not begin again by itself
        assert await portal.made.connection.fetchval("select count(*) from revocations where kind = 'consent'") == 1

    async def test_a_child_that_came_of_age_is_nobodys_ward(self, portal: Portal) -> None:
        token = await self.token(portal)
        portal.registers.represented[ANH] = [child_born("2001-05-05")]
        assert refused(await portal.refresh(token))

    async def test_a_consent_withdrawn_while_the_register_is_asked_brings_no_token(self, portal: Portal) -> None:
        token, still_acts = await self.token(portal), portal.made.server.still_acts

        async def withdrawn_meanwhile(representative: str, child: str, consent: int) -> bool:
            actor = Actor("citizen", portal.desk.authority.subjects.keep(ANH))
            await perform(portal.desk.acts, actor, WithdrawConsent(consent=consent))
            return await still_acts(representative, child, consent)

        portal.made.server.still_acts = withdrawn_meanwhile
        assert refused(await portal.refresh(token))

    async def test_a_silent_register_is_no_refusal_and_no_token_and_ends_nothing(self, portal: Portal) -> None:
        token = await self.token(portal)
        portal.registers.silent = True
        answer = await portal.refresh(token)
        assert answer.status == 503
        portal.registers.silent = False
        assert (await portal.refresh(token)).status == 200


async def test_a_withdrawal_in_the_middle_of_an_exchange_leaves_no_living_token(portal: Portal) -> None:
    """Both in one moment, over and over: whichever comes first, nothing that outlives the withdrawal remains."""
    actor = Actor("citizen", portal.desk.authority.subjects.keep(ANH))
    for _ in range(10):
        code = await portal.code()
        number = await portal.made.connection.fetchval("select max(consent) from consents")
        withdrawal = perform(portal.desk.acts, actor, WithdrawConsent(consent=number))
        answer, _ = await asyncio.gather(portal.exchange(code), withdrawal)
        if answer.status == 200:
            assert refused(await portal.refresh(str(answer.body["refresh_token"])))
    alive = "select count(*) from refresh_tokens where revoked_at is null"
    assert await portal.made.connection.fetchval(alive) == 0


def test_both_grants_are_named_as_the_standards_name_them() -> None:
    assert (AuthorizationCode.GRANT_TYPE, RefreshToken.GRANT_TYPE) == ("authorization_code", "refresh_token")
