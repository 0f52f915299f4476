"""Rights are alive (law 6): whoever was admitted is asked about again, by the policy of now, whenever time has passed.

The part that every door of the graph shares, whether tokens are opened here or a ticket says of whom they speak.
"""

from dataclasses import dataclass

from auth import clock
from auth.access.presented import Presented
from auth.access.tokens import VerifiedToken, check_time, verify
from auth.caller import Caller
from auth.errors import Revoked, RightsChanged, Unauthenticated
from auth.policy.algebra import Asking
from auth.policy.decided import Client
from auth.policy.snapshot import Policy, Snapshot
from auth.policy.source import PolicySource

_SCHEMES = frozenset({"bearer", "dpop"})


@dataclass(frozen=True, slots=True)
class Admission:
    """By what a caller was admitted, and under which snapshot."""

    token: Presented
    snapshot: Snapshot


class LivingRights:
    """What callers may do now, by a policy that somebody keeps up to date."""

    def __init__(self, source: PolicySource, issuer: str) -> None:
        self.issuer = issuer
        self._source = source
        self._snapshot: Snapshot | None = None

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
            self._forget()
        return known

    def again(self, caller: Caller) -> Caller:
        """The same caller by the rights of now, for one already admitted. Raises as when it was admitted."""
        snapshot, admission = self.snapshot(), caller.admission
        if not isinstance(admission, Admission):
            return caller
        check_time(admission.token.claims, clock.wall())
        return caller if admission.snapshot is snapshot else made(admission.token, snapshot)

    def confirm(self, caller: Caller) -> None:
        """Whether what this caller was admitted with still holds: `GrantsUnconfirmed` or `RightsChanged` if not.

        For work under way, before each further step of it. A token that runs out meanwhile does not end the work. Of a
        caller whom no token made only the lease is asked.
        """
        snapshot, admission = self.snapshot(), caller.admission
        if not isinstance(admission, Admission) or admission.snapshot is snapshot:
            return
        try:
            now = made(admission.token, snapshot)
        except Unauthenticated as refused:
            raise RightsChanged from refused
        if now.rights is not caller.rights or now.registered_only > caller.registered_only:
            raise RightsChanged

    def _forget(self) -> None:
        """Another snapshot counts: what was remembered under the last one does not."""

    def _verified(self, authorization: str, snapshot: Snapshot, door: str) -> VerifiedToken:
        """The token of a header, sent as tokens of its kind are sent."""
        scheme, text = credentials(authorization)
        read = verify(text, snapshot.keys, self.issuer, (door,))
        if scheme == "bearer" and read.claims.cnf is not None:
            raise Unauthenticated("The access token is bound to a key: send it as Authorization: DPoP.", scheme="DPoP")
        if scheme == "dpop" and read.claims.cnf is None:
            raise Unauthenticated("The access token is not bound to a key: send it as Authorization: Bearer.")
        return read


def credentials(authorization: str | None) -> tuple[str, str]:
    """The scheme, bearer or dpop, and the token."""
    if authorization is None:
        raise Unauthenticated("An access token is needed.", error=None)
    scheme, _, token = authorization.partition(" ")
    scheme = scheme.lower()
    if scheme not in _SCHEMES or not token:
        raise Unauthenticated("An access token is needed: Authorization: DPoP, or Bearer.", error=None)
    return scheme, token


def made(token: Presented, snapshot: Snapshot) -> Caller:
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
        admission=Admission(token, snapshot),
    )


def _snapshot_of(policy: Policy, now: float, known: Snapshot | None) -> Snapshot:
    """What counts now. Where only tokens or consents were revoked, everything else of the known one remains."""
    if known is not None and known.counts_at(now) and policy.has_the_rules_of(known.policy):
        return known.under(policy)
    return policy.at(now, known)


def _live_client(asking: Asking, snapshot: Snapshot) -> Client:
    """The client, if it, all through whom it asks, and the agency on whose behalf it asks are admitted."""
    client = snapshot.clients.get(asking.client)
    if client is None or not all(other in snapshot.clients for other in asking.through):
        raise Unauthenticated("The client of this access token is not admitted.")
    if asking.agency is not None and asking.agency not in snapshot.agencies:
        raise Unauthenticated("The agency on whose behalf this access token asks is not admitted.")
    return client
