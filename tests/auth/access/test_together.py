"""The memory of proofs that hosts share: each passes once, whichever host it meets; and none where nobody can tell."""

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import clock
from auth.access import together
from auth.access.proofs import Proof
from auth.access.together import SeenTogether
from auth.access.used import KEPT_LONGER_S
from auth.errors import GrantsUnconfirmed


def proof(*, until: float | None = None, digest: bytes | None = None) -> Proof:
    return Proof("key", digest or os.urandom(32), until or clock.wall() + 30)


@pytest.fixture
async def hosts(dsn: str) -> AsyncIterator[list[SeenTogether]]:
    """Four, each with a connection of its own."""
    made = [SeenTogether(dsn) for _ in range(4)]
    yield made
    for each in made:
        await each.close()


async def test_a_proof_passes_once_whichever_host_it_meets(hosts: list[SeenTogether]) -> None:
    first, other = proof(), proof()
    assert await hosts[0].is_first(first)
    assert [await host.is_first(first) for host in hosts] == [False] * 4
    assert await hosts[3].is_first(other)


async def test_of_hosts_that_meet_the_same_proofs_at_once_exactly_one_lets_each_pass(
    hosts: list[SeenTogether],
) -> None:
    proofs = [proof() for _ in range(200)]
    orders = (proofs, proofs[::-1], proofs[100:] + proofs[:100], proofs[1::2] + proofs[::2])

    async def meets(host: SeenTogether, order: list[Proof]) -> dict[bytes, bool]:
        answers = await asyncio.gather(*(host.is_first(each) for each in order))
        return {each.digest: answer for each, answer in zip(order, answers, strict=True)}

    met = await asyncio.gather(*(meets(host, order) for host, order in zip(hosts, orders, strict=True)))
    assert [sum(each[one.digest] for each in met) for one in proofs] == [1] * len(proofs)


Sent = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=30)


@given(sent=Sent)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_sent_where_and_when_each_proof_passes_once(
    hosts: list[SeenTogether], sent: list[tuple[int, int, bool]]
) -> None:
    """Which host is sent which proof; with True, only after everything before it was answered."""
    known = [proof() for _ in range(6)]
    asked: list[tuple[int, asyncio.Task[bool]]] = []
    for host, which, waits in sent:
        if waits:
            await asyncio.gather(*(task for _, task in asked))
        asked.append((which, asyncio.create_task(hosts[host].is_first(known[which]))))
    passed = dict.fromkeys((which for which, _ in asked), 0)
    for which, task in asked:
        passed[which] += await task
    assert set(passed.values()) <= {1}


async def test_many_proofs_at_once_take_two_statements(
    hosts: list[SeenTogether], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    begun = asyncio.Event()
    added = SeenTogether._added

    async def counted(self: SeenTogether, gathered: together.Gathered) -> set[bytes]:
        sizes.append(len(gathered))
        begun.set()
        return await added(self, gathered)

    monkeypatch.setattr(SeenTogether, "_added", counted)
    lone = asyncio.create_task(hosts[0].is_first(proof()))
    await begun.wait()
    assert await asyncio.gather(*(hosts[0].is_first(proof()) for _ in range(100))) == [True] * 100
    assert (await lone, sizes) == (True, [1, 100])


async def test_who_leaves_while_a_write_is_under_way_takes_nobody_along(hosts: list[SeenTogether]) -> None:
    leaving, staying = (asyncio.create_task(hosts[0].is_first(proof())) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert leaving.cancelled()
    assert await hosts[0].is_first(proof())


@pytest.fixture
async def database(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def test_where_the_database_goes_away_in_the_middle_nobody_is_let_in_and_afterwards_everybody(
    hosts: list[SeenTogether], database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    here, same = hosts[0], proof()
    assert await here.is_first(proof())
    async with database.transaction():
        await database.execute("lock table used_once in exclusive mode")
        asked = [asyncio.create_task(here.is_first(each)) for each in (same, proof())]
        await asyncio.sleep(0.05)
        waiting = asyncio.create_task(here.is_first(proof()))  # for the write after that
        await asyncio.sleep(0)
        await database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in told] == [GrantsUnconfirmed] * 2
    assert await waiting
    assert await hosts[1].is_first(proof())
    assert [await here.is_first(proof()) for _ in range(3)] == [True] * 3


async def test_where_the_database_does_not_answer_nobody_is_let_in_after_a_while(
    hosts: list[SeenTogether], database: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.access.together.DATABASE_S", 0.3)
    async with database.transaction():
        await database.execute("lock table used_once in exclusive mode")
        began = clock.lease()
        with pytest.raises(GrantsUnconfirmed):
            await hosts[0].is_first(proof())
        assert clock.lease() - began < 2
    assert await hosts[0].is_first(proof())


async def test_more_than_may_wait_are_refused_and_not_kept(
    hosts: list[SeenTogether], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.access.together.MOST_WAITING", 3)
    told = await asyncio.gather(*(hosts[0].is_first(proof()) for _ in range(5)), return_exceptions=True)
    assert [each is True for each in told] == [True] * 3 + [False] * 2
    assert await hosts[0].is_first(proof())


async def test_what_is_too_old_to_be_taken_is_forgotten_and_nothing_else(
    hosts: list[SeenTogether], database: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.access.together.FORGET_EVERY", 10)
    old = [proof(until=clock.wall() - KEPT_LONGER_S - 1) for _ in range(15)]
    young = [proof(until=clock.wall() - KEPT_LONGER_S + 30) for _ in range(15)]
    for each in (*old, *young):
        assert await hosts[0].is_first(each)
    await hosts[0].close()
    assert await database.fetchval("select count(*) from used_once") == len(young)
    assert [await hosts[1].is_first(each) for each in young] == [False] * len(young)


async def test_after_it_is_closed_nobody_is_let_in(hosts: list[SeenTogether]) -> None:
    under_way = asyncio.create_task(hosts[0].is_first(proof()))
    await asyncio.sleep(0)
    await hosts[0].close()
    assert await under_way
    with pytest.raises(GrantsUnconfirmed):
        await hosts[0].is_first(proof())
