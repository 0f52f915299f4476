"""Whether whoever sends a bound token holds its key: the proof that came with it, checked and remembered.

The order of refusals: no proof; what is wrong with the proof; a good proof of another key, which means a token in the
wrong hands; a proof seen before. Only what the holder of a living token signed is remembered.
"""

from typing import Protocol

from auth import clock
from auth.access.nonces import Nonces
from auth.access.proofs import Proof, ProofRefused, check
from auth.errors import Unauthenticated

GRAPH = "/graphql"


class Seen(Protocol):
    """Remembers the proofs that were used, for all processes that name the same `place`."""

    place: str

    async def is_first(self, proof: Proof) -> bool:
        """Whether nobody has seen this proof before; from here on somebody has. Raises `GrantsUnconfirmed`."""
        ...

    async def close(self) -> None: ...


class Possession:
    """At the doors of one process.

    `nonces` are the same in every process; `seen` is shared by all that a client may meet at this address.

    `graph_url` is where clients reach the graph, if that is not `/graphql` at the issuer.
    """

    def __init__(self, issuer: str, nonces: Nonces, seen: Seen, graph_url: str = "") -> None:
        self._issuer, self.nonces, self._seen = issuer, nonces, seen
        self._elsewhere = {GRAPH: graph_url} if graph_url else {}

    async def prove(self, jkt: str, token: str, proof: str | None, method: str, path: str) -> None:
        """Raises `Unauthenticated` unless the proof is by the key `jkt`, for this token and request, and not used.

        Raises `GrantsUnconfirmed` where it cannot be told whether it was used. The address that a proof must name is
        made from the settings, never from what the request says of its host.
        """
        if proof is None:
            raise self._refusal("The access token is bound to a key: send a proof in the header DPoP.")
        try:
            address = self._elsewhere.get(path) or self._issuer + path
            proven = check(proof, method, address, nonces=self.nonces, now=clock.wall(), token=token)
        except ProofRefused as refused:
            raise self._refusal(str(refused), refused.error) from refused
        if proven.jkt != jkt:
            raise self._refusal("The access token is bound to another key.", "invalid_token")
        if not await self._seen.is_first(proven):
            raise self._refusal("The proof was used before; sign a new one with a new jti.")

    def _refusal(self, description: str, error: str = "invalid_dpop_proof") -> Unauthenticated:
        return Unauthenticated(description, error, scheme="DPoP", nonce=self.nonces.current())
