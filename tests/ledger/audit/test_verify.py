"""Whether `verify` finds what was done to a ledger, and names it."""

from tests.ledger.audit.world import World


async def test_auditor_verifies_untouched_ledger_and_finds_no_fault(original: World) -> None:
    report = await original.verify()

    assert report.faults == []
    assert report.size == (await original.fetch("select max(size) from checkpoints"))[0][0] > 256
    assert report.compared == {"checkpoints kept outside": 4, "acts of the authority's record": 6}
