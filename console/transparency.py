"""What everybody may read of the ledger: its checkpoint, the key that signs it, and the tiles of its tree.

The layout is that of C2SP tlog-tiles, so that existing monitors and witnesses can follow the log. Only hashes are
published; what was recorded is read by those it concerns. Strangers ask here: what they ask costs one indexed read of
at most 256 rows, on connections of its own, and the checkpoint is read no more than `FRESH_S` allows.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ledger.archive.database import LedgerDatabase, LedgerSilent
from ledger.archive.tree import Signed, checkpoint, tile_bytes
from ledger.tree.notes import Verifier
from ledger.tree.shelf import Shelf, ShelfUnusable
from ledger.tree.tiles import Tile

FRESH_S = 0.25
"""For which a checkpoint that was read is said again."""
MOST_READING = 64
"""Tiles that are read or waited for at a time; whoever asks beyond that is told to come again."""
_A_MOMENT = {"Cache-Control": "public, max-age=1"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOT_KEPT = {"Cache-Control": "no-store"}
_AGAIN = {**_NOT_KEPT, "Retry-After": "1"}
_FOR_EVERYBODY = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}

Answer = Callable[[Request], Awaitable[Response]]


class TransparencyLog:
    """One ledger, as strangers see it."""

    def __init__(
        self, database: LedgerDatabase, key: Verifier, shelf: Shelf, headers: Mapping[str, str] | None = None
    ) -> None:
        self._database = database
        self._key = key
        self._shelf = shelf
        self._headers = {**_FOR_EVERYBODY, **(headers or {})}
        self._reading = asyncio.Lock()
        self._read_at = -math.inf
        self._signed: Signed | None = None
        self._tiles = 0

    def routes(self) -> list[Route]:
        answers: dict[str, Answer] = {
            "/ledger/checkpoint": self.checkpoint,
            "/ledger/checkpoint/witnessed": self.witnessed,
            "/ledger/key": self.key,
            "/ledger/tile/{name:path}": self.tile,
        }
        return [Route(path, self._answered(answer), methods=["GET"]) for path, answer in answers.items()]

    async def checkpoint(self, _: Request) -> Response:
        """The last signed checkpoint."""
        signed = await self._last()
        return (
            _not_there("nothing was sealed yet") if signed is None else PlainTextResponse(signed.note, 200, _A_MOMENT)
        )

    async def witnessed(self, _: Request) -> Response:
        """The last checkpoint that witnesses signed, too; older than the last one."""
        note = await asyncio.to_thread(self._shelf.witnessed)
        return _not_there("no witness has signed yet") if note is None else PlainTextResponse(note, 200, _A_MOMENT)

    async def key(self, _: Request) -> Response:
        """The line by which tools know the key of the log; compare it with one from elsewhere."""
        return PlainTextResponse(f"{self._key}\n", 200, _A_MOMENT)

    async def tile(self, request: Request) -> Response:
        """Hashes of the tree; what a name holds never changes."""
        tile = Tile.parse(request.path_params["name"])
        signed = await self._last() if tile is not None else None
        if tile is None or signed is None or not tile.is_within(signed.size):
            return _not_there("there is no such tile")
        hashes = await self._hashes(tile)
        return Response(hashes, 200, _FOR_EVER, "application/octet-stream")

    async def _hashes(self, tile: Tile) -> bytes:
        if self._tiles >= MOST_READING:
            raise LedgerSilent(self._database.origin)
        self._tiles += 1
        try:
            hashes = await tile_bytes(self._database, tile)
        finally:
            self._tiles -= 1
        if hashes is None:
            raise LedgerSilent(self._database.origin)
        return hashes

    async def _last(self) -> Signed | None:
        async with self._reading:
            if time.monotonic() - self._read_at >= FRESH_S:
                self._signed = await checkpoint(self._database)
                self._read_at = time.monotonic()
        return self._signed

    def _answered(self, answer: Answer) -> Answer:
        async def respond(request: Request) -> Response:
            try:
                response = await answer(request)
            except (LedgerSilent, ShelfUnusable):
                response = PlainTextResponse("the ledger does not answer\n", 503, _AGAIN)
            response.headers.update(self._headers)
            return response

        return respond


def _not_there(reason: str) -> Response:
    return PlainTextResponse(f"{reason}\n", 404, _NOT_KEPT)
