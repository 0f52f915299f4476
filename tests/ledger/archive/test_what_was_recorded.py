"""From a record to a proof by the product's own hands: recorded, sealed, listed for its citizen, and proven."""

from pathlib import Path

import pytest

from ledger.archive.archives import Archives, Registered
from ledger.archive.guard import PurposeRule, Rules
from ledger.archive.rows import Kind
from ledger.recording.ledger import Ledger
from ledger.sealing import seal_now
from ledger.tree.evidence import check, encode
from ledger.tree.notes import Signer
from ledger.tree.proofs import ProofRefused
from tests.ledger.archive.world import ARCHIVE_KEY, READER, Books, pin
from tests.ledger.desk import Desk
from tests.ledger.keys import key_ring

ORIGIN = "lienthong.example/ledger"
RULES = Rules.of([PurposeRule("civil-registration", ("Hộ tịch", "Civil registration"))])
GUARDED = Rules.of([PurposeRule("civil-registration", ("", ""), third_party_sensitive=True)])


async def test_what_was_recorded_is_listed_and_proven_to_each_of_its_people(books: Books, tmp_path: Path) -> None:
    keys, signer = key_ring(), Signer(ORIGIN, Signer.new_key())
    ledger = Ledger(books.dsn, keys)
    await ledger.open()
    desk = Desk(ledger)
    for number in range(300):  # more than a tile, so that proofs reach over it
        await desk.answer([pin(1)], [pin(2), pin(3 + number)])
    await ledger.close()
    await seal_now(books.dsn, signer, tmp_path / "shelf")
    archives = Archives([Registered(ORIGIN, books.dsn, keys.all)], ARCHIVE_KEY)

    try:
        for who, first in ((1, "citizen"), (2, "citizen.household.members"), (9, "citizen.household.members")):
            row = (await archives.page(pin(who), READER, RULES, first=1)).rows[0]
            proof = await archives.proof(pin(who), READER, RULES, row.id)
            closed = await archives.proof(pin(who), READER, GUARDED, row.id)
            assert proof is not None
            assert closed is not None
            proven = check(encode(proof), signer.verifier)
            assert row.kind is Kind.DISCLOSED
            assert proven.shared is not None
            assert (proven.reading.steps[0].path, proven.shared.agency) == (first, "G01")
            assert check(encode(closed), signer.verifier).shared is None
            assert b"G01" not in encode(closed)
            with pytest.raises(ProofRefused):
                check(encode(proof), Signer(ORIGIN, Signer.new_key()).verifier)
    finally:
        await archives.close()
