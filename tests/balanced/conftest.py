"""One installation behind a relay, in both forms: four processes of one host, and four machines with own homes.

The machines share what operators are told to share (docs/operating.md, "Several machines"): the databases, the
directory of keys, and the shelf of checkpoints.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bench.ports import free_port, free_ports
from installation.databases import database_url
from installation.settings import PREFIX, Settings, load
from tests.balanced.relay import Relay, relayed
from tests.serving import PATIENCE_S, Serving, invent, started, told_to

N = 4
CITIZENS = 300
SERVING = "select count(*) from processes where confirmed_at > clock_timestamp() - interval '2 seconds'"


@dataclass(frozen=True, slots=True)
class Balanced:
    """The installation as clients meet it, and where each of its servers is."""

    served: Serving
    servers: list[int]
    relay: Relay

    def settings(self) -> Settings:
        told = {setting.removeprefix(PREFIX).lower(): value for setting, value in self.served.environment.items()}
        return load(**told)

    def url(self, name: str) -> str:
        return database_url(self.settings(), name)


@pytest.fixture(scope="session")
def prepared(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The first machine's environment: migrated databases, and people in them."""
    port = free_port()
    environment = told_to(
        settings, tmp_path_factory.mktemp("machine-1"), "balanced_", port=str(port), issuer=f"http://localhost:{port}"
    )
    invent(environment, CITIZENS)
    return environment


@pytest.fixture(scope="session", params=["processes", "machines"])
def balanced(
    request: pytest.FixtureRequest, prepared: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Balanced]:
    """Both are the same installation, one after the other: with the same databases, keys and address."""
    port = int(prepared["LIENTHONG_PORT"])
    machines = [processes_of(prepared)] if request.param == "processes" else machines_of(prepared, tmp_path_factory)
    with contextlib.ExitStack() as stack:
        serving = [stack.enter_context(started(each, int(each["LIENTHONG_PORT"]), "serve")) for each in machines]
        behind = [int(each["LIENTHONG_PORT"]) for each in machines]
        relay = stack.enter_context(relayed(port, behind))
        served = Serving(port, Path(prepared["LIENTHONG_HOME"]), machines[0], serving[0])
        made = Balanced(served, behind * (N // len(behind)), relay)
        with asyncio.Runner() as runner:
            runner.run(all_serve(made.url("auth")))
        yield made


async def all_serve(dsn: str) -> None:
    """Returns once all processes follow the policy: of several on one port the first one answers for all."""
    connection = await asyncpg.connect(dsn)
    try:
        for _ in range(10 * PATIENCE_S):
            if await connection.fetchval(SERVING) == N:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{await connection.fetchval(SERVING)} of {N} serve")
    finally:
        await connection.close()


def processes_of(first: Mapping[str, str]) -> dict[str, str]:
    return {**first, "LIENTHONG_PORT": str(free_port()), "LIENTHONG_PROCESSES": str(N)}


def machines_of(first: Mapping[str, str], folders: pytest.TempPathFactory) -> list[dict[str, str]]:
    """As docs/operating.md tells: a home for each, one directory of keys, one shelf, proofs in the database."""
    keys, shelf = Path(first["LIENTHONG_HOME"]) / "keys", folders.mktemp("shelf")
    homes = [Path(first["LIENTHONG_HOME"]), *(folders.mktemp("machine") for _ in range(N - 1))]
    for home in homes[1:]:
        home.joinpath("keys").symlink_to(keys)
    ports = free_ports(N)
    (Path(first["LIENTHONG_HOME"]) / "ledger-checkpoints").rename(shelf / "checkpoints")
    return [
        {
            **first,
            "LIENTHONG_HOME": str(home),
            "LIENTHONG_PORT": str(port),
            "LIENTHONG_PROOFS": "database",
            "LIENTHONG_LEDGER_CHECKPOINTS": str(shelf / "checkpoints"),
        }
        for home, port in zip(homes, range(ports, ports + N), strict=True)
    ]


@pytest.fixture
async def auth(balanced: Balanced) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """The authority's database."""
    connection = await asyncpg.connect(balanced.url("auth"))
    yield connection
    await connection.close()
