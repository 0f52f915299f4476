"""What a token says, read without believing it."""

import json
from typing import Any

from joserfc import jws


def said_by(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return claims
