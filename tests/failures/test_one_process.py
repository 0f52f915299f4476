"""One register's PostgreSQL is frozen, stopped or slow under load: its fields are null, everything else is answered."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from bench.ports import free_port
from domains.kit.breaker import PAUSES_S
from installation.databases import database_url
from installation.postgres import Postgres
from installation.settings import Settings, load
from ledger import read_disclosures
from ledger.segments.chain import Segment
from synthetic.personas import SIGNING_IN
from tests.failures.asking import AWAY, QUERY, Clients, check_others, frozen, is_whole, middle
from tests.serving import Serving, invent, run, told_to

STATEMENT_S, DEADLINE_S = 0.5, 2.0
Count = Callable[[str, object], None]
CALM_S, AWAY_S = 2.0, 5.0


@pytest.fixture(scope="module")
def land_server() -> Iterator[Postgres]:
    """A PostgreSQL for the land register alone."""
    home = Path(tempfile.mkdtemp(prefix="lienthong-tests-land-"))
    home.chmod(0o755)  # PostgreSQL runs as another account where we are root
    server = Postgres.of(home)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def served(settings: Settings, land_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The whole graph in one process, with the land register on a server of its own."""
    environment = told_to(
        settings, tmp_path_factory.mktemp("failing"), "failing_",
        land_database_url=land_server.url("failing_land"),
        statement_timeout_ms=str(int(STATEMENT_S * 1000)), request_deadline_ms=str(int(DEADLINE_S * 1000)),
    )  # fmt: skip
    invent(environment, 1000)
    with run(environment) as process:
        yield process


@pytest.fixture
def clients(served: Serving) -> Iterator[Clients]:
    """Clients who have been answered for a while."""
    token = served.command("token").stdout.strip()
    with Clients(served.port, token, QUERY % SIGNING_IN[0].pin).asking() as asking:
        asking.until(is_whole, 30)
        time.sleep(CALM_S)
        yield asking


def test_a_register_freezes_and_nobody_loses_another_field_or_waits_for_long(
    served: Serving, clients: Clients, land_server: Postgres, record_property: Count
) -> None:
    calm = middle(clients.seen[-20:])
    with frozen(land_server.pid() or 0):
        began = time.monotonic()
        time.sleep(AWAY_S)
        ended = time.monotonic()
    back = clients.until(is_whole, 20)

    away = clients.between(began, ended)
    settled = clients.between(began + STATEMENT_S + 1, ended)
    check_others(clients.seen)
    assert {code for each in settled for code, _ in each.errors} <= AWAY
    assert {path for each in settled for _, path in each.errors} == {"citizen.landRights"}
    assert max(each.seconds for each in away) < DEADLINE_S + 0.5
    assert middle(settled) < calm + 0.25
    assert served.process.poll() is None
    record_property(
        "counted",
        f"land frozen {AWAY_S:.0f} s: {len(away)} answers without another field missing,"
        f" middle wait {calm * 1000:.0f} ms before, {middle(settled) * 1000:.0f} ms while;"
        f" whole again {back:.1f} s after",
    )


def test_a_register_is_too_slow_and_is_left_alone_until_it_answers_again(
    clients: Clients, land_server: Postgres, record_property: Count
) -> None:
    with locked(land_server.url("failing_land")):
        began = time.monotonic()
        time.sleep(AWAY_S)
        ended = time.monotonic()
    back = clients.until(is_whole, 20)

    settled = clients.between(began + AWAY_S / 2, ended)
    check_others(clients.seen)
    assert {code for each in settled for code, _ in each.errors} <= AWAY
    assert middle(settled) < STATEMENT_S / 2
    assert back < PAUSES_S[-1] + 2
    record_property(
        "counted",
        f"land slow {AWAY_S:.0f} s: middle wait {middle(settled) * 1000:.0f} ms while, for nobody more than"
        f" {max(each.seconds for each in clients.between(began, ended)):.1f} s; whole again {back:.1f} s after",
    )


def test_a_register_is_restarted_and_comes_back_without_a_restart_of_the_graph(
    served: Serving, clients: Clients, land_server: Postgres, record_property: Count
) -> None:
    land_server.stop()
    gone = clients.until(lambda each: bool(each.errors), 10)
    time.sleep(1)
    land_server.start()
    back = clients.until(is_whole, 20)

    check_others(clients.seen)
    assert served.process.poll() is None
    record_property("counted", f"land restarted: away after {gone:.1f} s, whole again {back:.1f} s after its start")


def test_a_register_is_away_when_the_graph_starts_and_is_served_once_it_is_back(
    served: Serving, land_server: Postgres
) -> None:
    alone = {**served.environment, "LIENTHONG_PORT": str(free_port()), "LIENTHONG_ISSUER": served.issuer}
    token, query = served.command("token").stdout.strip(), QUERY % SIGNING_IN[0].pin
    land_server.stop()
    try:
        with run(alone, "serve") as late, Clients(late.port, token, query).asking() as asking:
            asking.until(lambda each: bool(each.errors), 10)
            check_others(asking.seen)
            land_server.start()
            asking.until(is_whole, 20)
    finally:
        land_server.start()


def test_whatever_was_answered_while_a_register_failed_is_on_record(
    served: Serving, clients: Clients, land_server: Postgres
) -> None:
    with frozen(land_server.pid() or 0):
        time.sleep(AWAY_S / 2)
    clients.until(is_whole, 20)
    answered = {each.request_id for each in [*clients.seen] if each.status == 200}

    recorded = asyncio.run(recorded_in(served))

    assert answered
    assert answered <= recorded


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Whoever reads of rights in land waits."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        runner.run(connection.execute("begin; lock table land_rights in access exclusive mode"))
        try:
            yield
        finally:
            runner.run(connection.close())


async def recorded_in(served: Serving) -> set[str]:
    """The request ids of all disclosures in the installation's ledger."""
    given = {
        name.removeprefix("LIENTHONG_").lower(): value for name, value in served.environment.items() if "_" in name
    }
    connection = await asyncpg.connect(database_url(load(**given), "ledger"))
    try:
        rows = await connection.fetch("select stream, seq, n, prev, hash, data from segments order by stream, seq")
    finally:
        await connection.close()
    return {each.request_id.hex for each in read_disclosures(Segment(*row) for row in rows)}
