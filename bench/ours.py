"""Our server as a contender: the product's own application, or a variant of it with one thing turned on or off.

The product has no such switches (law 5 has no exceptions): a variant is put together here, from its parts, and
what it costs less or more than the product is what the thing costs. What remains in all of them is that a plan knows
what it takes and at whom each step looks.
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import uvicorn

from asgi import SERVED
from auth.access.authority import Authority
from auth.caller import Caller
from auth.oauth.server import AuthorizationServer
from domains.kit.database import Database, Limits
from domains.kit.rules import Rule
from graph.composed import Composed
from graph.decide import Granted, RowsAllowed
from graph.plan import Plan
from installation.databases import database_url
from installation.home import KeyFolder
from installation.settings import Settings, load
from ledger import KeyRing, Ledger
from shapes.application import Application
from shapes.whole import Whole

PRODUCT = "product"
DECISION_OFF, LEDGER_OFF, ENFORCEMENT_OFF = "decision-off", "ledger-off", "enforcement-off"
TOKENS_FORGOTTEN, COALESCING_OFF = "tokens-forgotten", "coalescing-off"
WITHOUT_LEDGER = f"--variant={LEDGER_OFF}"
CONNECTIONS_ALONE = 8  # to each register, where requests share no statement: as many as peers have


def grants_all(plan: Plan, _: Caller) -> Granted:
    """Everything, of everybody, to whoever asks."""
    return Granted([RowsAllowed(Rule.NONE, {}) for _ in plan.steps], ())


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


class Forgetful(Authority):
    """Keeps no token: each is verified whenever it comes."""

    async def caller(
        self, authorization: str | None, proof: str | None = None, method: str = "POST", path: str = "/graphql"
    ) -> Caller:
        self._read.clear()
        self._admitted.clear()
        return await super().caller(authorization, proof, method, path)


class Credulous(Authority):
    """Looks at the first token only: whoever comes later is taken for its bearer."""

    _first: Caller | None = None

    async def caller(
        self, authorization: str | None, proof: str | None = None, method: str = "POST", path: str = "/graphql"
    ) -> Caller:
        if self._first is None:
            self._first = await super().caller(authorization, proof, method, path)
        return self._first

    def again(self, caller: Caller) -> Caller:
        return caller

    def confirm(self, caller: Caller) -> None:
        """Whatever changed."""


class LedgerOff(Whole):
    """The product but for the ledger."""

    async def _ledger(self, _: AsyncExitStack) -> Ledger:
        return Silence(KeyRing(KeyFolder(self._settings.home)))


class EnforcementOff(LedgerOff):
    """Neither ledger nor token; the decision, and with it the row rules, are left out where this is made."""

    async def _server(self, composed: Composed, stack: AsyncExitStack) -> AuthorizationServer:
        server = await super()._server(composed, stack)
        server.authority.__class__ = Credulous
        return server


class TokensForgotten(Whole):
    """The product, to which every token is a new one."""

    async def _server(self, composed: Composed, stack: AsyncExitStack) -> AuthorizationServer:
        server = await super()._server(composed, stack)
        server.authority.__class__ = Forgetful
        return server


class CoalescingOff(Whole):
    """The product, with each request's statements its own."""

    async def _register(self, name: str, stack: AsyncExitStack) -> Database:
        limits = Limits(CONNECTIONS_ALONE, self._settings.statement_timeout_ms / 1000, asks_per_statement=1)
        database = Database(name, database_url(self._settings, name), limits)
        await database.open()
        stack.push_async_callback(database.close)
        return database


VARIANTS: Mapping[str, Callable[[Settings], Application]] = {
    PRODUCT: Whole,
    DECISION_OFF: partial(Whole, decide=grants_all),
    LEDGER_OFF: LedgerOff,
    ENFORCEMENT_OFF: partial(EnforcementOff, decide=grants_all),
    TOKENS_FORGOTTEN: TokensForgotten,
    COALESCING_OFF: CoalescingOff,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ours", description=__doc__)
    parser.add_argument("--variant", choices=VARIANTS, default=PRODUCT)
    settings = load()
    application = VARIANTS[parser.parse_args().variant](settings)
    uvicorn.run(application, host=settings.host, port=settings.port, **SERVED)


if __name__ == "__main__":
    main()
