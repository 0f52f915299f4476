"""The resource side: an `Authorization` header becomes a `Caller`, or is turned away.

Tokens that were read are kept, and so is who they make their bearer while one snapshot lives: a token seen before costs
a clock reading and two look-ups. Nothing here waits; without a living policy everybody is refused.

The order of refusals: what is wrong with the token itself first, its revocation next, then who holds it. None of them
depends on what is asked. A token without rights is no refusal here: its bearer may read public facts, and is told which
scopes are missing.
"""

from dataclasses import dataclass

from auth import clock
from auth.access.presented import Presented, presented
from auth.access.subject import SubjectSeal
from auth.access.tokens import check_time, verify
from auth.caller import Caller
from auth.errors import RightsChanged, Unauthenticated
from auth.policy.algebra import Asking
from auth.policy.decided import Client
from auth.policy.snapshot import Policy, Snapshot
from auth.policy.source import PolicySource
from auth.scopes import Catalogue

TOKENS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Admission:
    """By what a caller was admitted, and under which snapshot."""

    token: Presented
    snapshot: Snapshot


class Authority:
    """Who is asking, and what they may do now."""

    def __init__(self, source: PolicySource, *, issuer: str, catalogue: Catalogue, subjects: SubjectSeal) -> None:
        self.issuer, self.catalogue, self.subjects = issuer, catalogue, subjects
        self._source = source
        self._snapshot: Snapshot | None = None
        self._read: dict[str, Presented] = {}  # by the header as it was sent, oldest first
        self._admitted: dict[str, tuple[Caller, Presented]] = {}  # the same, under `_snapshot`

    async def open(self) -> None:
        """Have the policy; raises what the source raises if that cannot be done."""
        await self._source.open()

    async def close(self) -> None:
        await self._source.close()

    def policy(self) -> Policy:
        """Everything that was decided, dates included, or `GrantsUnconfirmed`."""
        return self._source.policy()

    def snapshot(self) -> Snapshot:
        """What is allowed at this moment, or `GrantsUnconfirmed`. A grant starts and ends on time by itself."""
        policy, now, known = self._source.policy(), clock.wall(), self._snapshot
        if known is None or known.policy is not policy or not known.since <= now < known.next_change:
            known = self._snapshot = _snapshot_of(policy, now, known)
            self._admitted.clear()
        return known

    def caller(
        self,
        authorization: str | None,
        proof: str | None = None,  # noqa: ARG002
        method: str = "POST",  # noqa: ARG002
        path: str = "/graphql",  # noqa: ARG002
    ) -> Caller:
        """Who sent this header. Raises `Unauthenticated`, or `GrantsUnconfirmed`."""
        snapshot = self.snapshot()
        if authorization is None:
            raise Unauthenticated("An access token is needed.", error=None)
        caller, token = self._admitted.get(authorization) or self._admit(authorization, snapshot)
        check_time(token.claims, clock.wall())
        return caller

    def again(self, caller: Caller) -> Caller:
        """The same caller by the rights of now, for one already admitted. Raises what `caller` raises."""
        snapshot, admission = self.snapshot(), caller.admission
        if not isinstance(admission, _Admission):
            return caller
        check_time(admission.token.claims, clock.wall())
        return caller if admission.snapshot is snapshot else _made(admission.token, snapshot)

    def confirm(self, caller: Caller) -> None:
        """Whether what this caller was admitted with still holds: `GrantsUnconfirmed` or `RightsChanged` if not.

        For work under way, before each further step of it. A token that runs out meanwhile does not end the work. Of a
        caller whom no token made only the lease is asked.
        """
        snapshot, admission = self.snapshot(), caller.admission
        if not isinstance(admission, _Admission) or admission.snapshot is snapshot:
            return
        try:
            rights = _made(admission.token, snapshot).rights
        except Unauthenticated as refused:
            raise RightsChanged from refused
        if rights is not caller.rights:
            raise RightsChanged

    def _admit(self, authorization: str, snapshot: Snapshot) -> tuple[Caller, Presented]:
        token = self._read.get(authorization)
        if token is None or token.kid not in snapshot.policy.keys:
            token = presented(verify(_bearer(authorization), snapshot.keys, self.issuer), self.subjects)
        admitted = self._admitted[authorization] = _made(token, snapshot), token
        self._read[authorization] = token
        if len(self._read) > TOKENS_KEPT:
            oldest = next(iter(self._read))
            del self._read[oldest]
            self._admitted.pop(oldest, None)
        return admitted


def _snapshot_of(policy: Policy, now: float, known: Snapshot | None) -> Snapshot:
    """What counts now. Where only tokens or consents were revoked, everything else of the known one remains."""
    if known is not None and known.counts_at(now) and known.policy.rules_revision == policy.rules_revision:
        return known.under(policy)
    return policy.at(now, known)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("An access token is needed: Authorization: Bearer.", error=None)
    return token


def _made(token: Presented, snapshot: Snapshot) -> Caller:
    """Whom this token makes its bearer under this snapshot."""
    asking, claims = token.asking, token.claims
    if token.kid not in snapshot.policy.keys:
        raise Unauthenticated("The access token is not valid.")
    if not snapshot.revoked.isdisjoint(token.references):
        raise Unauthenticated("The access token was revoked.")
    client = _live_client(asking, snapshot)
    if claims.cnf is not None or not client.bearer:
        raise Unauthenticated("The client of this access token is not admitted.")
    holder = asking.agency or client.agency
    return Caller(
        agency=holder,
        client=client.client,
        purpose=token.purpose,
        subject=token.subject,
        rights=snapshot.rights(asking),
        supplier=None if holder == client.agency else client.agency,
        through=asking.through,
        representative=token.representative,
        registered_only=client.registered_only,
        operations=snapshot.operations(client.agency),
        admission=_Admission(token, snapshot),
    )


def _live_client(asking: Asking, snapshot: Snapshot) -> Client:
    """The client, if it, all through whom it asks, and the agency on whose behalf it asks are admitted."""
    client = snapshot.clients.get(asking.client)
    if client is None or not all(other in snapshot.clients for other in asking.through):
        raise Unauthenticated("The client of this access token is not admitted.")
    if asking.agency is not None and asking.agency not in snapshot.agencies:
        raise Unauthenticated("The agency on whose behalf this access token asks is not admitted.")
    return client
