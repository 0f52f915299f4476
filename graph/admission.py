"""How a process knows who asks: an endpoint is given one of these, and takes nobody's word but through it.

Clients show an access token, and the proof to which it may be bound. `admit` is called once for a request, before a
stranger's body is read; `again` and `confirm` wherever time has passed since (law 6).
"""

from typing import Protocol

from auth.access.authority import Authority
from auth.caller import Caller
from graph.exchange import Exchange
from graph.request import Headers, Request, named_officer


class Admission(Protocol):
    """Who may ask here, and for how long. All but `told` raise `Unauthenticated` or `GrantsUnconfirmed`."""

    async def admit(self, request: Request, exchange: Exchange) -> Caller:
        """Who sent these headers, and as what the exchange goes on record: for which officer, under which id."""
        ...

    def again(self, caller: Caller) -> Caller:
        """The same caller by the rights of now."""
        ...

    def confirm(self, caller: Caller) -> None:
        """Whether what the caller was admitted with still holds; raises `RightsChanged` if not."""
        ...

    def told(self, request: Request) -> Headers:
        """What whoever was admitted is told besides the answer."""
        ...


class ByToken:
    """An access token with its proof, checked by this process's own authority."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def admit(self, request: Request, exchange: Exchange) -> Caller:
        caller = await self._authority.caller(request.authorization, request.proof, request.method, request.path)
        exchange.officer = named_officer(request)
        return caller

    def again(self, caller: Caller) -> Caller:
        return self._authority.again(caller)

    def confirm(self, caller: Caller) -> None:
        self._authority.confirm(caller)

    def told(self, request: Request) -> Headers:
        """The nonce of now, to who sent a proof: so an honest client never has to be told to ask again."""
        return [] if request.proof is None else [(b"dpop-nonce", self._authority.nonces.current().encode())]
