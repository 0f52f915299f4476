"""Key material: where secrets come from, and which public keys are acceptable.

Secrets are asked of a `KeyFiles`, given by the composition root: it returns the bytes of that name, the same in every
process of the installation, and makes them where they do not exist yet.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from auth.access.subject import KEY_BYTES, SubjectSeal

SIGNING_ALGORITHM = "ES256"
MOST_CLIENT_KEYS = 4

ClientKey = ECKey | OKPKey

_CURVES = (("EC", "P-256"), ("OKP", "Ed25519"))


class KeyFiles(Protocol):
    """Read the secret of that name, or make it, durably and once for all processes."""

    def __call__(self, name: str, make: Callable[[], bytes], /) -> bytes: ...


class UnacceptableKey(ValueError):
    """A client's key set that must not be registered. The message is safe to show."""


def signing_key(files: KeyFiles) -> ECKey:
    """The private key with which this installation signs access tokens."""
    return private_key(files, "token-signing.jwk")


def subject_seal(files: KeyFiles) -> SubjectSeal:
    """The seal of citizens' keys in tokens."""
    return SubjectSeal(files("subject.key", lambda: os.urandom(KEY_BYTES)))


def private_key(files: KeyFiles, name: str) -> ECKey:
    """A P-256 private key kept under that name."""
    return ECKey.import_key(json.loads(files(name, _new_key)))


def _new_key() -> bytes:
    return json.dumps(ECKey.generate_key("P-256").as_dict(private=True)).encode()


def public_jwk(key: ECKey) -> dict[str, Any]:
    """A signing key as it is published."""
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": SIGNING_ALGORITHM}


def verifying_key(jwk: Mapping[str, Any]) -> ECKey:
    """A published signing key, read back."""
    return ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})


def client_keys(jwks: Mapping[str, Any]) -> dict[str, ClientKey]:
    """The keys of a client by `kid`; refuses private, symmetric, weak, unnamed and surplus ones."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_CLIENT_KEYS:
        raise UnacceptableKey(f"a client has between 1 and {MOST_CLIENT_KEYS} keys")
    named = {key.kid: key for key in map(_client_key, keys) if key.kid}
    if len(named) != len(keys):
        raise UnacceptableKey("each key needs a kid of its own")
    return named


def _client_key(jwk: object) -> ClientKey:
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        raise UnacceptableKey("each key needs a kid of its own")
    if (jwk.get("kty"), jwk.get("crv")) not in _CURVES:
        raise UnacceptableKey("only P-256 and Ed25519 keys are accepted")
    if "d" in jwk:
        raise UnacceptableKey("a private key was sent; make a new pair and send the public key only")
    try:
        return ECKey.import_key(jwk) if jwk["kty"] == "EC" else OKPKey.import_key(jwk)
    except (JoseError, ValueError, TypeError) as error:
        raise UnacceptableKey("the key cannot be read") from error
