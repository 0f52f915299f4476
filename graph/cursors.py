"""Places in a list, sealed: a cursor is a row's surrogate under AES-SIV, bound to client, field and arguments.

So it cannot be made, read, moved to another question or handed to another client. Every process holds the same keys;
one before the present one is still accepted, so that keys can be changed under running readers.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from graph.errors import Code, refused

KEY_BYTES = 64
BEFORE_ALL = -1  # surrogates are not negative


@dataclass(frozen=True, slots=True)
class Place:
    """What a cursor is bound to."""

    client: str
    coordinate: str
    arguments: Sequence[Any]

    def bound(self) -> list[bytes]:
        """The associated data of the seal; arguments as a digest, so that their number does not matter."""
        digest = hashlib.sha256(repr(self.arguments).encode()).digest()
        return [self.client.encode(), self.coordinate.encode(), digest]


class Cursors:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [AESSIV(key) for key in keys]

    def sealer(self, place: Place) -> Callable[[int], str]:
        """The function that seals surrogates for one connection of one request."""
        bound, encrypt = place.bound(), self._ciphers[0].encrypt
        return lambda surrogate: urlsafe_b64encode(encrypt(surrogate.to_bytes(8, "big"), bound)).decode()

    def open(self, cursor: str, place: Place) -> int:
        """The surrogate of a cursor. Raises Refused with BAD_USER_INPUT for whatever was not sealed for this place."""
        bound = place.bound()
        for cipher in self._ciphers:
            try:
                return int.from_bytes(cipher.decrypt(urlsafe_b64decode(cursor), bound), "big")
            except (InvalidTag, ValueError):
                continue
        raise refused(Code.BAD_USER_INPUT, "after is no cursor of this list, with these arguments, for this client.")
