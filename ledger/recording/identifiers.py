"""Identifiers of requests and streams: UUIDv7 (RFC 9562), ordered by time, made without a system call for each."""

import time
from random import Random
from uuid import UUID

_RANDOM_BITS = 74


class Uuid7:
    """Makes UUIDv7s as 16 bytes. One per process, made after any fork: two copies would make the same ids."""

    __slots__ = ("_random",)

    def __init__(self) -> None:
        self._random = Random().getrandbits  # noqa: S311 - seeded by the system; an id must be unique, it is no secret

    def __call__(self) -> bytes:
        milliseconds = time.time_ns() // 1_000_000
        random = self._random(_RANDOM_BITS)
        return (
            milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
        ).to_bytes(16)


def new_stream_id() -> UUID:
    return UUID(bytes=Uuid7()())
