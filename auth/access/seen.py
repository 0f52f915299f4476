"""Remembers the proofs seen at the graph, for all processes of one host: each passes once, whichever process it meets.

A SQLite file on a file system in memory. The primary key decides; nothing is waited for on a disk, and what is lost
when the host restarts is older by then than any proof that is accepted. Fails closed: whoever cannot be remembered is
not let in. The file is bounded, and what is too old to matter is taken out a little at a time.

For the processes of one host. Several hosts remember together, in the database (`auth.access.together`); each file has
a name of its own, by which processes of other hosts are told apart, since a proof would pass once on each.
"""

import secrets
import sqlite3
from pathlib import Path

from auth import clock
from auth.access.proofs import NEWEST_S, OLDEST_S, Proof
from auth.errors import GrantsUnconfirmed

WINDOW_S = OLDEST_S + NEWEST_S
PAGES = 32_768
"""Of 4 KB: 128 MB hold about two million proofs, at which point proofs are refused rather than forgotten."""

CLEAN_EVERY = 128
CLEAN_AT_ONCE = 512
WAIT_S = 0.2

_TABLE = "create table if not exists seen (era integer, digest blob, primary key (era, digest)) without rowid"
_NAMED = "create table if not exists place (only integer primary key check (only = 1), name text)"
_NAME = "insert or ignore into place values (1, ?)"
_ADD = "insert or ignore into seen values (?, ?)"
_CLEAN = "delete from seen where (era, digest) in (select era, digest from seen where era < ? limit ?)"


class SeenProofs:
    """One per process; those that name the same file share what they have seen."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._file = sqlite3.connect(place, isolation_level=None, timeout=WAIT_S)
        self._since_cleaning = 0
        for statement in ("pragma journal_mode = wal", "pragma synchronous = off", f"pragma max_page_count = {PAGES}"):
            self._file.execute(statement)
        self._file.execute(_TABLE)
        self._file.execute(_NAMED)
        self._file.execute(_NAME, (secrets.token_hex(16),))
        self.place: str = self._file.execute("select name from place").fetchone()[0]

    async def close(self) -> None:
        self._file.close()

    async def is_first(self, proof: Proof) -> bool:
        """Whether no process has seen this proof before; from here on one has. Raises `GrantsUnconfirmed`.

        The same proof always falls into the same era, since its time is signed. So eras can be forgotten whole.
        """
        try:
            added = self._file.execute(_ADD, (int(proof.until) // WINDOW_S, proof.digest)).rowcount
            self._clean()
        except sqlite3.Error as error:
            raise GrantsUnconfirmed from error
        return added == 1

    def _clean(self) -> None:
        self._since_cleaning += 1
        if self._since_cleaning >= CLEAN_EVERY:
            self._since_cleaning = 0
            self._file.execute(_CLEAN, (int(clock.wall()) // WINDOW_S - 1, CLEAN_AT_ONCE))
