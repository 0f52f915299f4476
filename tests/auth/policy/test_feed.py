"""Rights are alive: what an officer changes is in force in every process in under a second, or nothing is."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import pytest

from auth import clock
from auth.errors import GrantsUnconfirmed, Unauthenticated
from auth.policy.acknowledgements import LEASE_S
from auth.policy.feed import POLL_S, PolicyFeed
from auth.policy.rows import PolicyReader
from tests.auth.conftest import Install
from tests.auth.world import BASIC, BORN, CATALOGUE, NAME, Installation, communes_of, settled, until
from tests.waiting import at_once


def holds(made: Installation, authorization: str, scope: str = NAME) -> Callable[[], bool]:
    return lambda: scope in at_once(made.authority.caller(authorization)).rights.reach


def lost(made: Installation, authorization: str, scope: str = NAME) -> Callable[[], bool]:
    return lambda: scope not in at_once(made.authority.caller(authorization)).rights.reach


def turned_away(made: Installation, authorization: str) -> Callable[[], bool]:
    def check() -> bool:
        try:
            at_once(made.authority.caller(authorization))
        except Unauthenticated:
            return True
        return False

    return check


def unconfirmed(made: Installation) -> Callable[[], bool]:
    def check() -> bool:
        try:
            made.authority.snapshot()
        except GrantsUnconfirmed:
            return True
        return False

    return check


def feed_of(made: Installation) -> PolicyFeed:
    source = made.authority._source
    assert isinstance(source, PolicyFeed)
    return source


REVOKE = "update grants set state = 'revoked', revoked_by = 'officer-3' where state = 'active'"


async def test_a_revoked_grant_ends_in_two_processes_that_only_listen(
    here: Installation, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await install(here.files)
    authorization = f"Bearer {await here.token('desk', NAME)}"
    assert holds(here, authorization)()
    assert holds(there, authorization)()
    polling = POLL_S
    monkeypatch.setattr("auth.policy.feed.POLL_S", 60)
    monkeypatch.setattr("auth.policy.feed.LEASE_S", 60)
    await asyncio.sleep(1.5 * polling)  # the last polls are over
    await here.connection.execute(REVOKE)
    assert await until(lost(here, authorization)) < 1
    assert await until(lost(there, authorization)) < 1


async def test_a_revocation_whose_notification_is_lost_is_found_by_asking(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    assert holds(here, authorization)()
    await here.connection.execute("alter table grants disable trigger bump_policy")
    await here.connection.execute(REVOKE)
    await here.connection.execute(
        "update policy set revision = revision + 1, rules_revision = revision + 1"
    )  # without notifying anybody
    assert await until(lost(here, authorization)) < 1


async def test_what_is_revoked_in_a_transaction_not_committed_stays_in_force(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    undone = here.connection.transaction()
    await undone.start()
    await here.connection.execute(REVOKE)
    await asyncio.sleep(2 * POLL_S)
    assert holds(here, authorization)()
    await undone.rollback()


@pytest.mark.parametrize("table", ["clients", "agencies"])
async def test_a_suspended_client_or_agency_is_turned_away_at_once(here: Installation, table: str) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    at_once(here.authority.caller(authorization))
    await here.connection.execute(f"update {table} set state = 'suspended'")
    assert await until(turned_away(here, authorization)) < 1


async def test_a_client_switched_to_bound_tokens_is_turned_away_with_its_old_ones(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    at_once(here.authority.caller(authorization))
    await here.connection.execute("update clients set token_type = 'DPoP'")
    assert await until(turned_away(here, authorization)) < 1


async def test_a_narrowed_client_loses_the_scope_and_keeps_the_rest(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', f'{NAME} {BORN}')}"
    await here.connection.execute("update clients set allowed = array[$1]", BORN)
    assert await until(lost(here, authorization)) < 1
    assert holds(here, authorization, BORN)()


async def test_a_grant_starts_and_ends_on_time_though_no_row_changes(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.add_client("dated", agency="G02")
    now = datetime.now(UTC)
    starts, ends = now + timedelta(seconds=60), now + timedelta(seconds=120)
    await here.grant(NAME, agency="G02", valid_from=now - timedelta(days=2), valid_until=now - timedelta(days=1))
    await here.grant(BORN, agency="G02")
    await here.grant(NAME, agency="G02", valid_from=starts, valid_until=ends)
    await settled(here)
    authorization = f"Bearer {await here.token('dated', BASIC)}"
    revision = here.authority.snapshot().revision

    def held_at(moment: datetime) -> bool:
        monkeypatch.setattr(clock, "wall", moment.timestamp)
        return holds(here, authorization)()

    before = timedelta(milliseconds=1)
    assert [held_at(moment) for moment in (now, starts - before, starts, ends - before, ends)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert here.authority.snapshot().revision == revision


async def test_a_grant_ends_while_requests_come_in_at_the_moment_that_it_says(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    await here.connection.execute("update grants set valid_until = $1", ends)
    await settled(here)
    asked_at, last_allowed = clock.wall(), 0.0
    while NAME in at_once(here.authority.caller(authorization)).rights.reach:
        last_allowed = asked_at
        await asyncio.sleep(0.001)
        asked_at = clock.wall()
    assert 0 < last_allowed < ends.timestamp() <= clock.wall()


async def test_a_process_that_connects_anew_reads_everything_anew(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    assert holds(here, authorization)()
    await here.connection.execute("alter table grants disable trigger bump_policy")
    await here.connection.execute(REVOKE)  # as on another server, put back to an earlier state of the same revision
    await asyncio.sleep(2 * POLL_S)
    assert holds(here, authorization)()
    following = feed_of(here)._connection
    assert following is not None
    await here.connection.execute("select pg_terminate_backend($1)", following.get_server_pid())
    assert await until(lost(here, authorization)) < LEASE_S


async def test_a_process_that_cannot_confirm_the_grants_refuses_and_recovers(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    name = await here.connection.fetchval("select current_database()")
    server = await asyncpg.connect(here.dsn, database="postgres")
    await server.execute(f"alter database {name} allow_connections false")
    await server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    assert holds(here, authorization)()  # the lease still runs
    assert await until(unconfirmed(here), seconds=LEASE_S + 1) > LEASE_S - 2 * POLL_S
    with pytest.raises(GrantsUnconfirmed):
        at_once(here.authority.caller(authorization))
    answer = await here.server.token(here.form("desk", NAME))
    assert (answer.status, answer.body["error"]) == (503, "temporarily_unavailable")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=here.app), base_url="http://x") as http:
        assert (await http.get("/oauth/jwks")).status_code == 503
    await server.execute(f"alter database {name} allow_connections true")
    assert await until(lambda: not unconfirmed(here)()) < 2
    assert holds(here, authorization)()
    await server.close()


async def test_a_grant_whose_scope_left_the_catalogue_harms_nobody(here: Installation) -> None:
    await here.grant("identity:citizen.abolished:read", "set:identity.abolished.v1")
    await settled(here)
    assert await here.token("desk", NAME)


async def test_an_authority_does_not_open_without_its_database(dsn: str) -> None:
    feed = PolicyFeed(dsn.replace("lent_to", "absent"), PolicyReader(CATALOGUE, communes_of))
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await feed.open()
    with pytest.raises(GrantsUnconfirmed):
        feed.policy()


async def test_a_process_closes_at_once_though_rights_change_at_that_moment(here: Installation) -> None:
    await here.authority.close()
    for _ in range(20):
        await here.authority.open()
        feed = feed_of(here)
        await asyncio.sleep(0.01)
        feed._changed.set()
        async with asyncio.timeout(5):
            await here.authority.close()
        assert feed._task is not None
        assert feed._task.done()
