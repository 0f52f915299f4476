"""Demo mode: registers invented clients, and gets tokens for them the way a real client does.

Only demo mode calls `install_demo`; production calls `refuse_demo`, because the private keys of demo clients lie beside
the server.
"""

import json
import secrets
from dataclasses import asdict
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import clock
from auth.access.purposes import DETAILS_TYPE
from auth.acts.actors import DEMO_OFFICERS
from auth.database import engine_of
from auth.demo.agencies import AGENCIES, BOUND_CLIENTS, CLIENTS, PURPOSES, WIDEST, DemoClient
from auth.demo.officers import OFFICERS, add_officers
from auth.keys import SIGNING_ALGORITHM, KeyFiles, private_key, public_jwk
from auth.oauth.assertion import ASSERTION_TYPE, LONGEST_LIFE_S
from auth.oauth.server import AuthorizationServer
from auth.tables import agencies, clients, grants, officers, purposes

PATIENCE_S = 30.0
_LOCK = 0x64656D6F  # "demo": two processes that start together install one after the other


class DemoClientsPresent(RuntimeError):
    """Production was started on a database in which demo clients are registered."""


class DemoRefused(RuntimeError):
    """No such demo client, or the token endpoint said no. The message is one line."""


def demo_clients() -> tuple[DemoClient, ...]:
    """Every demo client whose token can be pasted, the one with the widest rights first."""
    return CLIENTS


async def install_demo(dsn: str, files: KeyFiles) -> None:
    """Register the demo agencies, purposes, clients and grants. What is there stays: a revoked grant stays revoked."""
    engine = engine_of(dsn, 1, PATIENCE_S)
    async with engine.begin() as connection:
        await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        await _add(connection, files)
        await add_officers(connection)
    await engine.dispose()


async def refuse_demo(dsn: str) -> None:
    """Raise `DemoClientsPresent` where demo clients or demo officers are registered and not put out of service."""
    engine = engine_of(dsn, 1, PATIENCE_S)
    async with engine.connect() as connection:
        live = clients.c.demo & (clients.c.state == "active")
        found = await connection.scalar(select(func.count()).select_from(clients).where(live))
        deciding = officers.c.officer.startswith(DEMO_OFFICERS) & (officers.c.state == "active")
        people = await connection.scalar(select(func.count()).select_from(officers).where(deciding))
    await engine.dispose()
    if found or people:
        raise DemoClientsPresent(
            f"The auth database holds {found} demo clients and {people} demo officers;"
            " production does not start with them."
        )


async def demo_token(
    server: AuthorizationServer, files: KeyFiles, client: str = WIDEST, *, citizen: str | None = None
) -> str:
    """An access token for a demo client, through the token endpoint's own code and with a real assertion."""
    chosen = next((known for known in CLIENTS if known.client == client), None)
    if chosen is None:
        raise DemoRefused(f"There is no demo client of this name; there are {', '.join(c.client for c in CLIENTS)}.")
    if (chosen.kind == "portal") != (citizen is not None):
        raise DemoRefused("A citizen is named for a portal, and only for a portal.")
    form = token_request(chosen, _key(files, chosen), server.authority.issuer)
    answer = await server.token(form, citizen=citizen)
    if answer.status != 200:
        raise DemoRefused(str(answer.body["error_description"]))
    return str(answer.body["access_token"])


def token_request(client: DemoClient, key: ECKey, issuer: str) -> dict[str, str]:
    """The form that this client posts to the token endpoint."""
    detail = {"type": DETAILS_TYPE, "purpose": client.purpose, "case_reference": client.case_reference}
    return {
        "grant_type": "client_credentials",
        "scope": client.scope_set,
        "authorization_details": json.dumps([detail]),
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": sign_assertion(client.client, key, issuer),
    }


def sign_assertion(client: str, key: ECKey, issuer: str) -> str:
    """What a client signs to show who it is."""
    now = int(clock.wall())
    header = {"alg": SIGNING_ALGORITHM, "kid": key.thumbprint()}
    claims = {"iss": client, "sub": client, "aud": issuer, "jti": secrets.token_urlsafe(16), "iat": now}
    return jwt.encode(header, {**claims, "exp": now + LONGEST_LIFE_S}, key, algorithms=[SIGNING_ALGORITHM])


def _key(files: KeyFiles, client: DemoClient) -> ECKey:
    return private_key(files, f"demo-{client.client}.jwk")


async def _add(connection: AsyncConnection, files: KeyFiles) -> None:
    await connection.execute(insert(agencies).on_conflict_do_nothing(), [asdict(agency) for agency in AGENCIES])
    await connection.execute(insert(purposes).on_conflict_do_nothing(), [asdict(purpose) for purpose in PURPOSES])
    for client in (*CLIENTS, *BOUND_CLIENTS):
        await add_client(connection, client, public_jwk(_key(files, client)))


async def add_client(connection: AsyncConnection, client: DemoClient, key: dict[str, Any]) -> None:
    """Register a demo client with its public key, and its grant where its agency has none for the purpose."""
    row = {
        "client": client.client,
        "agency": client.agency,
        "name": client.name,
        "kind": client.kind,
        "domain": client.domain,
        "token_type": "DPoP" if client.bound else "Bearer",
        "redirect_uris": list(client.redirect_uris),
        "exchanges": client.exchanges,
        "public_keys": {"keys": [key]},
        "allowed": [] if client.domain else [client.scope_set],
        "demo": True,
    }
    new_key = insert(clients).values(row)
    await connection.execute(
        new_key.on_conflict_do_update(
            index_elements=["client"],
            set_={"public_keys": new_key.excluded.public_keys},
            where=clients.c.demo & (clients.c.public_keys != new_key.excluded.public_keys),
        )
    )
    if client.domain is not None:
        return  # a part of the graph decides by others' grants, and needs none
    granted = (grants.c.agency == client.agency) & (grants.c.purpose == client.purpose)
    if not await connection.scalar(select(func.count()).select_from(grants).where(granted)):
        await connection.execute(insert(grants).values(_grant(client)))


def _grant(client: DemoClient) -> dict[str, Any]:
    return {
        "agency": client.agency,
        "purpose": client.purpose,
        "sets": [client.scope_set],
        "reach": client.reach,
        "units": list(client.units),
        "units_scheme": client.units_scheme,
        "state": "active",
        "proposed_by": OFFICERS[0].officer,
        "approved_by": OFFICERS[1].officer,
        "reason": f"Demo mode, invented: {client.name}.",
    }
