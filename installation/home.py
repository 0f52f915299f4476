"""The home directory: keys and other small files of one installation, for its own account only.

Made at the first run. A directory that exists is used as it is: its permissions are never changed. A key is made whole
or not at all, and two processes that start together end with the same one.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from installation.errors import HomeUnusable

OWNER_ONLY = 0o077


def ensure(home: Path) -> Path:
    """The home directory as an absolute path, made with mode 0700 if it was not there."""
    place = home.expanduser().absolute()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeUnusable(f"LIENTHONG_HOME={place} cannot be made: {_reason(error)}.") from None
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        raise HomeUnusable(f"LIENTHONG_HOME={place} is not writable for this account.")
    return place


def key_bytes(home: Path, name: str, *, size: int = 32) -> bytes:
    """Random key `name`, made at the first call and the same ever after."""
    return key_file(home, name, lambda: secrets.token_bytes(size))


def key_file(home: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """The content of the key file `keys/<name>`, 0600; made by `make` at the first call."""
    path = ensure(ensure(home) / "keys") / name
    try:
        if not path.exists():
            _publish(path, make())
        return _read_private(path)
    except OSError as error:
        raise HomeUnusable(f"The key file {path} cannot be used: {_reason(error)}.") from None


class KeyFolder:
    """The key files of one home, for whoever must also know which there are, and destroy one."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def read(self, name: str, make: Callable[[], bytes], /) -> bytes:
        return key_file(self._home, name, make)

    def names(self) -> list[str]:
        """Drafts and other hidden files are none."""
        try:
            return [path.name for path in self._folder().iterdir() if not path.name.startswith(".")]
        except OSError as error:
            raise HomeUnusable(f"The keys below {self._home} cannot be listed: {_reason(error)}.") from None

    def destroy(self, name: str, /) -> None:
        """The file is gone, also after a crash. A copy elsewhere, of a backup say, is not."""
        try:
            (self._folder() / name).unlink(missing_ok=True)
            _sync_directory(self._folder())
        except OSError as error:
            raise HomeUnusable(f"The key file {name} cannot be destroyed: {_reason(error)}.") from None

    def _folder(self) -> Path:
        return ensure(ensure(self._home) / "keys")


def _publish(path: Path, content: bytes) -> None:
    """Write beside the goal, make it durable, link it into place: the first of two processes wins, the other reads."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        _sync_directory(path.parent)
    finally:
        Path(draft).unlink()


def _read_private(path: Path) -> bytes:
    mode = path.stat().st_mode
    if mode & OWNER_ONLY:
        raise HomeUnusable(f"The key file {path} can be read by others (mode {mode & 0o777:o}): chmod 600 it.")
    content = path.read_bytes()
    if not content:
        raise HomeUnusable(f"The key file {path} is empty.")
    return content


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
