"""A register with a replica: asked while it is fresh, left when it lags or is away, and no field is lost."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest

from domains.kit.database import REPLACED_SECONDS
from domains.kit.replicas import LOOK_S
from installation.postgres import Postgres
from installation.settings import Settings
from synthetic.personas import SIGNING_IN
from tests.failures.asking import AWAY, QUERY, Clients, Seen, check_others, frozen, is_whole, middle
from tests.failures.following import follow, told
from tests.serving import Serving, command, invent, run, told_to

STALENESS_S, STATEMENT_S, DEADLINE_S = 2.0, 0.5, 2.0
SETTLED_S = STALENESS_S + DEADLINE_S + 2 * LOOK_S
DATABASE = "followed_land"
PIN = SIGNING_IN[0].pin
Count = Callable[[str, object], None]


@pytest.fixture(scope="module")
def homes() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="lienthong-tests-followed-"))
    home.chmod(0o755)  # PostgreSQL runs as another account where we are root
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def primary(homes: Path) -> Iterator[Postgres]:
    """The land register's own server."""
    server = Postgres.of(homes / "primary")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def replica(homes: Path, primary: Postgres) -> Iterator[Postgres]:
    """A server that follows it."""
    server = asyncio.run(follow(primary, homes / "replica"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def served(
    settings: Settings, primary: Postgres, replica: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    """The whole graph in one process, which knows of the replica."""
    environment = told_to(
        settings, tmp_path_factory.mktemp("followed"), "followed_",
        land_database_url=primary.url(DATABASE), land_replica_urls=replica.url(""),
        replica_staleness_ms=str(int(STALENESS_S * 1000)),
        statement_timeout_ms=str(int(STATEMENT_S * 1000)), request_deadline_ms=str(int(DEADLINE_S * 1000)),
    )  # fmt: skip
    invent(environment, 1000)
    with run(environment) as process:
        yield process


@pytest.fixture
def clients(served: Serving) -> Iterator[Clients]:
    """Clients who ask for as long as it takes to be answered from the replica."""
    token = served.command("token").stdout.strip()
    with Clients(served.port, token, QUERY % PIN).asking() as asking:
        asking.until(is_whole, 30)
        time.sleep(SETTLED_S)
        yield asking


def test_an_agency_is_answered_from_a_replica_and_from_the_register_once_that_lags(
    clients: Clients, primary: Postgres, replica: Postgres, record_property: Count
) -> None:
    with paused(replica):
        changed = change(primary, "LEASE_FROM_STATE")
        shown = clients.until(lambda seen: kind(seen) == "LEASE_FROM_STATE", STALENESS_S + 5)
        time.sleep(1)
    old = [seen for seen in clients.seen if kind(seen) == "USE"]

    assert max(seen.ended_at for seen in old) > changed  # by the replica, which did not know better
    assert shown < STALENESS_S + 2 * LOOK_S + 1
    check_said(clients, changed, "LEASE_FROM_STATE")
    assert all(map(is_whole, clients.seen))
    record_property("counted", f"a replica stood still: left {shown:.1f} s after, {STALENESS_S:.0f} s allowed")


def test_a_replica_that_has_caught_up_is_asked_again(clients: Clients, primary: Postgres, replica: Postgres) -> None:
    with paused(replica):
        changed = change(primary, "USE")
        clients.until(lambda seen: kind(seen) == "USE", STALENESS_S + 5)
    time.sleep(SETTLED_S)
    with paused(replica):
        again = change(primary, "LEASE_FROM_STATE")
        clients.until(lambda seen: kind(seen) == "LEASE_FROM_STATE", STALENESS_S + 5)

    assert [seen for seen in clients.between(again, inf) if kind(seen) == "USE"]
    assert not [seen for seen in clients.between(changed + STALENESS_S + 2 * LOOK_S, again) if kind(seen) != "USE"]
    assert all(map(is_whole, clients.seen))
    change(primary, "USE")


def test_a_replica_freezes_and_nobody_loses_a_field(
    clients: Clients, replica: Postgres, record_property: Count
) -> None:
    calm = middle(clients.seen[-20:])
    with frozen(replica.pid() or 0):
        began = time.monotonic()
        time.sleep(4)
        ended = time.monotonic()

    away = clients.between(began, ended)
    settled = clients.between(began + 2 * STATEMENT_S + LOOK_S, ended)
    assert all(map(is_whole, clients.seen))
    assert max(each.seconds for each in away) < STATEMENT_S + REPLACED_SECONDS + 0.5
    assert middle(settled) < calm + 0.25
    record_property(
        "counted",
        f"a replica frozen 4 s: {len(away)} answers, all whole, for nobody more than"
        f" {max(each.seconds for each in away):.1f} s; middle wait {calm * 1000:.0f} ms before,"
        f" {middle(settled) * 1000:.0f} ms while",
    )


def test_a_replica_is_restarted_and_nobody_notices(served: Serving, clients: Clients, replica: Postgres) -> None:
    replica.stop()
    time.sleep(1)
    replica.start()
    time.sleep(SETTLED_S)

    assert all(map(is_whole, clients.seen))
    assert served.process.poll() is None


def test_an_operator_is_told_whether_a_replica_follows(served: Serving, primary: Postgres) -> None:
    assert " follows its register\n" in served.command("doctor").stdout
    itself = {**served.environment, "LIENTHONG_LAND_REPLICA_URLS": primary.url(DATABASE)}
    done = command(itself, "doctor")
    assert done.returncode == 1
    assert "is no replica of its register, and is never asked" in done.stdout


def test_the_register_itself_is_away_and_a_replica_answers_for_as_long_as_it_may_lag(
    clients: Clients, primary: Postgres, record_property: Count
) -> None:
    with frozen(primary.pid() or 0):
        began = time.monotonic()
        lost = clients.until(lambda seen: not is_whole(seen), STALENESS_S + 5)
    back = clients.until(is_whole, 20)

    check_others(clients.seen)
    missing = [seen for seen in clients.seen if seen.errors]
    assert {code for seen in missing for code, _ in seen.errors} <= AWAY
    assert all(sources(seen)["land"] is None for seen in missing)
    assert all(map(is_whole, clients.between(began, began + STALENESS_S - 2 * LOOK_S)))
    record_property(
        "counted",
        f"the register's own server frozen: its replica answered for {lost:.1f} s more; whole again {back:.1f} s after",
    )


@contextmanager
def paused(replica: Postgres) -> Iterator[None]:
    """The replica is sent changes and does not make them."""
    asyncio.run(told(replica, "select pg_wal_replay_pause()"))
    try:
        yield
    finally:
        asyncio.run(told(replica, "select pg_wal_replay_resume()"))


def change(primary: Postgres, kind: str) -> float:
    """The register says something else of the person's rights. The moment (monotonic) when that was in it."""
    asyncio.run(told(primary, f"update land_rights set kind = '{kind}' where holder_pin = '{PIN}'", DATABASE))
    return time.monotonic()


def check_said(clients: Clients, changed: float, kind_since: str) -> None:
    """Whatever is said to show everything up to a moment after the change shows it."""
    moment = datetime.fromtimestamp(time.time() - time.monotonic() + changed, UTC)
    later = [seen for seen in clients.seen if datetime.fromisoformat(str(sources(seen)["land"])) > moment]
    assert later
    assert {kind(seen) for seen in later} == {kind_since}


def kind(seen: Seen) -> str:
    """What the register says of the first right in land."""
    return str(seen.answer["data"]["citizen"]["landRights"]["edges"][0]["node"]["kind"])


def sources(seen: Seen) -> dict[str, str | None]:
    return {name: said["asOf"] for name, said in seen.answer["extensions"]["sources"].items()}
