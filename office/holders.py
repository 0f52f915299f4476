"""Who may hold rights, as the office shows it: agencies, their clients, and purposes."""

from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Row, Select, select

from auth.tables import agencies, clients, purposes
from office.context import Context, Info
from office.fields import asked_by
from office.paging import Page, after_name, page
from office.rows import fetch, made, of, own, word
from office.visitor import DESK, EVERYBODY, Capacity

ENTITLED = DESK | {Capacity.AGENCY}


@strawberry.enum
class HolderState(Enum):
    """Whether anything of an agency or a client is accepted."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@strawberry.enum
class ClientKind(Enum):
    """What a client is for."""

    SYSTEM = "system"
    PORTAL = "portal"
    SUBGRAPH = "subgraph"


@strawberry.enum
class TokenType(Enum):
    """How a client's tokens are held: bound to a key of the client, or by whoever bears them."""

    DPOP = "DPoP"
    BEARER = "Bearer"


@strawberry.type(description=agencies.comment)
class Agency:
    agency: strawberry.ID = of(agencies.c.agency)
    name_vi: str = of(agencies.c.name_vi)
    name_en: str = of(agencies.c.name_en)
    state: HolderState = of(agencies.c.state, HolderState)


@strawberry.type(description=purposes.comment)
class Purpose:
    purpose: strawberry.ID = of(purposes.c.purpose)
    legal_basis: str = of(purposes.c.legal_basis)
    title_vi: str = of(purposes.c.title_vi)
    title_en: str = of(purposes.c.title_en)
    retention_months: int = of(purposes.c.retention_months)
    shown_after_days: int = of(purposes.c.shown_after_days)
    third_party_sensitive: bool = of(purposes.c.third_party_sensitive)


@strawberry.type(description="A public key of a client; the private half never comes here.")
class ClientKey:
    kid: strawberry.ID = strawberry.field(description="Its name in assertions.")
    curve: str = strawberry.field(description="P-256 or Ed25519.")


def _keys(jwks: dict[str, Any]) -> list[ClientKey]:
    return [ClientKey(kid=strawberry.ID(key.get("kid", "")), curve=key.get("crv", "")) for key in jwks.get("keys", [])]


@strawberry.type(description=clients.comment)
class Client:
    client: strawberry.ID = of(clients.c.client)
    agency: Agency = strawberry.field(description=clients.c.agency.comment)
    name: str = of(clients.c.name)
    kind: ClientKind = of(clients.c.kind, ClientKind)
    domain: str | None = of(clients.c.domain)
    token_type: TokenType = of(clients.c.token_type, TokenType)
    keys: list[ClientKey] = of(clients.c.public_keys, _keys)
    redirect_uris: list[str] = of(clients.c.redirect_uris)
    allowed: list[str] = of(clients.c.allowed)
    exchanges: bool = of(clients.c.exchanges)
    registered_only: bool = of(clients.c.registered_only)
    tokens_per_minute: int | None = of(clients.c.tokens_per_minute)
    state: HolderState = of(clients.c.state, HolderState)
    demo: bool = of(clients.c.demo)


@strawberry.type
class HolderQueries:
    @asked_by(*ENTITLED)
    async def agencies(self, info: Info, first: int = 50, after: strawberry.ID | None = None) -> Page[Agency]:
        """Agencies in the order of their identifiers; a client sees its own."""
        statement = select(agencies).where(own(info.context.visitor, agencies.c.agency))
        return await page(info, after_name(statement, agencies.c.agency, after), first, _agency, agencies.c.agency)

    @asked_by(*ENTITLED)
    async def clients(
        self, info: Info, agency: strawberry.ID | None = None, first: int = 50, after: strawberry.ID | None = None
    ) -> Page[Client]:
        """Clients in the order of their names, of one agency or of all; a client sees those of its own agency."""
        statement = _clients(info.context)
        if agency is not None:
            statement = statement.where(clients.c.agency == word(agency))
        return await page(info, after_name(statement, clients.c.client, after), first, client_of, clients.c.client)

    @asked_by(*ENTITLED)
    async def client(self, info: Info, client: strawberry.ID) -> Client | None:
        """One client; null where there is none, or it is another agency's."""
        found = await fetch(info.context.engine, _clients(info.context).where(clients.c.client == word(client)))
        return client_of(found[0]) if found else None

    @asked_by(*EVERYBODY)
    async def purposes(self, info: Info) -> list[Purpose]:
        """Every purpose for which personal data may be read, in the order of their codes."""
        rows = await fetch(info.context.engine, select(purposes).order_by(purposes.c.purpose))
        return [made(Purpose, row) for row in rows]


def client_of(row: "Row[Any]") -> Client:
    """A client from a row that joins its agency."""
    return made(Client, row, agency=made(Agency, row))


def _agency(row: "Row[Any]") -> Agency:
    return made(Agency, row)


def _clients(context: Context) -> "Select[Any]":
    return select(clients, agencies).join_from(clients, agencies).where(own(context.visitor, clients.c.agency))
