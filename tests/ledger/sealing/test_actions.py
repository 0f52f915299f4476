"""Acts: each of the authority's record gets one leaf; a record that was exchanged is not sealed, disclosures are."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from ledger.sealing import ActsUnavailable, opened
from ledger.tree.leaves import act_content
from ledger.tree.merkle import leaf_hash
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf
from tests.ledger.sealing.written import Stream, answer, person, write
from tests.ledger.server import Server


class Record:
    """An authority's record of acts."""

    def __init__(self, length: int, version: int = 1) -> None:
        self.acts = [(number, hash_of(number, version)) for number in range(1, length + 1)]
        self.is_out = False

    async def after(self, number: int, limit: int) -> Sequence[tuple[int, bytes]]:
        if self.is_out:
            raise ActsUnavailable("the authority is out")
        return [act for act in self.acts if act[0] > number][:limit]


def hash_of(number: int, version: int = 1) -> bytes:
    return bytes((number, version)) * 16


async def sealed(url: str, signer: Signer, shelf: Path, record: Record) -> tuple[str, ...]:
    """What was the matter when everything was sealed that could be."""
    async with opened(url, signer, Shelf(shelf), record) as sealer:
        await sealer.catch_up()
        return sealer.troubles


@pytest.fixture
def url(server: Server, database: str) -> str:
    return server.url(database)


async def test_each_act_gets_one_leaf_in_its_order(
    url: str, books: asyncpg.Connection, signer: Signer, shelf: Path
) -> None:
    record = Record(3)
    await sealed(url, signer, shelf, record)
    record.acts.append((4, hash_of(4)))

    assert await sealed(url, signer, shelf, record) == ()

    rows = await books.fetch("select act, acts.hash, leaves.hash from acts join leaves using (leaf) order by leaf")
    expected = [(n, hash_of(n), leaf_hash(act_content(n, hash_of(n)))) for n in (1, 2, 3, 4)]
    assert [tuple(row) for row in rows] == expected


@pytest.mark.parametrize(
    ("exchanged", "said"),
    [
        (Record(5, version=2), "act 3 of the authority's record is not the one that was sealed"),
        (Record(2), "act 3 of the authority's record is not the one that was sealed"),
        (Record(0), "act 3 of the authority's record is not the one that was sealed"),
    ],
    ids=["another", "cut back", "emptied"],
)
async def test_record_that_was_exchanged_is_not_sealed_and_disclosures_are(
    url: str, books: asyncpg.Connection, signer: Signer, shelf: Path, exchanged: Record, said: str
) -> None:
    await sealed(url, signer, shelf, Record(3))
    await write(books, *Stream().begin(answer([person(1)])).segments)

    assert await sealed(url, signer, shelf, exchanged) == (said,)

    assert await books.fetchval("select array_agg(act order by act) from acts") == [1, 2, 3]
    assert await books.fetchval("select count(*) from answers") == 1


async def test_act_missing_in_the_record_is_named(
    url: str, books: asyncpg.Connection, signer: Signer, shelf: Path
) -> None:
    record = Record(4)
    del record.acts[2]

    assert await sealed(url, signer, shelf, record) == ("act 3 is missing in the authority's record",)

    assert await books.fetchval("select count(*) from acts") == 0


async def test_authority_that_is_out_delays_acts_and_no_disclosures(
    url: str, books: asyncpg.Connection, signer: Signer, shelf: Path
) -> None:
    record = Record(2)
    record.is_out = True
    await write(books, *Stream().begin(answer([person(1)])).segments)

    assert await sealed(url, signer, shelf, record) == ("the authority is out",)
    record.is_out = False
    assert await sealed(url, signer, shelf, record) == ()

    assert await books.fetchval("select array_agg(kind order by leaf) from leaves") == [1, 4, 4]
