"""Ids and cursors that say nothing to whoever holds them, and are worth nothing to anybody else.

A place in the tree tells nearly when something was recorded, and a cursor tells what was passed over: both are kept
from the citizen of a guarded row. So what goes out is sealed with AES-SIV, bound to what it is for and to whose it is.
The same place has the same id at all times.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES = 64
_LABEL = b"lienthong archive v1"
_LONGEST = 4_096


class NotGivenOutHere(ValueError):
    """The id or cursor was not made here for this reader and this use."""


class Seal:
    """Seals and opens ids. All processes of an installation hold the same 64-byte key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the archive's key must have {KEY_BYTES} bytes")
        self._siv = AESSIV(key)

    def seal(self, value: object, use: str, reader: str) -> str:
        sealed = self._siv.encrypt(msgspec.msgpack.encode(value), _bound(use, reader))
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, sealed: str, use: str, reader: str) -> Any:
        """Raises `NotGivenOutHere`."""
        if len(sealed) > _LONGEST:
            raise NotGivenOutHere
        try:
            data = urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
            return msgspec.msgpack.decode(self._siv.decrypt(data, _bound(use, reader)))
        except (InvalidTag, ValueError) as error:
            raise NotGivenOutHere from error


def _bound(use: str, reader: str) -> list[bytes]:
    return [_LABEL, use.encode(), reader.encode()]
