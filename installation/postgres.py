"""The embedded PostgreSQL: started when it is needed, found again by the next command, stopped when it is told to.

It outlives the command that started it. A cluster whose server was killed recovers at the next start, which may take
its time; a message says so. One lock per home makes start and stop safe from two processes at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryFile
from urllib.parse import quote

import psutil
from filelock import FileLock

from installation.cluster import PORT, ROLE, Cluster, configure, last_line, lay_out, locate, run, start_program
from installation.errors import PostgresFailed

PATIENCE = 5.0  # seconds of silence before a start says that it waits for recovery
ORPHANS_LEAVE = 30.0  # seconds that processes of a killed server get to notice and leave
LARGEST_LOG = 10_000_000

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Postgres:
    """The server of one home directory."""

    cluster: Cluster

    @classmethod
    def of(cls, home: Path, unprivileged: str = "nobody") -> "Postgres":
        return cls(locate(home, unprivileged))

    def url(self, database: str) -> str:
        """A libpq URL through the socket."""
        host = quote(str(self.cluster.sockets), safe="/")
        return f"postgresql://{ROLE}@/{database}?host={host}&port={PORT}"

    def pid(self) -> int | None:
        """The running server's process, or None."""
        return _server_of(self.cluster)

    def start(self, tell: Tell = lambda _: None) -> None:
        """Have the server running, laying the cluster out first if there is none. Does nothing if it runs already."""
        with self._alone():
            if _accepts(self.cluster):
                return
            if not self.cluster.exists:
                tell(f"Setting up PostgreSQL in {self.cluster.directory}")
                lay_out(self.cluster)
            if _server_of(self.cluster) is None:
                _clear_after_crash(self.cluster)
                configure(self.cluster)
                _rotate(self.cluster.log)
            _start(self.cluster, tell)

    def stop(self) -> bool:
        """Stop the server; False if it was not running."""
        with self._alone():
            if _server_of(self.cluster) is None:
                return False
            run(
                self.cluster,
                "pg_ctl",
                "stop",
                "--pgdata",
                str(self.cluster.data),
                "--mode",
                "fast",
                "--wait",
                "--timeout",
                "120",
            )
            return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with FileLock(self.cluster.home / "postgresql.lock", mode=0o600):
            yield


def _start(cluster: Cluster, tell: Tell) -> None:
    if _server_of(cluster) is not None:
        return _await_ready(cluster, tell)
    arguments = ("start", "--pgdata", str(cluster.data), "--log", str(cluster.log), "--wait", "--timeout", "86400")
    with TemporaryFile() as output:
        starter = start_program(cluster, "pg_ctl", *arguments, output=output)
        try:
            failed = starter.wait(PATIENCE)
        except TimeoutExpired:
            tell("PostgreSQL recovers after it was not stopped properly; nothing is lost, please wait")
            failed = starter.wait()
    if failed:
        raise PostgresFailed(f"PostgreSQL did not start: {_last_complaint(cluster.log)} (log: {cluster.log})")
    return None


def _await_ready(cluster: Cluster, tell: Tell) -> None:
    """A server that somebody else started, and that is not ready yet."""
    tell("PostgreSQL is starting")
    while not _accepts(cluster):
        if _server_of(cluster) is None:
            raise PostgresFailed(f"PostgreSQL did not start: {_last_complaint(cluster.log)} (log: {cluster.log})")
        time.sleep(0.05)


def _pid_file(cluster: Cluster) -> list[str]:
    """`postmaster.pid`: process, data directory, start, port, socket directory, address, shared memory, status."""
    try:
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _server_of(cluster: Cluster) -> int | None:
    """The process named by `postmaster.pid` if it is really this server: alive, no zombie, no other's number."""
    lines = _pid_file(cluster)
    if not lines or not lines[0].strip().lstrip("-").isdigit():
        return None
    pid = abs(int(lines[0]))
    return pid if _works_in(pid, cluster.data) else None


def _accepts(cluster: Cluster) -> bool:
    lines = _pid_file(cluster)
    return len(lines) >= 8 and lines[7].strip() == "ready" and _server_of(cluster) is not None


def _works_in(pid: int, directory: Path) -> bool:
    """Whether the process lives and its working directory is the cluster's data, as every PostgreSQL process's is."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == directory.resolve()
    except (psutil.Error, OSError):
        return False


def _clear_after_crash(cluster: Cluster) -> None:
    """Remove what a killed server left in the way: its pid file and socket lock.

    PostgreSQL does this itself unless the number in the file is taken: by a zombie that no init reaps, or, after a
    restart of a container, by anybody. First every process of the killed server must be gone, or two servers would
    write the data.
    """
    if not _pid_file(cluster):
        return
    deadline = time.monotonic() + ORPHANS_LEAVE
    while any(_works_in(pid, cluster.data) for pid in psutil.pids()):
        if time.monotonic() > deadline:
            raise PostgresFailed(
                f"Processes of a killed PostgreSQL still work in {cluster.data}; end them and try again."
            )
        time.sleep(0.1)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    (cluster.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


def _last_complaint(log: Path) -> str:
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return "it left no log"
    fatal = [line for line in text.splitlines() if "FATAL" in line or "PANIC" in line]
    return last_line(fatal[-1] if fatal else text)
