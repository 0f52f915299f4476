"""The keys that sign: rotated under a stream of requests, and refused where a token or a listener would be lost."""

import asyncio
from datetime import timedelta

import pytest

from auth.acts.actors import Actor
from auth.acts.beginning import ready_to_sign
from auth.acts.desk import desk_at
from auth.acts.perform import perform
from auth.acts.refusals import Conflict, Forbidden, NotFound, TooSoon
from auth.acts.signing_keys import ACCEPTED_AFTER, PUBLISHED_AHEAD, RetireKey, RotateKeys
from auth.errors import Unauthenticated
from auth.keys import SigningKeyMissing
from tests.auth.acts.people import AN, DUNG, MACHINE, Office, raced, refused
from tests.auth.conftest import Install
from tests.auth.world import CATALOGUE, NAME, Files, Installation, communes_of, settled, until
from tests.waiting import at_once

STATES = "select state, count(*) from signing_keys group by state"


async def states(office: Office) -> dict[str, int]:
    return {row["state"]: row["count"] for row in await office.connection.fetch(STATES)}


async def kid(office: Office, state: str) -> str:
    return str(await office.connection.fetchval("select kid from signing_keys where state = $1", state))


async def test_processes_that_start_together_make_one_key_that_signs(office: Office) -> None:
    await asyncio.gather(*(ready_to_sign(office.desk) for _ in range(8)))
    assert await states(office) == {"current": 1, "next": 1}
    assert await office.count("acts") == 1


async def test_a_process_that_starts_again_finds_its_keys(office: Office) -> None:
    await ready_to_sign(office.desk)
    await ready_to_sign(office.desk)
    assert await states(office) == {"current": 1, "next": 1}


async def test_a_process_without_the_key_file_says_so(office: Office) -> None:
    await ready_to_sign(office.desk)
    with pytest.raises(SigningKeyMissing, match="missing"):
        await ready_to_sign(office.with_desk(files=Files()).desk)


async def test_the_operator_rotates_and_each_key_moves_on(office: Office) -> None:
    await ready_to_sign(office.desk)
    first, second = await kid(office, "current"), await kid(office, "next")
    office.later(seconds=301)
    done = await office.does(DUNG, RotateKeys())
    assert done.target == await kid(office, "current") == second
    assert await kid(office, "previous") == first
    office.later(seconds=311)
    await office.does(MACHINE, RotateKeys())
    assert await states(office) == {"retired": 1, "previous": 1, "current": 1, "next": 1}
    assert await kid(office, "retired") == first


async def test_the_next_key_does_not_sign_before_others_can_know_it(office: Office) -> None:
    await ready_to_sign(office.desk)
    office.later(seconds=PUBLISHED_AHEAD.total_seconds() - 5)
    refusal = await refused(office.does(MACHINE, RotateKeys()), TooSoon)
    assert isinstance(refusal, TooSoon)
    assert timedelta() < refusal.possible_at - office.desk.now() <= timedelta(seconds=5)
    office.later(seconds=6)
    await office.does(MACHINE, RotateKeys())


async def test_a_key_whose_tokens_live_is_not_retired_by_rotating(office: Office) -> None:
    await ready_to_sign(office.desk)
    office.later(seconds=301)
    await office.does(MACHINE, RotateKeys())
    office.later(seconds=ACCEPTED_AFTER.total_seconds() - 5)
    await refused(office.does(MACHINE, RotateKeys()), TooSoon)
    office.later(seconds=6)
    await office.does(MACHINE, RotateKeys())


async def test_a_leaked_key_goes_at_once_and_its_tokens_with_it(here: Installation) -> None:
    token = await here.token("desk", NAME)
    async with desk_at(here.dsn, catalogue=CATALOGUE, communes_of=communes_of, files=here.files) as desk:
        await perform(desk, MACHINE, RotateKeys(now=True))
    await settled(here)
    with pytest.raises(Unauthenticated):
        at_once(here.authority.caller(f"Bearer {token}"))
    at_once(here.authority.caller(f"Bearer {await here.token('desk', NAME)}"))


async def test_tokens_are_given_and_accepted_all_the_while_that_keys_rotate(
    here: Installation, install: Install
) -> None:
    there = await install(here.files)
    there.keys = here.keys
    rejected, accepted, over = list[str](), list[str](), asyncio.Event()

    async def ask(giver: Installation, checker: Installation) -> None:
        held: list[str] = []
        while not over.is_set():
            held.append(f"Bearer {await giver.token('desk', NAME)}")
            for token in held:
                try:
                    at_once(checker.authority.caller(token))
                    at_once(giver.authority.caller(token))
                    accepted.append(token)
                except Unauthenticated:
                    rejected.append(token)
            await asyncio.sleep(0)

    async with desk_at(here.dsn, catalogue=CATALOGUE, communes_of=communes_of, files=here.files) as desk:
        await here.connection.execute("update signing_keys set changed_at = changed_at - interval '1 hour'")
        work = [asyncio.create_task(ask(here, there)), asyncio.create_task(ask(there, here))]
        signed_by = set[str]()
        await asyncio.sleep(0.3)
        await perform(desk, MACHINE, RotateKeys())
        revision = await here.connection.fetchval("select revision from policy")
        await until(lambda: min(one.authority.snapshot().revision for one in (here, there)) >= revision)
        await asyncio.sleep(0.3)
        over.set()
        await asyncio.gather(*work)
        signed_by |= {token.split(".")[0] for token in accepted}
    assert len(signed_by) == 2  # by the key of before, and by the key of after
    assert not rejected


async def test_a_key_that_leaked_before_it_signed_is_replaced(office: Office) -> None:
    await ready_to_sign(office.desk)
    leaked = await kid(office, "next")
    await office.does(DUNG, RetireKey(leaked))
    assert await states(office) == {"current": 1, "next": 1, "retired": 1}
    assert await kid(office, "retired") == leaked
    await refused(office.does(DUNG, RetireKey(leaked)), Conflict)


async def test_the_key_that_signs_is_not_retired_without_another_in_its_place(office: Office) -> None:
    await ready_to_sign(office.desk)
    await refused(office.does(DUNG, RetireKey(await kid(office, "current"))), Conflict)
    await refused(office.does(DUNG, RetireKey("unheard of")), NotFound)


async def test_nobody_but_an_operator_touches_keys(office: Office) -> None:
    await ready_to_sign(office.desk)
    await refused(office.does(AN, RotateKeys(now=True)), Forbidden)
    await refused(office.does(Actor("citizen", "sealed"), RotateKeys(now=True)), Forbidden)


async def test_an_operator_without_the_key_file_cannot_rotate(office: Office) -> None:
    await ready_to_sign(office.desk)
    elsewhere = office.with_desk(files=Files())
    await refused(elsewhere.does(MACHINE, RotateKeys(now=True)), Conflict)


async def test_of_many_rotations_at_once_each_key_signs_once(office: Office) -> None:
    await ready_to_sign(office.desk)
    office.later(seconds=301)
    await raced(TooSoon, *(office.does(MACHINE, RotateKeys()) for _ in range(5)))
    assert await states(office) == {"previous": 1, "current": 1, "next": 1}


async def test_no_private_half_reaches_the_database(office: Office) -> None:
    await ready_to_sign(office.desk)
    await office.does(DUNG, RotateKeys(now=True))
    for table in ("signing_keys", "acts"):
        for row in await office.connection.fetch(f"select * from {table}"):
            assert '"d"' not in str(dict(row))
