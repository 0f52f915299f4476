"""A place in memory that the processes of one installation share on one host, and that a restart of the host empties.

Where the system offers a file system in memory it is a directory there, of this account alone and named after the home
directory; else it is the home directory itself, which is slower and not emptied, and otherwise as good.
"""

import hashlib
import os
import stat
from pathlib import Path

from installation.home import ensure

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  what is made there is checked to be ours


def memory_file(home: Path, name: str, memory: Path = SHARED_MEMORY) -> Path:
    """Where the file `name` stands, the same for every process with this home directory."""
    return (_own_directory(ensure(home), memory) or ensure(ensure(home) / "memory")) / name


def _own_directory(home: Path, memory: Path) -> Path | None:
    """Anybody may make a directory there, so one that belongs to somebody else, or lets others in, is not used."""
    named = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
    place = memory / f"lienthong-{os.getuid()}-{named}"
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError:
        return None
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return place if is_ours else None
