"""The resource side: an `Authorization` header becomes a `Caller`, or is turned away.

Tokens that were read are kept, and so is who they make their bearer while one snapshot lives: a token seen before costs
a clock reading and two look-ups. Nothing here waits; without a living policy everybody is refused.

The order of refusals: what is wrong with the token itself first, its revocation next, then who it was made for, and
last whether its sender holds the key that it is bound to. None of them depends on what is asked. A token without rights
is no refusal here: its bearer may read public facts, and is told which scopes are missing.
"""

from dataclasses import dataclass

from auth import clock
from auth.access.possession import Possession
from auth.access.presented import Presented, presented
from auth.access.subject import SubjectSeal
from auth.access.tokens import Claims, audience, check_time, office_audience, verify
from auth.caller import Caller
from auth.errors import Revoked, RightsChanged, Unauthenticated
from auth.policy.algebra import Asking
from auth.policy.decided import Client
from auth.policy.snapshot import Policy, Snapshot
from auth.policy.source import PolicySource
from auth.scopes import Catalogue

TOKENS_KEPT = 4096
_SCHEMES = frozenset({"bearer", "dpop"})


@dataclass(frozen=True, slots=True)
class _Admission:
    """By what a caller was admitted, and under which snapshot."""

    token: Presented
    snapshot: Snapshot


class Authority:
    """Who is asking, and what they may do now."""

    def __init__(
        self,
        source: PolicySource,
        *,
        issuer: str,
        catalogue: Catalogue,
        subjects: SubjectSeal,
        possession: Possession,
    ) -> None:
        self.issuer, self.catalogue, self.subjects, self.nonces = issuer, catalogue, subjects, possession.nonces
        self._source, self._possession = source, possession
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
        self, authorization: str | None, proof: str | None = None, method: str = "POST", path: str = "/graphql"
    ) -> Caller:
        """Who sent these headers (`Authorization`, `DPoP`) to the graph. Once per request: a proof is used by it.

        Raises `Unauthenticated`, or `GrantsUnconfirmed`.
        """
        snapshot = self.snapshot()
        if authorization is None:
            raise Unauthenticated("An access token is needed.", error=None)
        caller, token = self._admitted.get(authorization) or self._admit(authorization, snapshot)
        self._check_bearer(token.claims, authorization, proof, method, path)
        return caller

    def office_caller(
        self, authorization: str | None, proof: str | None, method: str = "POST", path: str = "/office/graphql"
    ) -> Caller:
        """The same at the office door, for which tokens are made apart: neither door takes those of the other."""
        snapshot = self.snapshot()
        if authorization is None:
            raise Unauthenticated("An access token is needed.", error=None)
        token = self._presented(authorization, snapshot, office_audience(self.issuer))
        caller = _made(token, snapshot)
        self._check_bearer(token.claims, authorization, proof, method, path)
        return caller

    def standing(self, token: str, *audiences: str) -> tuple[Caller, Claims]:
        """Whom this token makes its bearer now, whoever that is. For the OAuth server, which is asked about tokens.

        No proof is asked for: a client may show its token to those who are to answer for it. Raises what `caller` does.
        """
        snapshot = self.snapshot()
        read = presented(verify(token, snapshot.keys, self.issuer, audiences), self.subjects)
        caller = _made(read, snapshot)
        check_time(read.claims, clock.wall())
        return caller, read.claims

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
            now = _made(admission.token, snapshot)
        except Unauthenticated as refused:
            raise RightsChanged from refused
        if now.rights is not caller.rights or now.registered_only > caller.registered_only:
            raise RightsChanged

    def _check_bearer(self, claims: Claims, authorization: str, proof: str | None, method: str, path: str) -> None:
        """Whether the token still lives, and whether its sender holds the key that it is bound to."""
        check_time(claims, clock.wall())
        if claims.cnf is not None:
            self._possession.prove(claims.cnf.jkt, _credentials(authorization)[1], proof, method, path)

    def _admit(self, authorization: str, snapshot: Snapshot) -> tuple[Caller, Presented]:
        token = self._read.get(authorization)
        if token is None or token.kid not in snapshot.policy.keys:
            token = self._presented(authorization, snapshot, audience(self.issuer))
        admitted = self._admitted[authorization] = _made(token, snapshot), token
        self._read[authorization] = token
        if len(self._read) > TOKENS_KEPT:
            oldest = next(iter(self._read))
            del self._read[oldest]
            self._admitted.pop(oldest, None)
        return admitted

    def _presented(self, authorization: str, snapshot: Snapshot, door: str) -> Presented:
        scheme, text = _credentials(authorization)
        read = presented(verify(text, snapshot.keys, self.issuer, (door,)), self.subjects)
        if scheme == "bearer" and read.claims.cnf is not None:
            raise Unauthenticated("The access token is bound to a key: send it as Authorization: DPoP.", scheme="DPoP")
        if scheme == "dpop" and read.claims.cnf is None:
            raise Unauthenticated("The access token is not bound to a key: send it as Authorization: Bearer.")
        return read


def _snapshot_of(policy: Policy, now: float, known: Snapshot | None) -> Snapshot:
    """What counts now. Where only tokens or consents were revoked, everything else of the known one remains."""
    if known is not None and known.counts_at(now) and policy.has_the_rules_of(known.policy):
        return known.under(policy)
    return policy.at(now, known)


def _credentials(authorization: str) -> tuple[str, str]:
    """The scheme, bearer or dpop, and the token."""
    scheme, _, token = authorization.partition(" ")
    scheme = scheme.lower()
    if scheme not in _SCHEMES or not token:
        raise Unauthenticated("An access token is needed: Authorization: DPoP, or Bearer.", error=None)
    return scheme, token


def _made(token: Presented, snapshot: Snapshot) -> Caller:
    """Whom this token makes its bearer under this snapshot."""
    asking, claims = token.asking, token.claims
    if token.kid not in snapshot.policy.keys:
        raise Unauthenticated("The access token is not valid.")
    if not snapshot.revoked.isdisjoint(token.references):
        raise Revoked
    client = _live_client(asking, snapshot)
    if client.bearer != (claims.cnf is None):
        raise Unauthenticated("The client of this access token is registered for the other kind of token.")
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
        registered_only=any(snapshot.clients[each].registered_only for each in (client.client, *asking.through)),
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
