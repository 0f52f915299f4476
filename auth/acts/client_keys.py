"""Clients' keys: which may be registered, and how an agency rolls its own without an outage.

A client adds a key beside the one in use, its agency moves over to it and retires the old one: two at a time, never
none. Officers add one for it as a proposal. A key belongs to one client only, so that a signature says whose it is.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import select, update

from auth.acts.change import Change, ClientId, Text, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands
from auth.acts.refusals import Conflict, Forbidden, Invalid
from auth.keys import UnacceptableKey, client_keys
from auth.tables import clients

AT_A_TIME = 2
"""Keys that a client has while its agency rolls them."""

Coordinate = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
KeyId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~:/+=-]{1,100}\Z")]


class PublicKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A JWK with its public members only; any other member, a private one above all, is refused before it is kept."""

    kty: Literal["EC", "OKP"]
    crv: Literal["P-256", "Ed25519"]
    x: Coordinate
    y: Coordinate | None = None
    kid: KeyId


class AddKey(Change, frozen=True, tag="client.add_key"):
    """Accept one more key of a client."""

    client: ClientId
    key: PublicKey


class RetireClientKey(Change, frozen=True, tag="client.retire_key"):
    """Accept a client's key no more."""

    client: ClientId
    kid: KeyId
    reason: Text


def read_keys(jwks: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """The keys of a JWK set as somebody sent it. Raises `Invalid`, saying what is wrong with it."""
    try:
        client_keys(jwks)
        members = PublicKey.__struct_fields__
        kept = [{name: jwk[name] for name in members if name in jwk} for jwk in jwks["keys"]]
        return msgspec.convert(kept, tuple[PublicKey, ...])
    except UnacceptableKey as error:
        raise Invalid(f"The keys cannot be registered: {error}.") from error
    except msgspec.ValidationError as error:
        raise Invalid("The keys cannot be registered: a member is not well formed.") from error


def as_column(keys: Iterable[PublicKey]) -> dict[str, Any]:
    return {"keys": [as_json(key) for key in keys]}


async def check_keys(work: Work, keys: Iterable[PublicKey]) -> None:
    """Raise unless these keys can be read and none of them is registered, for whichever client."""
    try:
        prints = {key.thumbprint() for key in client_keys(as_column(keys)).values()}
    except UnacceptableKey as error:
        raise Invalid(f"The keys cannot be registered: {error}.") from error
    for row in await work.connection.execute(select(clients.c.public_keys)):
        if prints & _thumbprints(row.public_keys):
            raise Conflict("One of these keys is registered already; make a new pair for each client.")


async def check_adding(work: Work, change: AddKey) -> Outcome:
    """Refusals: no such client; as many keys as there may be; the name of a key it has; then the key itself."""
    held = await _held(work, change.client)
    if len(held) >= AT_A_TIME:
        raise Conflict(f"The client has {len(held)} keys; retire one before another is added.")
    if any(jwk["kid"] == change.key.kid for jwk in held):
        raise Conflict("The client has a key of this kid.")
    await check_keys(work, [change.key])
    return Outcome(change.client, _shown(held), _shown([*held, as_json(change.key)]))


async def add(work: Work, change: AddKey) -> Outcome:
    """By the client itself, at once: whoever has got hold of one does not come to the rights of another by it."""
    outcome = await check_adding(work, change)
    if work.actor.name != change.client:
        raise Forbidden("A client adds keys of its own; for another one, officers do.")
    return await _added(work, change, outcome)


async def add_for(work: Work, change: AddKey, _: Hands) -> Outcome:
    return await _added(work, change, await check_adding(work, change))


async def _added(work: Work, change: AddKey, outcome: Outcome) -> Outcome:
    await _keep(work, change.client, [*await _held(work, change.client), as_json(change.key)])
    return outcome


async def retire(work: Work, change: RetireClientKey) -> Outcome:
    held = await _held(work, change.client)
    kept = [jwk for jwk in held if jwk["kid"] != change.kid]
    if len(kept) == len(held):
        raise Conflict("The client has no key of this kid.")
    if not kept:
        raise Conflict("This is the client's last key: add another first, or suspend the client.")
    await _keep(work, change.client, kept)
    return Outcome(change.client, _shown(held), _shown(kept))


def _thumbprints(jwks: dict[str, Any]) -> set[str]:
    try:
        return {key.thumbprint() for key in client_keys(jwks).values()}
    except UnacceptableKey:
        return set()


def _shown(jwks: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Each key with its thumbprint (RFC 7638), which the agency can read out to the officer who decides."""
    return {"keys": [f"{jwk['kid']} {', '.join(_thumbprints({'keys': [jwk]}))}" for jwk in jwks]}


async def _held(work: Work, client: str) -> list[dict[str, Any]]:
    statement = select(clients.c.agency, clients.c.public_keys).where(clients.c.client == client)
    row = await work.get(statement, "client", agency="agency")
    return list(row.public_keys["keys"])


async def _keep(work: Work, client: str, jwks: list[dict[str, Any]]) -> None:
    changed = update(clients).where(clients.c.client == client).values(public_keys={"keys": jwks})
    await work.connection.execute(changed)
