"""The sealer: everything recorded gets its leaf, once, and what rows say is what segments say."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from ledger.tree.merkle import root
from ledger.tree.notes import Signer, opened
from ledger.tree.shelf import Shelf
from tests.ledger.desk import Desk, pin

Seal = Callable[[], Awaitable[int]]


async def test_answer_gets_a_leaf_and_its_persons_rows(
    desk: Desk, seal: Seal, books: asyncpg.Connection, signer: Signer, shelf: Path
) -> None:
    request_id = await desk.answer([pin(1)], [pin(2), pin(3), pin(1)])

    size = await seal()

    answer = await books.fetchrow("select * from answers")
    assert answer is not None
    assert answer["request_id"].bytes == request_id
    people = await books.fetch("select place, subject from people order by place")
    pseudonyms = desk.ledger._known()
    assert [pseudonyms.persons(row["subject"])[0] for row in people] == [pin(1), pin(2), pin(3)]
    hashes = [row["hash"] for row in await books.fetch("select hash from leaves order by leaf")]
    note = Shelf(shelf).latest()
    assert note is not None
    sealed = opened(note, signer.verifier).checkpoint
    assert (sealed.size, sealed.root) == (size, root(hashes))
    assert size == len(hashes) == 1 + await books.fetchval("select count(*) from events")
