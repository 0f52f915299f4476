"""What erasure does to rows: the pseudonym and the salts go, the hash that was made of them stays. In batches.

A batch is one transaction, so an answer is erased with all its persons or not at all; what a crash cuts short is found
again by its seed. An answer that is not as it was sealed is left as it is: its erasure would hide what was done to it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import accumulate, groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

from asyncpg import Connection, Record

from ledger.tree.leaves import officer_commitment, salt_of, subject_content
from ledger.tree.merkle import leaf_hash, root

ANSWERS = 500
PEOPLE = 5_000
"""At most in one batch, but for an answer that has more by itself."""

_ANSWERS = """
select leaf, seed, officer, people, root from answers join parties using (party)
where purpose is not distinct from $1 and leaf >= $2 and leaf < $3 and seed is not null
order by leaf limit $4
"""
_PEOPLE = """
select leaf, place, people.subject, readings.digest from people join readings using (reading)
where leaf = any($1) order by leaf, place
"""
_EMPTY_PEOPLE = """
update people set subject = null, digest = made.digest
from unnest($1::bigint[], $2::int[], $3::bytea[]) as made (leaf, place, digest)
where people.leaf = made.leaf and people.place = made.place and people.subject is not null
"""
_EMPTY_ANSWERS = """
update answers set seed = null, officer = null, officer_digest = made.digest
from unnest($1::bigint[], $2::bytea[]) as made (leaf, digest) where answers.leaf = made.leaf and seed is not null
"""
_STANDING_IN = """
select distinct stream, seq from answers join segments using (stream, seq)
where leaf >= $1 and leaf < $2 and seed is null and data is not null order by stream, seq limit $3
"""
_EMPTY_SEGMENTS = """
update segments set data = null from unnest($1::uuid[], $2::bigint[]) as these (stream, seq)
where segments.stream = these.stream and segments.seq = these.seq
"""


class Emptied(NamedTuple):
    """What became of one batch."""

    people: int
    odd: tuple[int, ...]
    """Leaves of answers that are not as they were sealed, and so were left."""


async def empty_people(connection: Connection, purpose: str | None, first: int, end: int) -> AsyncIterator[Emptied]:
    """Of all answers for the purpose with leaves from the first up to the end."""
    while True:
        async with connection.transaction():
            answers = _batch(await connection.fetch(_ANSWERS, purpose, first, end, ANSWERS))
            if not answers:
                return
            people = await connection.fetch(_PEOPLE, [answer["leaf"] for answer in answers])
            emptied = await _empty(connection, answers, people)
        yield emptied
        first = answers[-1]["leaf"] + 1


async def empty_segments(connection: Connection, first: int, end: int) -> AsyncIterator[int]:
    """Of the segments with leaves from the first up to the end, those of which something was erased."""
    while rows := await connection.fetch(_STANDING_IN, first, end, ANSWERS):
        await connection.execute(_EMPTY_SEGMENTS, *zip(*map(tuple, rows), strict=True))
        yield len(rows)


def _batch(answers: Sequence[Record]) -> Sequence[Record]:
    sums = accumulate(answer["people"] for answer in answers)
    fitting = sum(1 for _ in takewhile(lambda people: people <= PEOPLE, sums))
    return answers[: max(fitting, 1)]


async def _empty(connection: Connection, answers: Sequence[Record], people: Sequence[Record]) -> Emptied:
    standing = {leaf: list(rows) for leaf, rows in groupby(people, itemgetter("leaf"))}
    small = {answer["leaf"]: _small_leaves(answer, standing.get(answer["leaf"], [])) for answer in answers}
    good = [answer for answer in answers if root(small[answer["leaf"]]) == answer["root"]]
    await _write(connection, good, small)
    odd = tuple(answer["leaf"] for answer in answers if answer not in good)
    return Emptied(sum(len(small[answer["leaf"]]) for answer in good), odd)


def _small_leaves(answer: Record, people: Sequence[Record]) -> list[bytes]:
    return [
        leaf_hash(subject_content(salt_of(answer["seed"], row["place"]), row["subject"] or b"", row["digest"]))
        for row in people
    ]


async def _write(connection: Connection, answers: Sequence[Record], small: Mapping[int, Sequence[bytes]]) -> None:
    rows = [(answer["leaf"], place, made) for answer in answers for place, made in enumerate(small[answer["leaf"]])]
    if rows:
        await connection.execute(_EMPTY_PEOPLE, *zip(*rows, strict=True))
    digests = [
        officer_commitment(answer["seed"], answer["officer"]) if answer["officer"] else None for answer in answers
    ]
    await connection.execute(_EMPTY_ANSWERS, [answer["leaf"] for answer in answers], digests)
