"""Where the embedded PostgreSQL keeps its data and its socket, and how a new cluster is laid out.

The cluster's directory is 0700 and belongs to the account that runs PostgreSQL; the socket in it is the only door (no
TCP), and `peer` lets in the account of this installation alone. Below LIENTHONG_HOME where that account can get there,
else below /var/lib/lienthong under an id kept in the home directory, so that several homes on one machine do not meet.
"""

import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from installation import home as home_directory
from installation.account import Account, database_account
from installation.binaries import programs_for
from installation.capacity import shared_buffers
from installation.errors import PostgresFailed

SHARED = Path("/var/lib/lienthong")
PORT = 5432  # only names the socket file
ROLE = "lienthong"
LONGEST_SOCKET_DIRECTORY = 80  # a socket's path may have 107 bytes, 103 on some systems

SETTINGS = {
    "listen_addresses": "''",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": 200,
    "min_dynamic_shared_memory": "64MB",  # containers often have next to no /dev/shm
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": 1.1,
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    # A statement that failed, its parameters and PostgreSQL's own DETAIL lines may hold a person's data: never logged.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
    "log_checkpoints": "off",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One embedded PostgreSQL: whose it is, and where."""

    home: Path
    directory: Path
    sockets: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "postgresql.log"

    @property
    def exists(self) -> bool:
        return self.data.is_dir()


def locate(home: Path, unprivileged: str) -> Cluster:
    """The cluster of this home, whether laid out already or not; makes its empty directories."""
    home = home_directory.ensure(home)
    account = database_account(unprivileged)
    if account.foreign and not account.can_enter(home):
        directory = _own(_shared() / _cluster_id(home), account)
    else:
        directory = _own(home / f"postgresql-{_cluster_id(home)}", account)
    return Cluster(home, directory, _sockets(directory, home, account), account)


def lay_out(cluster: Cluster) -> None:
    """Make the cluster's files, whole or not at all: `initdb` beside the goal, then rename."""
    draft = cluster.directory / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    run(
        cluster, "initdb", "--pgdata", str(draft), "--username", ROLE, "--encoding", "UTF8", "--locale", "C",
        "--auth-local", "peer", "--auth-host", "reject", "--no-instructions",
    )  # fmt: skip
    draft.rename(cluster.data)


def configure(cluster: Cluster) -> None:
    """Write our settings and who may come in; at every start, so that a new version's settings reach an old cluster."""
    lines = [f"{name} = {value}" for name, value in {**SETTINGS, "shared_buffers": shared_buffers()}.items()]
    lines.append(f"unix_socket_directories = '{str(cluster.sockets).replace(chr(39), chr(39) * 2)}'")
    me = pwd.getpwuid(os.geteuid()).pw_name
    _write(cluster, "lienthong.conf", "\n".join(lines))
    _write(cluster, "pg_hba.conf", f"local all {ROLE} peer map={ROLE}")
    _write(cluster, "pg_ident.conf", f'{ROLE} "{me}" {ROLE}')
    main = cluster.data / "postgresql.conf"
    include = "include 'lienthong.conf'"
    if include not in main.read_text().splitlines():
        with main.open("a") as file:
            file.write(f"\n{include}\n")


def run(cluster: Cluster, program: str, *arguments: str) -> None:
    """Run a PostgreSQL program as the cluster's account and wait for it. Raises PostgresFailed with its last line."""
    with tempfile.TemporaryFile() as output:
        done = start_program(cluster, program, *arguments, output=output).wait()
        if done != 0:
            output.seek(0)
            raise PostgresFailed(f"PostgreSQL's {program} failed: {last_line(output.read().decode(errors='replace'))}")


def start_program(cluster: Cluster, program: str, *arguments: str, output: object) -> subprocess.Popen[bytes]:
    """Start a PostgreSQL program in a session of its own, so that Ctrl-C at the terminal does not reach the server."""
    programs = programs_for(cluster.account, _shared() if cluster.account.foreign else cluster.directory)
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # noqa: S603 - our own programs and paths
        [str(programs / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cluster.directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "HOME": str(cluster.directory)},
        start_new_session=True,
        umask=0o077,
        **cluster.account.run_as(),
    )


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _cluster_id(home: Path) -> str:
    """Random, so that a home deleted and made anew never meets the socket of its former server, which may still run."""
    return home_directory.key_file(home, "postgresql.id", lambda: secrets.token_hex(6).encode()).decode()


def _shared() -> Path:
    """A directory of root's that every account can pass."""
    try:
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise PostgresFailed(f"{SHARED} cannot be made: {reason}. Set LIENTHONG_DATABASE_URL.") from None
    return SHARED


def _own(directory: Path, account: Account) -> Path:
    """`directory`, made 0700 for the account; one that exists must be that already, and is not changed."""
    try:
        directory.mkdir(mode=0o700)
        if account.foreign:
            os.chown(directory, account.uid, account.gid)
    except FileExistsError:
        _check_private(directory, account)
    except OSError as error:
        raise PostgresFailed(f"{directory} cannot be made: {(error.strerror or 'unknown').lower()}.") from None
    return directory


def _check_private(directory: Path, account: Account) -> None:
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise PostgresFailed(f"{directory} must be a directory of the account {account.name} with mode 0700.")


def _sockets(directory: Path, home: Path, account: Account) -> Path:
    if len(os.fsencode(directory)) <= LONGEST_SOCKET_DIRECTORY:
        return directory
    return _own(Path(tempfile.gettempdir()) / f"lienthong-{account.uid}-{_cluster_id(home)}", account)


def _write(cluster: Cluster, name: str, text: str) -> None:
    path = cluster.data / name
    path.write_text(text + "\n")
    if cluster.account.foreign:
        os.chown(path, cluster.account.uid, cluster.account.gid)
