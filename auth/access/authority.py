"""The resource side: an `Authorization` header becomes a `Caller`, or is turned away.

Tokens that were read are kept, and so is who they make their bearer while one snapshot lives: a token seen before costs
a clock reading and two look-ups. Nothing here waits, but for a proof that hosts remember together; without a living
policy everybody is refused.

The order of refusals: what is wrong with the token itself first, its revocation next, then who it was made for, and
last whether its sender holds the key that it is bound to. None of them depends on what is asked. A token without rights
is no refusal here: its bearer may read public facts, and is told which scopes are missing.
"""

from auth import clock
from auth.access.living import LivingRights, credentials, made
from auth.access.possession import Possession
from auth.access.presented import Presented, presented
from auth.access.subject import SubjectSeal
from auth.access.tokens import Claims, audience, check_time, office_audience, verify
from auth.caller import Caller
from auth.errors import Unauthenticated
from auth.policy.snapshot import Snapshot
from auth.policy.source import PolicySource
from auth.scopes import Catalogue

TOKENS_KEPT = 4096


class Authority(LivingRights):
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
        super().__init__(source, issuer)
        self.catalogue, self.subjects, self.nonces = catalogue, subjects, possession.nonces
        self._possession = possession
        self._read: dict[str, Presented] = {}  # by the header as it was sent, oldest first
        self._admitted: dict[str, tuple[Caller, Presented]] = {}  # the same, under the snapshot of now

    async def caller(
        self, authorization: str | None, proof: str | None = None, method: str = "POST", path: str = "/graphql"
    ) -> Caller:
        """Who sent these headers (`Authorization`, `DPoP`) to the graph. Once per request: a proof is used by it.

        Raises `Unauthenticated`, or `GrantsUnconfirmed`.
        """
        snapshot = self.snapshot()
        if authorization is None:
            raise Unauthenticated("An access token is needed.", error=None)
        caller, token = self._admitted.get(authorization) or self._admit(authorization, snapshot)
        await self._check_bearer(token.claims, authorization, proof, method, path)
        return caller

    async def office_caller(
        self, authorization: str | None, proof: str | None, method: str = "POST", path: str = "/office/graphql"
    ) -> Caller:
        """The same at the office door, for which tokens are made apart: neither door takes those of the other."""
        snapshot = self.snapshot()
        if authorization is None:
            raise Unauthenticated("An access token is needed.", error=None)
        token = self._presented(authorization, snapshot, office_audience(self.issuer))
        made(token, snapshot)  # what is wrong with the token is said before a proof is used
        await self._check_bearer(token.claims, authorization, proof, method, path)
        return made(token, self.snapshot())  # a proof may have been waited for

    def standing(self, token: str, *audiences: str) -> tuple[Caller, Claims]:
        """Whom this token makes its bearer now, whoever that is. For the OAuth server, which is asked about tokens.

        No proof is asked for: a client may show its token to those who are to answer for it. Raises what `caller` does.
        """
        snapshot = self.snapshot()
        read = presented(verify(token, snapshot.keys, self.issuer, audiences), self.subjects)
        caller = made(read, snapshot)
        check_time(read.claims, clock.wall())
        return caller, read.claims

    def _forget(self) -> None:
        self._admitted.clear()

    async def _check_bearer(
        self, claims: Claims, authorization: str, proof: str | None, method: str, path: str
    ) -> None:
        """Whether the token still lives, and whether its sender holds the key that it is bound to."""
        check_time(claims, clock.wall())
        if claims.cnf is not None:
            await self._possession.prove(claims.cnf.jkt, credentials(authorization)[1], proof, method, path)

    def _admit(self, authorization: str, snapshot: Snapshot) -> tuple[Caller, Presented]:
        token = self._read.get(authorization)
        if token is None or token.kid not in snapshot.policy.keys:
            token = self._presented(authorization, snapshot, audience(self.issuer))
        admitted = self._admitted[authorization] = made(token, snapshot), token
        self._read[authorization] = token
        if len(self._read) > TOKENS_KEPT:
            oldest = next(iter(self._read))
            del self._read[oldest]
            self._admitted.pop(oldest, None)
        return admitted

    def _presented(self, authorization: str, snapshot: Snapshot, door: str) -> Presented:
        return presented(self._verified(authorization, snapshot, door), self.subjects)
