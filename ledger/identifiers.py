"""Identifiers of requests and streams: UUIDv7 (RFC 9562), ordered by time, unguessable, no system call for each."""

import os
import time
from uuid import UUID

_RANDOM_BYTES = 10
_IDS_PER_FILL = 400


class Uuid7:
    """Makes UUIDv7s as 16 bytes; random bytes are fetched for 400 at a time, first when the first is asked for."""

    __slots__ = ("_at", "_pool")

    def __init__(self) -> None:
        self._pool = b""
        self._at = 0

    def __call__(self) -> bytes:
        at = self._at
        if at == len(self._pool):
            self._pool, at = os.urandom(_RANDOM_BYTES * _IDS_PER_FILL), 0
        self._at = at + _RANDOM_BYTES
        random = int.from_bytes(self._pool[at : self._at])
        milliseconds = time.time_ns() // 1_000_000
        return (
            milliseconds << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
        ).to_bytes(16)


def new_stream_id() -> UUID:
    return UUID(bytes=Uuid7()())
