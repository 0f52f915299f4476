"""Key material: where secrets come from, and which public keys are acceptable.

Secrets are asked of a `KeyFiles`, given by the composition root: it returns the bytes of that name, the same in every
process of the installation, and makes them where they do not exist yet.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from auth.access.nonces import KEY_BYTES as NONCE_KEY_BYTES
from auth.access.references import MASTER_BYTES, MonthlyKeys
from auth.access.subject import KEY_BYTES, SubjectSeal

SIGNING_ALGORITHM = "ES256"
KEYS_FRESH_S = 300
"""How long others may keep the published keys before they look again."""
MOST_CLIENT_KEYS = 4

ClientKey = ECKey | OKPKey

_CURVES = (("EC", "P-256"), ("OKP", "Ed25519"))
_COORDINATE_BYTES = 32
_SMALL_ORDER = frozenset(
    bytes.fromhex(y).ljust(_COORDINATE_BYTES, b"\0")
    for y in (
        "00",
        "01",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Ed25519 points, without the sign of x, under which some signatures hold that nobody's private key made."""


class KeyFiles(Protocol):
    """Read the secret of that name, or make it, durably and once for all processes."""

    def __call__(self, name: str, make: Callable[[], bytes], /) -> bytes: ...


class UnacceptableKey(ValueError):
    """A client's key set that must not be registered. The message is safe to show."""


class SigningKeyMissing(RuntimeError):
    """The private half of a signing key is in no key file of this process."""

    def __init__(self, kid: str | None) -> None:
        super().__init__(
            "There is no signing key that counts." if kid is None else f"The key file {_signing_file(kid)} is missing."
        )


class SigningKeys:
    """The private halves of the keys that sign access tokens. Which of them signs, the policy says."""

    def __init__(self, files: KeyFiles) -> None:
        self._files = files
        self._read: dict[str, ECKey] = {}

    def make(self) -> ECKey:
        """A key of this installation's own, on file before anybody hears of it."""
        key = ECKey.generate_key("P-256")
        written = self._files(_signing_file(key.thumbprint()), lambda: _as_file(key))
        return ECKey.import_key(json.loads(written))

    def private(self, kid: str | None) -> ECKey:
        """The private half of this key; raises `SigningKeyMissing`."""
        if kid is None:
            raise SigningKeyMissing(kid)
        if kid not in self._read:
            self._read[kid] = ECKey.import_key(json.loads(self._files(_signing_file(kid), lambda: _missing(kid))))
        return self._read[kid]


def _signing_file(kid: str) -> str:
    return f"token-signing-{kid}.jwk"


def _missing(kid: str) -> bytes:
    raise SigningKeyMissing(kid)


def subject_seal(files: KeyFiles) -> SubjectSeal:
    """The seal of citizens' keys in tokens."""
    return SubjectSeal(files("subject.key", lambda: os.urandom(KEY_BYTES)))


def nonce_key(files: KeyFiles) -> bytes:
    """The secret of the nonces for proofs, the same in all processes."""
    return files("dpop-nonce.key", lambda: os.urandom(NONCE_KEY_BYTES))


def reference_keys(files: KeyFiles) -> MonthlyKeys:
    """The keys of references between registers. What they are derived from stays with the authority."""
    return MonthlyKeys(files("references.key", lambda: os.urandom(MASTER_BYTES)))


def private_key(files: KeyFiles, name: str) -> ECKey:
    """A P-256 private key kept under that name."""
    return ECKey.import_key(json.loads(files(name, _new_key)))


def _new_key() -> bytes:
    return _as_file(ECKey.generate_key("P-256"))


def _as_file(key: ECKey) -> bytes:
    return json.dumps(key.as_dict(private=True)).encode()


def public_jwk(key: ECKey) -> dict[str, Any]:
    """A signing key as it is published."""
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": SIGNING_ALGORITHM}


def client_jwk(key: ECKey) -> dict[str, Any]:
    """The public half of a client's own key, as it is registered."""
    return {**key.as_dict(private=False), "kid": key.thumbprint()}


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
        _check_coordinates(jwk)
        return ECKey.import_key(jwk) if jwk["kty"] == "EC" else OKPKey.import_key(jwk)
    except (JoseError, ValueError, TypeError) as error:
        raise UnacceptableKey("the key cannot be read") from error


def _check_coordinates(jwk: Mapping[str, Any]) -> None:
    """Each coordinate has one spelling, so that a key is recognized; and an Ed25519 key is somebody's."""
    x, *_ = (_coordinate(jwk[name]) for name in ("x", "y") if name in jwk)
    if jwk["kty"] == "OKP" and x[:-1] + bytes([x[-1] & 0x7F]) in _SMALL_ORDER:
        raise ValueError("a point of small order")


def _coordinate(text: object) -> bytes:
    data = urlsafe_b64decode(f"{text}=")
    if len(data) != _COORDINATE_BYTES or urlsafe_b64encode(data).decode() != f"{text}=":
        raise ValueError("a coordinate is 32 bytes, base64url without padding")
    return data
