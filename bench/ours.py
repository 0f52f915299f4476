"""Our server as a contender: the product's own application, or the same one with a ledger that writes nothing.

There is no such switch in the product (law 5); the difference between the two is what the ledger costs. What remains in
both is that a plan knows at whom each step looks.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from typing import Any

import uvicorn

from asgi import SERVED, Application
from installation.home import KeyFolder
from installation.settings import load
from ledger import KeyRing, Ledger

WITHOUT_LEDGER = "--without-ledger"


class Silence(Ledger):
    """Says of every answer at once that it is on record."""

    def __init__(self, keys: KeyRing) -> None:
        super().__init__("", keys)
        self.new_request_id = lambda: b""  # type: ignore[assignment]
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._done.set_result(None)

    async def confirm(self) -> None:
        """Always able to write nothing."""

    def record(self, *_: Any, **__: Any) -> asyncio.Future[None]:
        """A future that is done."""
        return self._done


class WithoutLedger(Application):
    """The product but for the ledger. For measuring only: nothing outside this package can start it."""

    async def _ledger(self, _: AsyncExitStack) -> Ledger:
        return Silence(KeyRing(KeyFolder(self._settings.home)))


def main(*arguments: str) -> None:
    settings = load()
    application = WithoutLedger(settings) if WITHOUT_LEDGER in arguments else Application(settings)
    uvicorn.run(application, host=settings.host, port=settings.port, **SERVED)


if __name__ == "__main__":
    main(*sys.argv[1:])
