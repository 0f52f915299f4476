"""Consents: given once for exactly what was shown, equal ones found again, withdrawn by whom they belong to."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from auth.acts import log
from auth.acts.actors import Actor
from auth.acts.consents import WithdrawConsent
from auth.acts.desk import Done
from auth.acts.perform import perform
from auth.acts.refusals import Forbidden, NotFound
from auth.citizens import consents
from auth.citizens.answers import NothingToAllow, NotUnderWay, said_no, said_yes, said_yes_before
from auth.citizens.asked import understood
from auth.citizens.consents import Consent
from auth.errors import Unauthenticated
from auth.policy.acknowledgements import in_force
from tests.auth.portals import ANH, BE, CALLBACK, STRANGER, Portal, child_born, yes
from tests.auth.world import BASIC, BORN, NAME, settled


def sealed(portal: Portal, citizen: str = ANH) -> str:
    return portal.desk.authority.subjects.keep(citizen)


async def of(portal: Portal, citizen: str = ANH) -> list[Consent]:
    async with portal.desk.engine.begin() as connection:
        return await consents.of_citizen(connection, sealed(portal, citizen))


async def withdraw(portal: Portal, number: int, citizen: str = ANH) -> Done:
    return await perform(portal.desk.acts, Actor("citizen", sealed(portal, citizen)), WithdrawConsent(consent=number))


async def test_a_consent_says_what_was_asked_with_sets_opened_and_until_when(portal: Portal) -> None:
    await portal.code(scope=BASIC)
    (given,) = await of(portal)
    assert given.scopes == tuple(sorted((NAME, BORN)))
    assert (given.client, given.agency, given.purpose) == ("portal", ("G22", "G22"), ("tax", "tax"))
    assert timedelta(days=89) < given.valid_until - datetime.now(UTC) <= timedelta(days=90)
    assert given.withdrawn_at is None


async def test_a_yes_is_written_once_whoever_clicks_how_often(portal: Portal) -> None:
    asked = await portal.asked()
    answers = await asyncio.gather(
        *(said_yes(portal.desk, asked, yes()) for _ in range(10)), said_no(portal.desk, asked), return_exceptions=True
    )
    won = [answer for answer in answers if isinstance(answer, str)]
    assert len(won) == 1
    assert all(isinstance(answer, NotUnderWay) for answer in answers if answer is not won[0])
    codes = await portal.made.connection.fetchval("select count(*) from authorization_codes")
    assert (len(await of(portal)), codes) in {(1, 1), (0, 0)}


async def test_a_no_leaves_nothing_behind_but_an_answered_request(portal: Portal) -> None:
    address = await said_no(portal.desk, await portal.asked())
    assert address.startswith(CALLBACK + "&error=access_denied&state=portal-state&iss=")
    assert await of(portal) == []
    assert await portal.made.connection.fetchval("select count(*) from authorization_codes") == 0


async def test_a_yes_to_what_was_revoked_meanwhile_allows_nothing(portal: Portal) -> None:
    arrived = await portal.asked()
    await portal.made.connection.execute("update grants set state = 'revoked', revoked_by = 'x' where agency = 'G22'")
    await settled(portal.made)
    async with portal.desk.engine.begin() as connection:
        asked = await understood(connection, arrived.arrived, portal.desk.authority.snapshot())
    assert asked.scopes == ()
    with pytest.raises(NothingToAllow):
        await said_yes(portal.desk, asked, yes())


class TestAskedBefore:
    async def test_the_same_question_is_not_asked_twice(self, portal: Portal) -> None:
        await portal.code()
        address = await said_yes_before(portal.desk, await portal.asked(), ANH)
        assert address is not None
        assert len(await of(portal)) == 1

    @pytest.mark.parametrize(
        ("changed", "citizen"),
        [({"scope": NAME}, ANH), ({"prompt": "consent"}, ANH), ({}, STRANGER)],
        ids=["fewer fields", "the portal wants to ask", "somebody else"],
    )
    async def test_another_question_is_asked(self, portal: Portal, changed: dict[str, str], citizen: str) -> None:
        await portal.code()
        assert await said_yes_before(portal.desk, await portal.asked(**changed), citizen) is None

    async def test_more_than_was_agreed_to_is_asked(self, portal: Portal) -> None:
        await portal.code(scope=NAME)
        assert await said_yes_before(portal.desk, await portal.asked(), ANH) is None

    async def test_what_was_agreed_to_for_a_child_says_nothing_about_oneself(self, portal: Portal) -> None:
        await portal.code(child=child_born("2019"))
        assert await said_yes_before(portal.desk, await portal.asked(), ANH) is None

    @pytest.mark.parametrize("end", ["withdrawn_at = now()", "valid_until = now()"])
    async def test_what_has_ended_is_asked_again(self, portal: Portal, end: str) -> None:
        await portal.code()
        await portal.made.connection.execute(f"update consents set {end}")
        assert await said_yes_before(portal.desk, await portal.asked(), ANH) is None


class TestWithdrawing:
    async def test_every_process_refuses_the_tokens_at_once(self, portal: Portal) -> None:
        answer = await portal.exchange(await portal.code())
        assert portal.caller(answer).subject == ANH

        done = await withdraw(portal, (await of(portal))[0].number)

        assert (await in_force(portal.desk.engine, done.revision)).everywhere
        with pytest.raises(Unauthenticated, match="revoked"):
            portal.caller(answer)
        assert (await of(portal))[0].withdrawn_at is not None

    async def test_another_citizens_tokens_live_on(self, portal: Portal) -> None:
        theirs = await portal.exchange(await portal.code(STRANGER))
        await portal.code()
        done = await withdraw(portal, (await of(portal))[0].number)
        await in_force(portal.desk.engine, done.revision)
        assert portal.caller(theirs).subject == STRANGER

    async def test_nobody_withdraws_another_citizens_consent_or_learns_that_it_exists(self, portal: Portal) -> None:
        await portal.code()
        number = (await of(portal))[0].number
        said = []
        for wanted in (number, number + 1000):
            with pytest.raises(NotFound) as refusal:
                await withdraw(portal, wanted, STRANGER)
            said.append(str(refusal.value))
        assert said[0] == said[1]
        assert (await of(portal))[0].withdrawn_at is None

    @pytest.mark.parametrize("kind", ["officer", "machine", "agency", "system"])
    async def test_nobody_but_citizens_withdraws_consents(self, portal: Portal, kind: str) -> None:
        await portal.code()
        actor = Actor(kind, "portal" if kind == "agency" else "somebody", "G22" if kind == "agency" else None)  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            await perform(portal.desk.acts, actor, WithdrawConsent(consent=(await of(portal))[0].number))

    async def test_a_consent_is_withdrawn_once(self, portal: Portal) -> None:
        await portal.code()
        number = (await of(portal))[0].number
        outcomes = await asyncio.gather(*(withdraw(portal, number) for _ in range(5)), return_exceptions=True)
        assert len([each for each in outcomes if isinstance(each, Done)]) == 1
        assert len([each for each in outcomes if isinstance(each, NotFound)]) == 4

    async def test_all_that_was_agreed_to_with_this_portal_for_this_purpose_ends_together(self, portal: Portal) -> None:
        """Who takes back access means the access, not a row of a table."""
        narrow = await portal.exchange(await portal.code(scope=NAME))
        wide = await portal.exchange(await portal.code())
        done = await withdraw(portal, (await of(portal))[0].number)
        await in_force(portal.desk.engine, done.revision)
        for answer in (narrow, wide):
            with pytest.raises(Unauthenticated, match="revoked"):
                portal.caller(answer)

    async def test_what_was_agreed_to_for_a_child_stays_when_a_parent_withdraws_their_own(self, portal: Portal) -> None:
        child = child_born("2019")
        for_child = await portal.exchange(await portal.code(child=child))
        await portal.code()
        own = next(each for each in await of(portal) if each.subject == each.citizen)
        done = await withdraw(portal, own.number)
        await in_force(portal.desk.engine, done.revision)
        assert portal.caller(for_child).subject == BE

    async def test_a_child_sees_and_ends_what_a_parent_agreed_to(self, portal: Portal) -> None:
        answer = await portal.exchange(await portal.code(child=child_born("2019")))
        (seen,) = await of(portal, BE)
        done = await withdraw(portal, seen.number, BE)
        await in_force(portal.desk.engine, done.revision)
        with pytest.raises(Unauthenticated, match="revoked"):
            portal.caller(answer)

    async def test_it_is_on_record_without_anybodys_number(self, portal: Portal) -> None:
        await portal.code()
        await withdraw(portal, (await of(portal))[0].number)
        acts = await portal.made.connection.fetch("select * from acts where act = 'consent.withdraw'")
        assert len(acts) == 1
        assert ANH not in str(acts)
        async with portal.desk.engine.begin() as connection:
            assert (await log.verify_chain(connection)).broken_at is None
