"""What a token may read, worked out in the most naive way: scope by scope, person by person, row by row.

Written from the rules in words and from nothing of `auth.policy`; slow, and meant to be.
"""

from dataclasses import dataclass
from datetime import datetime

from tests.auth.policy.worlds import PEOPLE, SCOPES, SETS, UNITS, Row, Token, World


@dataclass(frozen=True)
class Allowed:
    """Of one scope: whose data, by which grants, what is charged at each client, and which grants are emergencies."""

    persons: frozenset[str]
    grants: frozenset[int]
    charges: frozenset[frozenset[tuple[int, int]]]
    emergencies: frozenset[int]


def is_admitted(world: World, token: Token) -> bool:
    """Whether the bearer of this token is somebody at all."""
    if any(("token", jti) in world.revocations for jti in (token.jti, *token.exchanged)):
        return False
    if token.consent is not None and ("consent", str(token.consent)) in world.revocations:
        return False
    if token.code is not None and ("code", token.code) in world.revocations:
        return False
    if token.on_behalf_of is not None and not _is_active_agency(world, token.on_behalf_of):
        return False
    return all(_live_client(world, name) is not None for name in (token.client, *token.through))


def allowed(world: World, token: Token, now: datetime) -> dict[str, Allowed]:
    """What an admitted token may read."""
    return {scope: found for scope in SCOPES if (found := _allowed(world, token, scope, now)) is not None}


def _allowed(world: World, token: Token, scope: str, now: datetime) -> Allowed | None:
    persons, grants, charges, emergencies = set(PEOPLE), set(), set(), set()
    chain = [token.client, *token.through]
    for place in range(len(chain)):
        supplying = [row for row in world.grants if _supplies(world, token, row, place, scope, now)]
        if not supplying:
            return None
        persons = {person for person in persons if any(_is_within(row, person, token) for row in supplying)}
        grants |= {row["grant_id"] for row in supplying}
        emergencies |= {row["grant_id"] for row in supplying if row["emergency"]}
        if not [row for row in supplying if row["persons_per_day"] is None]:
            charges.add(frozenset((row["grant_id"], row["persons_per_day"]) for row in supplying))
    return Allowed(frozenset(persons), frozenset(grants), frozenset(charges), frozenset(emergencies))


def _supplies(world: World, token: Token, grant: Row, place: int, scope: str, now: datetime) -> bool:
    """Whether this grant gives this scope to the client at this place of the chain."""
    chain = [token.client, *token.through]
    name = chain[place]
    client = _live_client(world, name)
    if client is None or client["kind"] == "subgraph":
        return False
    asked_first = place == len(chain) - 1
    if not asked_first and not client["exchanges"]:
        return False
    if asked_first and token.citizen is not None and client["kind"] != "portal":
        return False
    holder = client["agency"] if token.on_behalf_of is None else token.on_behalf_of
    if holder != client["agency"] and not any(
        _delegates(row, holder, name, token.purpose, scope, now) for row in world.delegations
    ):
        return False
    return (
        _is_named(scope, token.names)
        and _is_named(scope, client["allowed"])
        and grant["state"] == "active"
        and grant["agency"] == holder
        and _is_active_agency(world, holder)
        and grant["purpose"] == token.purpose
        and _is_named(scope, grant["scopes"] + grant["sets"])
        and not _is_named(scope, grant["exceptions"])
        and (grant["reach"] == "self") == (token.citizen is not None)
        and _is_valid(grant, now)
    )


def _delegates(row: Row, agency: str, client: str, purpose: str | None, scope: str, now: datetime) -> bool:
    return (
        row["state"] == "active"
        and row["agency"] == agency
        and row["client"] == client
        and row["purpose"] == purpose
        and _is_named(scope, row["scopes"] + row["sets"])
        and _is_valid(row, now)
    )


def _is_within(grant: Row, person: str, token: Token) -> bool:
    if grant["reach"] == "everywhere":
        return True
    if grant["reach"] == "self":
        return person == token.citizen
    return any(PEOPLE[person] in UNITS.get(unit, ()) for unit in grant["units"])


def _is_named(scope: str, names: list[str] | tuple[str, ...]) -> bool:
    return scope in names or any(scope in SETS.get(name, ()) for name in names)


def _is_valid(row: Row, now: datetime) -> bool:
    return bool(row["valid_from"] <= now and (row["valid_until"] is None or now < row["valid_until"]))


def _is_active_agency(world: World, name: str) -> bool:
    return any(row["agency"] == name and row["state"] == "active" for row in world.agencies)


def _live_client(world: World, name: str) -> Row | None:
    for row in world.clients:
        if row["client"] == name and row["state"] == "active" and _is_active_agency(world, row["agency"]):
            return row
    return None
