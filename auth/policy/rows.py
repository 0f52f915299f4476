"""Reads the policy of one revision from the database.

One transaction, so that all rows are of that revision. Where only a token or a consent was revoked, the rules are not
read again; where a rule changed, only what it changed. Names that the catalogue does not know give nothing: a grant of
yesterday must not stop the server, and cannot widen anything.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from asyncpg import Connection, Record

from auth.caller import Operations
from auth.keys import verifying_key
from auth.policy.decided import Client, Delegation, Grant, Reference, SigningKey, Trial
from auth.policy.snapshot import Policy
from auth.policy.versions import Versions
from auth.reach import EVERYWHERE, SELF, Reach, united
from auth.scopes import Catalogue

CommunesOf = Callable[[str, str], frozenset[str]]
"""(code, scheme) of an administrative unit -> its communes, 2025 scheme; LookupError for a unit that is not known."""

REVISION = "select revision from policy"
_REVISIONS = "select revision, rules_revision from policy"
_REVOKED = "select kind, reference from revocations where until > now()"
_AGENCIES = "select agency from agencies where state = 'active'"
_PURPOSES = "select purpose, legal_basis from purposes"
_KEYS = "select kid, public_key, state from signing_keys where state <> 'retired'"

_CLIENTS_THAT_COUNT = """\
select client, clients.xmin from clients join agencies using (agency)
where clients.state = 'active' and agencies.state = 'active'"""
_CLIENTS = """\
select client, agency, kind, domain, token_type = 'Bearer' as bearer, allowed, exchanges, registered_only
from clients where client = any($1)"""
_GRANTS_THAT_COUNT = """\
select grant_id, xmin from grants
where state = 'active' and (valid_until is null or valid_until > now()) order by grant_id"""
_GRANTS = """\
select grant_id, agency, purpose, scopes, sets, exceptions, reach, units, units_scheme, valid_from, valid_until,
    persons_per_day, emergency
from grants where grant_id = any($1)"""
_TRIALS_THAT_COUNT = """\
select trial, trials.xmin from trials join grants using (grant_id)
where ended_at is null and until > now() and grants.state = 'active' order by trial"""
_TRIALS = """\
select trial, until, grant_id, agency, purpose, trials.scopes, trials.sets, trials.exceptions, trials.reach,
    trials.units, trials.units_scheme, valid_from, valid_until, persons_per_day, emergency
from trials join grants using (grant_id) where trial = any($1)"""
_DELEGATIONS_THAT_COUNT = """\
select delegation, xmin from delegations where state = 'active' and valid_until > now() order by delegation"""
_DELEGATIONS = """\
select delegation, agency, client, purpose, scopes, sets, valid_from, valid_until
from delegations where delegation = any($1)"""
_OPERATIONS_THAT_COUNT = "select agency, document_id, xmin from operations where withdrawn_at is null"
_OPERATIONS = """\
select agency, document_id, encode(sha256(convert_to(text, 'UTF8')), 'hex') as digest
from unnest($1::text[], $2::text[]) as wanted (agency, document_id) join operations using (agency, document_id)"""

Row = Mapping[str, Any] | Record
"""A row of a table, or what is to become one."""


class PolicyReader:
    """Reads the policy, and remembers of the rows what need not be read again."""

    def __init__(self, catalogue: Catalogue, communes_of: CommunesOf) -> None:
        self._catalogue, self._communes_of = catalogue, communes_of
        self._scopes: dict[frozenset[str], frozenset[str]] = {}  # each combination once: thousands of grants share it
        self._clients = Versions(_CLIENTS_THAT_COUNT, _CLIENTS, lambda row: client_of(row, catalogue))
        self._grants = Versions(_GRANTS_THAT_COUNT, _GRANTS, self._grant)
        self._trials = Versions(_TRIALS_THAT_COUNT, _TRIALS, self._trial)
        self._delegations = Versions(_DELEGATIONS_THAT_COUNT, _DELEGATIONS, lambda row: delegation_of(row, catalogue))
        self._operations = Versions(_OPERATIONS_THAT_COUNT, _OPERATIONS, _digest)

    async def __call__(self, connection: "Connection[Record]", known: Policy | None) -> Policy:
        """The policy of now. Nothing `known`: everything is read, as from a server never seen before."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            revision, rules_revision = await connection.fetchrow(_REVISIONS) or (0, 0)
            revoked: frozenset[Reference] = frozenset(tuple(row) for row in await connection.fetch(_REVOKED))
            if known is not None and known.rules_revision == rules_revision and known.revision <= revision:
                return replace(known, revision=revision, revoked=revoked)
            if known is None:
                self._forget()
            return await self._read(connection, revision, rules_revision, revoked)

    def _grant(self, row: Record) -> Grant:
        grant = grant_of(row, self._catalogue, self._communes_of)
        return replace(grant, scopes=self._scopes.setdefault(grant.scopes, grant.scopes))

    def _trial(self, row: Record) -> Trial:
        return Trial(row["trial"], self._grant(row), row["until"].timestamp())

    def _forget(self) -> None:
        self._scopes.clear()
        for versions in (self._clients, self._grants, self._trials, self._delegations, self._operations):
            versions.forget()

    async def _read(
        self, connection: "Connection[Record]", revision: int, rules_revision: int, revoked: frozenset[Reference]
    ) -> Policy:
        return Policy(
            revision=revision,
            rules_revision=rules_revision,
            agencies=frozenset(row["agency"] for row in await connection.fetch(_AGENCIES)),
            clients={client.client: client for client in await self._clients.read(connection)},
            legal_bases={row["purpose"]: row["legal_basis"] for row in await connection.fetch(_PURPOSES)},
            keys={row["kid"]: _signing_key(row) for row in await connection.fetch(_KEYS)},
            grants=tuple(await self._grants.read(connection)),
            delegations=tuple(await self._delegations.read(connection)),
            trials=tuple(await self._trials.read(connection)),
            operations=_operations(await self._operations.read(connection)),
            sets=self._catalogue.sets,
            revoked=revoked,
        )


