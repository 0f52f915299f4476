"""Holders of keys, as these tests play them: they sign proofs, good ones and every other kind."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import ECKey, OKPKey

from auth import clock
from auth.access.nonces import Nonces
from tests.auth.world import ISSUER, Installation, signed, unpadded

GRAPH, TOKEN = ISSUER + "/graphql", ISSUER + "/oauth/token"


def thumbprint_of(token: str) -> str:
    """`ath`: what a proof says of the token that it goes with."""
    return unpadded(hashlib.sha256(token.encode()).digest())


@dataclass
class Holder:
    """Somebody who holds a key and knows the nonce of now."""

    nonces: Nonces
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def jkt(self) -> str:
        return str(self.key.thumbprint())

    def header(self, **changed: Any) -> dict[str, Any]:
        algorithm = "ES256" if isinstance(self.key, ECKey) else "EdDSA"
        return _kept({"typ": "dpop+jwt", "alg": algorithm, "jwk": self.key.as_dict(private=False), **changed})

    def claims(self, url: str = GRAPH, *, token: str | None = None, **changed: Any) -> dict[str, Any]:
        good = {
            "jti": secrets.token_urlsafe(12),
            "htm": "POST",
            "htu": url,
            "iat": int(clock.wall()),
            "nonce": self.nonces.current(),
            "ath": None if token is None else thumbprint_of(token),
        }
        return _kept({**good, **changed})

    def proof(
        self, url: str = GRAPH, *, token: str | None = None, header: dict[str, Any] | None = None, **changed: Any
    ) -> str:
        """A good proof, changed as told; a member given as None is left out."""
        return signed(self.header(**(header or {})), self.claims(url, token=token, **changed), self.key)


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def holder_at(made: Installation, key: Any = None) -> Holder:
    return Holder(made.authority.nonces, key or ECKey.generate_key("P-256"))


def edwards_at(made: Installation) -> Holder:
    return Holder(made.authority.nonces, OKPKey.generate_key("Ed25519"))


async def bound_token(made: Installation, client: str, scope: str, holder: Holder, **how: Any) -> str:
    """A token of this client, bound to the key of this holder."""
    answer = await made.server.token(made.form(client, scope, **how), proof=holder.proof(TOKEN))
    assert answer.status == 200, answer.body
    return str(answer.body["access_token"])
