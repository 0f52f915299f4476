"""`/metrics`: what this process counts, and how the sealing of its ledger stands, asked once a second at most."""

import asyncio
import math
import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from graph import metrics
from ledger.archive.database import LedgerDatabase, LedgerSilent
from ledger.sealing.condition import condition

ASKED_AGAIN_S = 1.0


class Metrics:
    """The page of one process. `books` lead to its ledger."""

    def __init__(self, books: LedgerDatabase) -> None:
        self._books = books
        self._asking = asyncio.Lock()
        self._asked_at = -math.inf

    async def answer(self, _: Request) -> Response:
        """The body of `GET /metrics`."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= ASKED_AGAIN_S:
                await self._ask()
                self._asked_at = time.monotonic()
        return Response(metrics.exposition(), media_type=metrics.MEDIA_TYPE)

    async def _ask(self) -> None:
        try:
            found = await condition(self._books.fetch)
        except LedgerSilent:
            metrics.tell_sealing(math.nan, math.nan, math.nan)
        else:
            waited = found.unsealed_for(datetime.now(UTC)).total_seconds()
            metrics.tell_sealing(found.leaves, waited, len(found.troubles))
