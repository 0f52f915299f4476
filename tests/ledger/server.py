"""The embedded PostgreSQL, and what these tests do to it: they kill it, freeze it and make it unsafe."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil

from installation.postgres import Postgres
from ledger import Segment


class Server:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres.of(home)

    def url(self, database: str = "postgres") -> str:
        return self.postgres.url(database)

    def start(self) -> None:
        self.postgres.start()

    def kill(self) -> None:
        """SIGKILL to every process of the server."""
        processes = self._processes()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Accepts connections, answers nothing."""
        processes = self._processes()
        _signal(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(processes, signal.SIGCONT)

    async def execute(self, statement: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def set_for_all(self, setting: str, value: str) -> None:
        """In every session that does not insist on its own; returns when new and old sessions see it."""
        connection = await asyncpg.connect(self.url())
        try:
            await connection.execute(f"alter system set {setting} = {value}")
            await connection.execute("select pg_reload_conf()")
            async with asyncio.timeout(10):
                while await connection.fetchval(f"show {setting}") != value:  # noqa: ASYNC110 - another process's state
                    await asyncio.sleep(0.01)
        finally:
            await connection.close()

    async def end_sessions(self, database: str, those: str = "true") -> None:
        await self.execute(
            f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{database}' and {those}"
        )

    async def segments(self, database: str) -> list[Segment]:
        """What is in the table, in the order in which a reader takes it."""
        connection = await asyncpg.connect(self.url(database))
        try:
            rows = await connection.fetch("select stream, seq, n, prev, hash, data from segments order by stream, seq")
        finally:
            await connection.close()
        return [Segment(*row) for row in rows]

    def remove(self) -> None:
        self.postgres.stop()
        shutil.rmtree(self.postgres.cluster.directory)
        shutil.rmtree(self.home, ignore_errors=True)

    def _processes(self) -> list[psutil.Process]:
        pid = self.postgres.pid()
        assert pid is not None
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
