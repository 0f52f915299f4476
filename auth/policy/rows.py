"""Reads the policy of one revision from the database.

One transaction, so that all rows are of that revision. Names that the catalogue does not know give nothing: a grant of
yesterday must not stop the server, and cannot widen anything.
"""

import json
from collections.abc import Callable
from datetime import datetime

from asyncpg import Connection, Record

from auth.keys import verifying_key
from auth.policy.algebra import Client, Grant, Policy, jurisdiction
from auth.reach import EVERYWHERE, SELF, Reach
from auth.scopes import Catalogue

CommunesOf = Callable[[str, str], frozenset[str]]
"""(code, scheme) of an administrative unit -> its communes, 2025 scheme; LookupError for a unit that is not known."""

REVISION = "select revision from policy"
_CLIENTS = """\
select client, agency, kind = 'portal' as portal, token_type = 'Bearer' as bearer, allowed
from clients join agencies using (agency)
where clients.state = 'active' and agencies.state = 'active'"""
_GRANTS = """\
select grant_id, agency, purpose, scopes, sets, exceptions, reach, units, units_scheme, valid_from, valid_until
from grants where state = 'active' and (valid_until is null or valid_until > now()) order by grant_id"""
_PURPOSES = "select purpose, legal_basis from purposes"
_KEYS = "select kid, public_key from signing_keys where state <> 'retired'"


async def read_policy(connection: "Connection[Record]", catalogue: Catalogue, communes_of: CommunesOf) -> Policy:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return Policy(
            revision=await connection.fetchval(REVISION),
            clients={row["client"]: _client(row, catalogue) for row in await connection.fetch(_CLIENTS)},
            legal_bases={row["purpose"]: row["legal_basis"] for row in await connection.fetch(_PURPOSES)},
            keys={row["kid"]: verifying_key(json.loads(row["public_key"])) for row in await connection.fetch(_KEYS)},
            grants=tuple(_grant(row, catalogue, communes_of) for row in await connection.fetch(_GRANTS)),
            sets=catalogue.sets,
        )


def _client(row: Record, catalogue: Catalogue) -> Client:
    return Client(
        client=row["client"],
        agency=row["agency"],
        speaks_for_citizens=row["portal"],
        bearer=row["bearer"],
        allowed=catalogue.known(row["allowed"]),
    )


def _grant(row: Record, catalogue: Catalogue, communes_of: CommunesOf) -> Grant:
    return Grant(
        number=row["grant_id"],
        agency=row["agency"],
        purpose=row["purpose"],
        scopes=catalogue.known([*row["scopes"], *row["sets"]]) - catalogue.known(row["exceptions"]),
        reach=_reach(row, communes_of),
        valid_from=row["valid_from"].timestamp(),
        valid_until=_seconds(row["valid_until"]),
    )


def _reach(row: Record, communes_of: CommunesOf) -> Reach:
    if row["reach"] == "everywhere":
        return EVERYWHERE
    if row["reach"] == "self":
        return SELF
    return jurisdiction(_communes(code, row["units_scheme"], communes_of) for code in row["units"])


def _communes(code: str, scheme: str, communes_of: CommunesOf) -> frozenset[str]:
    try:
        return communes_of(code, scheme)
    except LookupError:
        return frozenset()


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
