"""The keys that all machines of an installation share: what reads each, and makes it at the first start of all."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from auth.keys import KeyFiles, nonce_key, reference_keys, subject_seal
from graph.cursors import KEY_BYTES as CURSOR_BYTES
from installation.home import KeyFolder, key_bytes, key_file
from ledger.archive.sealed import KEY_BYTES as ARCHIVE_BYTES
from ledger.segments.keyring import name_at
from ledger.tree.notes import KEY_FILE, Signer


def shared_keys(home: Path) -> Mapping[str, Callable[[], bytes]]:
    """By the names of their files. The ledger's key of the month is among them once a record has made it."""
    folder, month = KeyFolder(home), name_at(time.time())
    of_the_month = {month: lambda: folder.read(month, bytes)} if month in folder.names() else {}
    return {
        "subject.key": partial(_read, home, subject_seal),
        "dpop-nonce.key": partial(_read, home, nonce_key),
        "references.key": partial(_read, home, reference_keys),
        "cursors.key": partial(key_bytes, home, "cursors.key", size=CURSOR_BYTES),
        "ledger-archive.key": partial(key_bytes, home, "ledger-archive.key", size=ARCHIVE_BYTES),
        KEY_FILE: partial(key_file, home, KEY_FILE, Signer.new_key),
        **of_the_month,
    }


def _read(home: Path, made_with: Callable[[KeyFiles], object]) -> bytes:
    """The bytes of the one file that this asks for."""
    read: list[bytes] = []

    def files(name: str, make: Callable[[], bytes], /) -> bytes:
        read.append(key_file(home, name, make))
        return read[-1]

    made_with(files)
    return read[0]
