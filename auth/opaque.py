"""Opaque secrets: cookies, codes, request names, refresh tokens, enrolment links.

256 bits from the system, written in URL-safe letters. The database keeps SHA-256 of them only: who reads it can use
none.
"""

import hashlib
import hmac
import secrets

SECRET_BYTES = 32
LONGEST = 64
"""No secret of ours is longer; what is longer is not looked up."""


def fresh() -> str:
    """A new secret, 43 letters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of it."""
    return hashlib.sha256(secret.encode()).digest()


def bound_to(secret: str, use: str) -> str:
    """Another secret that follows from this one and says for what: only who holds the first can make it."""
    return hmac.new(secret.encode(), use.encode(), hashlib.sha256).hexdigest()


def is_bound_to(given: str, secret: str, use: str) -> bool:
    """Whether `given` follows from the secret for that use; takes the same time whatever was given."""
    return hmac.compare_digest(given.encode(), bound_to(secret, use).encode())
