"""The resource side: an `Authorization` header becomes a `Caller`, or is turned away.

Verified tokens are kept, so that a token seen before costs two clock readings and two look-ups; but what it may do is
read from the snapshot each time. Nothing here waits: `caller` is synchronous, and refuses when the feed is not alive.
"""

from collections import OrderedDict
from dataclasses import dataclass

from auth import clock
from auth.access.subject import NotSealedHere, SubjectSeal
from auth.access.tokens import Claims, VerifiedToken, check_time, verify
from auth.caller import Caller, Purpose
from auth.errors import Unauthenticated
from auth.policy.algebra import Asking, Client, Policy, Snapshot
from auth.policy.feed import PolicyFeed
from auth.policy.rows import CommunesOf, read_policy
from auth.scopes import Catalogue

TOKENS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Known:
    """A token seen before, and who it made its bearer under one snapshot."""

    token: VerifiedToken
    snapshot: Snapshot
    caller: Caller


class Authority:
    """Who is asking, and what they may do now."""

    def __init__(
        self, dsn: str, *, issuer: str, catalogue: Catalogue, communes_of: CommunesOf, subjects: SubjectSeal
    ) -> None:
        self.issuer, self.catalogue, self.subjects = issuer, catalogue, subjects
        self._feed = PolicyFeed(dsn, lambda connection: read_policy(connection, catalogue, communes_of))
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._policy: Policy | None = None
        self._snapshot: Snapshot | None = None

    async def open(self) -> None:
        """Read the policy; raises what the database raises if that cannot be done."""
        await self._feed.open()

    async def close(self) -> None:
        await self._feed.close()

    def snapshot(self) -> Snapshot:
        """What is allowed at this moment, or `GrantsUnconfirmed`. A grant starts and ends on time by itself."""
        policy, now = self._feed.policy(), clock.wall()
        if self._snapshot is None or self._policy is not policy or now >= self._snapshot.next_change:
            self._policy, self._snapshot = policy, policy.at(now)
        return self._snapshot

    def caller(self, authorization: str | None) -> Caller:
        """Who sent this header. Raises `Unauthenticated`, or `GrantsUnconfirmed`."""
        snapshot = self.snapshot()
        if authorization is None:
            raise Unauthenticated("An access token is needed.", error=None)
        known = self._known.get(authorization)
        if known is None or known.snapshot is not snapshot:
            known = self._admit(authorization, known, snapshot)
        check_time(known.token.claims, clock.wall())
        self._known.move_to_end(authorization)
        return known.caller

    def _admit(self, authorization: str, known: _Known | None, snapshot: Snapshot) -> _Known:
        if known is None or known.token.kid not in snapshot.keys:
            token = verify(_bearer(authorization), snapshot.keys, self.issuer)
        else:
            token = known.token
        admitted = _Known(token, snapshot, self._make_caller(token.claims, snapshot))
        self._known[authorization] = admitted
        if len(self._known) > TOKENS_KEPT:
            self._known.popitem(last=False)
        return admitted

    def _make_caller(self, claims: Claims, snapshot: Snapshot) -> Caller:
        client = _live_client(claims, snapshot)
        purpose = _purpose(claims)
        subject = self._subject(claims)
        asking = Asking(client.client, purpose.code if purpose else None, claims.scope, for_citizen=subject is not None)
        return Caller(client.agency, client.client, purpose, subject, snapshot.rights(asking))

    def _subject(self, claims: Claims) -> str | None:
        if claims.sealed_subject is None:
            return None
        try:
            return self.subjects.open(claims.sealed_subject, claims.client_id)
        except NotSealedHere as error:
            raise Unauthenticated("The access token is not valid.") from error


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("An access token is needed: Authorization: Bearer.", error=None)
    return token


def _live_client(claims: Claims, snapshot: Snapshot) -> Client:
    client = snapshot.clients.get(claims.client_id)
    if client is None or not client.bearer:
        raise Unauthenticated("The client of this access token is not admitted.")
    return client


def _purpose(claims: Claims) -> Purpose | None:
    for detail in claims.authorization_details:
        return Purpose(detail.purpose, detail.legal_basis or "", detail.case_reference)
    return None
