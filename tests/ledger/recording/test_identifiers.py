"""Request ids are version 7 UUIDs: ordered by time, and nobody guesses the next."""

import time
from uuid import RFC_4122, UUID

from ledger.recording.identifiers import Uuid7


def test_ids_are_version_7_and_never_repeat() -> None:
    make = Uuid7()

    ids = [UUID(bytes=make()) for _ in range(2_000)]

    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
    assert len(set(ids)) == len(ids)


def test_id_names_the_millisecond_it_was_made_in() -> None:
    before = time.time_ns() // 1_000_000

    made = int.from_bytes(Uuid7()()[:6])

    assert before <= made <= time.time_ns() // 1_000_000


def test_two_makers_never_share_random_bits() -> None:
    one, other = Uuid7(), Uuid7()

    assert {one()[8:] for _ in range(1_000)}.isdisjoint(other()[8:] for _ in range(1_000))