async def read_policy(connection: "Connection[Record]", catalogue: Catalogue, communes_of: CommunesOf) -> Policy:
    """The policy of now, read once."""
    return await PolicyReader(catalogue, communes_of)(connection, None)


def client_of(row: Row, catalogue: Catalogue) -> Client:
    return Client(
        client=row["client"],
        agency=row["agency"],
        allowed=catalogue.known(row["allowed"]),
        kind=row["kind"],
        bearer=row["bearer"],
        exchanges=row["exchanges"],
        registered_only=row["registered_only"],
        domain=row["domain"],
    )


def grant_of(row: Row, catalogue: Catalogue, communes_of: CommunesOf) -> Grant:
    return Grant(
        number=row["grant_id"],
        agency=row["agency"],
        purpose=row["purpose"],
        scopes=catalogue.known([*row["scopes"], *row["sets"]]) - catalogue.known(row["exceptions"]),
        reach=reach_of(row["reach"], row["units"], row["units_scheme"], communes_of),
        valid_from=row["valid_from"].timestamp(),
        valid_until=_seconds(row["valid_until"]),
        persons_per_day=row["persons_per_day"],
        emergency=row["emergency"],
    )


def delegation_of(row: Row, catalogue: Catalogue) -> Delegation:
    return Delegation(
        number=row["delegation"],
        agency=row["agency"],
        client=row["client"],
        purpose=row["purpose"],
        scopes=catalogue.known([*row["scopes"], *row["sets"]]),
        valid_from=row["valid_from"].timestamp(),
        valid_until=_seconds(row["valid_until"]),
    )


def reach_of(kind: str, units: list[str], scheme: str | None, communes_of: CommunesOf) -> Reach:
    """The reach as it is written; units that no longer exist reach nobody."""
    if kind == "everywhere":
        return EVERYWHERE
    if kind == "self":
        return SELF
    return united(Reach(communes=_communes(code, scheme or "", communes_of)) for code in units)


def _communes(code: str, scheme: str, communes_of: CommunesOf) -> frozenset[str]:
    try:
        return communes_of(code, scheme)
    except LookupError:
        return frozenset()


def _signing_key(row: Record) -> SigningKey:
    return SigningKey(verifying_key(json.loads(row["public_key"])), row["state"])


def _digest(row: Record) -> tuple[str, str, str]:
    return row["agency"], row["document_id"], row["digest"]


def _operations(rows: Iterable[tuple[str, str, str]]) -> dict[str, Operations]:
    """Of each agency; from agency, name and digest of each."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for agency, name, digest in rows:
        ids, texts = found.setdefault(agency, (set(), set()))
        ids.add(name)
        texts.add(digest)
    return {agency: Operations(frozenset(ids), frozenset(texts)) for agency, (ids, texts) in found.items()}


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
