"""A sealing process by itself, for tests that kill it: `child.py DSN KEY SHELF`."""

import asyncio
import sys
from pathlib import Path

from ledger.sealing import Works, keep_sealing
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf
from tests.ledger.keys import key_ring

ORIGIN = "ledger.example.vn/ledger"

if __name__ == "__main__":
    dsn, key, shelf = sys.argv[1:]
    works = Works(dsn, Signer(ORIGIN, Path(key).read_bytes()), Shelf(Path(shelf)), key_ring())
    asyncio.run(keep_sealing(works, asyncio.Event()))
