"""The authorization endpoint: a browser arrives with the name of a pushed request, and leaves with an answer.

Only `client_id` and `request_uri` are read; whatever else stands in the address is ignored (RFC 9126, FAPI 2.0). The
address of the answer is the one that was pushed, which was compared with the registered ones: nobody else is ever
redirected to. Every answer names the issuer (RFC 9207).
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import opaque
from auth.oauth.par import REQUEST_URI, Pushed
from auth.tables import agencies, authorization_codes, clients, pushed_requests

ANSWERED_WITHIN = timedelta(minutes=15)
"""How long a citizen may take to sign in and decide, from the moment the browser arrived."""
CODE_LIVES = timedelta(seconds=60)
_ARRIVED = bindparam("arrived", {"arrived": True}, type_=JSONB)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A pushed request that a browser brought. `secret` is its name, in full."""

    secret: str
    client: str
    jkt: str | None
    pushed: Pushed


async def arrive(connection: AsyncConnection, client: str, request_uri: str) -> Arrived | None:
    """The request of that name, if it is this client's and came in time; from then on the citizen has time."""
    if not request_uri.startswith(REQUEST_URI) or not client.isprintable():
        return None
    secret, waiting = request_uri.removeprefix(REQUEST_URI), pushed_requests
    parameters = waiting.c.parameters
    await connection.execute(
        update(waiting)
        .values(expires_at=func.now() + ANSWERED_WITHIN, parameters=parameters.op("||")(_ARRIVED))
        .where(
            waiting.c.digest == opaque.digest(secret),
            waiting.c.client == client,
            waiting.c.expires_at > func.now(),
            parameters["arrived"].is_(None),  # only once: loading the page again does not buy time
        )
    )
    found = await under_way(connection, secret)
    return found if found is not None and found.client == client else None


async def under_way(connection: AsyncConnection, secret: str) -> Arrived | None:
    """A request that waits for its answer, of a client that is not suspended."""
    if not 0 < len(secret) <= opaque.LONGEST or not secret.isascii():
        return None
    waiting = pushed_requests
    found = await connection.execute(
        select(waiting.c.client, waiting.c.jkt, waiting.c.parameters)
        .join(clients, clients.c.client == waiting.c.client)
        .join(agencies, agencies.c.agency == clients.c.agency)
        .where(
            waiting.c.digest == opaque.digest(secret),
            waiting.c.used_at.is_(None),
            waiting.c.expires_at > func.now(),
            clients.c.state == "active",
            agencies.c.state == "active",
            # an address taken off the register since then gets no code
            waiting.c.parameters["redirect_uri"].astext == func.any(clients.c.redirect_uris),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    return Arrived(secret, row.client, row.jkt, msgspec.convert(row.parameters, Pushed))


async def close(connection: AsyncConnection, arrived: Arrived) -> bool:
    """Answer the request, whichever way: true for exactly one of those who try."""
    answered = await connection.execute(
        update(pushed_requests)
        .values(used_at=func.now())
        .where(
            pushed_requests.c.digest == opaque.digest(arrived.secret),
            pushed_requests.c.used_at.is_(None),
            pushed_requests.c.expires_at > func.now(),
        )
        .returning(pushed_requests.c.digest)
    )
    return answered.first() is not None


@dataclass(frozen=True, slots=True)
class Consented:
    """What a code stands for: personal numbers are sealed already."""

    scope: str
    subject: str
    representative: str | None
    consent: int


async def make_code(connection: AsyncConnection, arrived: Arrived, consented: Consented) -> str:
    """A code for this request; the client has a minute to exchange it."""
    code, pushed = opaque.fresh(), arrived.pushed
    await connection.execute(
        insert(authorization_codes).values(
            digest=opaque.digest(code),
            client=arrived.client,
            redirect_uri=pushed.redirect_uri,
            scope=consented.scope,
            authorization_details=[msgspec.to_builtins(pushed.detail)],
            code_challenge=pushed.code_challenge,
            jkt=arrived.jkt,
            subject=consented.subject,
            representative=consented.representative,
            consent=consented.consent,
            expires_at=func.now() + CODE_LIVES,
        )
    )
    return code


def answer_with(issuer: str, arrived: Arrived, **parameters: str) -> str:
    """The portal's address with `code`, or with `error`; its state and the issuer stand beside it."""
    parts = urlsplit(arrived.pushed.redirect_uri)
    state = {} if arrived.pushed.state is None else {"state": arrived.pushed.state}
    added = urlencode({**parameters, **state, "iss": issuer})
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def origin(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
