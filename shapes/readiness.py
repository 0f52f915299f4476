"""`/readyz`: whether a process can do its work, as whoever sends it requests asks every few moments."""

import asyncio
import math
import time
from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.errors import GrantsUnconfirmed
from domains.kit.replicas import Register
from ledger import Ledger, LedgerUnreachable, NotDurable

TRIED_AGAIN_S = 1.0  # what was found of the ledger is said again until then


class Grants(Protocol):
    """What is allowed now, or nobody knows: the authority, or what stands for it in a subgraph."""

    def snapshot(self) -> object:
        """Raises `GrantsUnconfirmed`."""
        ...


class Readiness:
    """Each part by name; 503 while nothing can be answered.

    That is without grants, without the ledger, or without any register. Where one register of several is away, the
    process is still to be asked: what is of the others is answered.

    Everybody may ask, and the ledger's writer waits while its connection is tried: so it is tried once a second at
    most, whoever asks how often.
    """

    def __init__(self, grants: Grants, databases: Mapping[str, Register], ledger: Ledger) -> None:
        self._grants, self._databases, self._ledger = grants, databases, ledger
        self._trying = asyncio.Lock()
        self._tried_at = -math.inf
        self._records = False

    async def answer(self, _: Request) -> Response:
        """The body of `GET /readyz`."""
        registers = {name: database.is_ready for name, database in self._databases.items()}
        needed = {"grants": self._has_grants(), "ledger": await self._has_ledger()}
        is_ready = all(needed.values()) and (not registers or any(registers.values()))
        return JSONResponse({**registers, **needed}, 200 if is_ready else 503)

    def _has_grants(self) -> bool:
        try:
            self._grants.snapshot()
        except GrantsUnconfirmed:
            return False
        return True

    async def _has_ledger(self) -> bool:
        async with self._trying:
            if time.monotonic() - self._tried_at >= TRIED_AGAIN_S:
                try:
                    await self._ledger.confirm()
                    self._records = True
                except (LedgerUnreachable, NotDurable):
                    self._records = False
                self._tried_at = time.monotonic()
        return self._records
