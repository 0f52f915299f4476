"""Access tokens as somebody writes them who holds a key: ours, or their own."""

import json
import secrets
from typing import Any

from auth import clock
from tests.auth.world import BASIS, ISSUER, NAME, signed, unpadded


def claims(**changed: Any) -> dict[str, Any]:
    now = int(clock.wall())
    detail = {"type": "urn:lienthong:purpose", "purpose": "security", "case_reference": "G01-1", "legal_basis": BASIS}
    good = {
        "iss": ISSUER, "aud": ISSUER + "/graphql", "sub": "desk", "client_id": "desk", "iat": now, "exp": now + 300,
        "jti": secrets.token_hex(8), "scope": NAME, "authorization_details": [detail],
    }  # fmt: skip
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def forged(key: Any, *, header: dict[str, Any] | None = None, **changed: Any) -> str:
    """What somebody who holds this key can write; a header or claim given as None is left out."""
    full = {"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint(), **(header or {})}
    full = {name: value for name, value in full.items() if value is not None}
    return signed(full, claims(**changed), key)


def encoded(part: Any) -> str:
    return unpadded(json.dumps(part).encode())


def unsigned(header: dict[str, Any], signature: str = "") -> str:
    return f"{encoded(header)}.{encoded(claims())}.{signature}"
