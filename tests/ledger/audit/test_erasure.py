"""What is kept no longer goes, what proves it stays, and no gap is without its entry."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from ledger import KeyRing
from ledger.archive.archives import Archives, Registered
from ledger.archive.guard import PurposeRule, Rules
from ledger.audit.daily import ClockLeapt, NotSealed, erase, rehearse, require_steady_clock
from ledger.audit.emptying import empty_people
from ledger.audit.erasure import LOCK, AnotherErases, Erased, Tell
from ledger.audit.retention import Retention
from ledger.segments.entries import AnyEvent, PeopleErased
from ledger.tree.evidence import check, encode
from tests.ledger.audit.world import ORIGIN, PURPOSES, World, fill
from tests.ledger.desk import pin

SOON = datetime.now(UTC) + timedelta(days=32)
"""A month is over; two are not."""
SHORT = Retention({PURPOSES[0]: 1, PURPOSES[1]: 2}, usual=24)
LATER = SOON + timedelta(days=3_000)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.audit.daily.PATIENCE", 10.0)


async def erased(world: World, retention: Retention, now: datetime) -> Erased:
    """A run of erasure at that time, beside a sealing process."""
    world.ahead = now - datetime.now(UTC)
    stop = asyncio.Event()

    async def seal() -> None:
        while not stop.is_set():
            await world.seal()
            await asyncio.sleep(0.05)

    sealing = asyncio.create_task(seal())
    try:
        async with world.ledger() as ledger:
            keys = KeyRing(world.drawer, now.timestamp)
            return await erase(world.dsn, retention, keys, ledger.record_event, now)
    finally:
        stop.set()
        await sealing
        await world.seal()


async def test_month_is_over_for_one_purpose_and_only_its_persons_go(world: World) -> None:
    counted = "select purpose, sum(people), count(seed) from answers join parties using (party) group by 1 order by 1"
    before = dict(row[:2] for row in await world.fetch(counted))

    done = await erased(world, SHORT, SOON)

    assert done.people == {PURPOSES[0]: before[PURPOSES[0]]}
    assert [(row[0], row[2] == 0) for row in await world.fetch(counted)] == [
        (PURPOSES[0], True),
        (PURPOSES[1], False),
        (None, False),
    ]
    left = "select count(*) from people join answers using (leaf) where (subject is null) <> (seed is null)"
    assert (await world.fetch(left))[0][0] == 0
    assert (await world.fetch("select count(*) from answers where seed is null and officer is not null"))[0][0] == 0
    assert done.segments > 0
    assert (await world.verify()).faults == []


async def test_everything_is_over_and_nobody_is_left_and_everything_still_verifies(world: World) -> None:
    roots = await world.fetch("select size, root from checkpoints order by size")

    done = await erased(world, SHORT, LATER)

    assert (await world.fetch("select count(*) from people where subject is not null"))[0][0] == 0
    assert done.keys == [world.keys.current().epoch]
    report = await world.verify()
    assert report.faults == []
    assert (await world.fetch("select size, root from checkpoints order by size"))[: len(roots)] == roots


async def test_erasure_runs_twice_and_the_second_time_there_is_nothing_to_do(world: World) -> None:
    await erased(world, SHORT, SOON)
    events = await world.fetch("select leaf from events where kind = 'people.erased'")

    again = await erased(world, SHORT, SOON)

    assert (sum(again.people.values()), again.segments) == (0, 0)
    assert await world.fetch("select leaf from events where kind = 'people.erased'") == events


async def test_erasure_goes_on_after_more_was_recorded(world: World) -> None:
    await erased(world, SHORT, SOON)
    await fill(world, 5)
    await world.seal()

    done = await erased(world, SHORT, SOON + timedelta(days=32))

    assert done.people[PURPOSES[0]] > 0
    assert (await world.verify()).faults == []


async def test_officer_rehearses_and_nothing_changes(world: World) -> None:
    before = await world.fetch("select * from people order by leaf, place")

    told = await rehearse(world.dsn, SHORT, SOON)

    assert await world.fetch("select * from people order by leaf, place") == before
    assert told.people[PURPOSES[0]] == (await erased(world, SHORT, SOON)).people[PURPOSES[0]]


async def test_nobody_seals_the_entries_and_nothing_is_erased(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.audit.daily.PATIENCE", 0.3)
    async with world.ledger() as ledger:
        with pytest.raises(NotSealed):
            await erase(world.dsn, SHORT, world.keys, ledger.record_event, SOON)
    assert (await world.fetch("select count(*) from people where subject is null"))[0][0] == 0

    world.ahead = SOON - datetime.now(UTC)
    await world.seal()  # the entries, after all; the next run does what they say
    assert (await world.verify()).faults == []
    done = await erased(world, SHORT, SOON)

    assert done.people[PURPOSES[0]] > 0
    assert len(await world.fetch("select leaf from events where kind = 'people.erased'")) == 1


async def test_process_dies_amid_erasure_and_the_next_run_finishes(world: World) -> None:
    """It dies after its first batch."""
    told: list[int] = []

    class Died(Exception):
        pass

    def die(what: str, done: int) -> None:
        told.append(done)
        raise Died

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ledger.audit.emptying.ANSWERS", 10)
        with pytest.raises(Died):
            await _erased_telling(world, die)
    assert 0 < told[0] < 100
    assert (await world.verify()).faults == []

    await erased(world, SHORT, SOON)

    left = "select count(seed) from answers join parties using (party) where purpose = $1"
    assert (await world.fetch(left, PURPOSES[0]))[0][0] == 0
    assert (await world.verify()).faults == []


async def _erased_telling(world: World, tell: Tell) -> None:
    async with world.ledger() as ledger:

        async def record(event: AnyEvent) -> None:
            await ledger.record_event(event)
            world.ahead = SOON - datetime.now(UTC)
            await world.seal()

        await erase(world.dsn, SHORT, world.keys, record, SOON, tell)


@pytest.mark.parametrize(
    "gap",
    [
        "update answers set seed = null where leaf = 20",
        "update answers set seed = null, officer = null, officer_digest = null where leaf = 20",
        "update people set subject = null, digest = sha256('x') where leaf = 20",
        "update segments set data = null where seq = 1",
    ],
)
async def test_owner_makes_a_gap_that_no_entry_names_and_it_is_found(world: World, gap: str) -> None:
    await world.execute(gap)

    assert (await world.verify()).faults != []


async def test_owner_writes_an_erasure_into_the_books_and_it_explains_nothing(world: World) -> None:
    size = (await world.fetch("select max(size) from checkpoints"))[0][0]
    forged = '{"event":"people.erased","people":3,"purpose":"tax","upto":300}'
    await world.execute(
        f"insert into events values ({size}, now(), 'people.erased', '{forged}')",
        "update answers set seed = null where leaf = 20",
    )

    assert [fault.table for fault in (await world.verify()).faults] != []


async def test_owner_fills_a_gap_with_other_hashes_and_it_is_found(world: World) -> None:
    await erased(world, SHORT, SOON)
    await world.execute("update people set digest = sha256('x') where subject is null and place = 0")

    faults = (await world.verify()).faults

    assert [(fault.what, fault.table) for fault in faults] == [("altered", "people")]


async def test_answer_that_was_tampered_with_is_not_erased(world: World) -> None:
    forged = "update people set subject = decode(repeat('ab', 16), 'hex') where leaf = {0} and place = 0"
    leaf = (await world.fetch("select leaf from answers join parties using (party) where purpose = $1", PURPOSES[0]))[
        0
    ][0]
    await world.execute(forged.format(leaf))

    done = await erased(world, SHORT, SOON)

    assert done.odd == [leaf]
    assert next(fault.row for fault in (await world.verify()).faults) == {"leaf": leaf}


async def test_second_process_erases_at_the_same_time_and_is_refused(world: World) -> None:
    connection = await asyncpg.connect(world.dsn)
    await connection.execute("select pg_advisory_lock($1)", LOCK)
    try:
        with pytest.raises(AnotherErases):
            await erased(world, SHORT, SOON)
    finally:
        await connection.close()
    assert (await world.fetch("select count(*) from people where subject is null"))[0][0] == 0


async def test_definitions_are_erased_and_later_segments_of_the_stream_are_still_compared(original: World) -> None:
    """Here the entry is made up, so the tree does not hold; what is asked is what becomes of the segments."""
    stream = (await original.fetch("select stream from segments where n >= 300"))[0]["stream"]
    forged = '{"event":"segments.erased","segments":1,"upto":100000}'
    erasing = (
        f"insert into events values (100000, now(), 'segments.erased', '{forged}')",
        "insert into checkpoints values (100001, sha256('x'), now() + interval '40 days', '')",
        f"update segments set data = null where stream = '{stream}' and n >= 300",
    )
    later = f"(select max(leaf) from answers where stream = '{stream}')"
    swapped = f"update answers set place = 99999 - place where stream = '{stream}' and seq = 1"

    untouched = await original.tampered(*erasing)
    reordered = await original.tampered(*erasing, swapped)
    touched = await original.tampered(*erasing, f"update answers set outcome = 2 where leaf = {later}")

    assert {fault.table for fault in untouched.faults} == {"leaves"}
    assert {(fault.what, fault.table) for fault in reordered.faults} >= {("reordered", "answers")}
    assert [fault.reason for fault in touched.faults if "segment" in fault.reason] == [
        "its segment says another outcome"
    ]


async def test_intruder_has_an_erasure_sealed_before_its_time_and_nothing_is_erased(world: World) -> None:
    size = (await world.fetch("select max(size) from checkpoints"))[0][0]
    standing = "select count(*) from people where subject is not null"
    before = await world.fetch(standing)
    await _seal_erasures(world, [PeopleErased(PURPOSES[0], size, 9), PeopleErased(PURPOSES[0], 1 << 80, 9)])

    await erased(world, Retention(usual=24), SOON)

    assert await world.fetch(standing) == before
    await erased(world, SHORT, SOON)
    assert (await world.fetch(standing))[0][0] < before[0][0]
    assert (await world.verify()).faults == []


async def test_owner_has_an_erasure_sealed_and_empties_what_is_of_yesterday_and_it_is_found(world: World) -> None:
    size = (await world.fetch("select max(size) from checkpoints"))[0][0]
    await _seal_erasures(world, [PeopleErased(purpose, size, 9) for purpose in PURPOSES])
    async with _owner(world) as owner:
        async for _ in empty_people(owner, PURPOSES[0], 0, size):
            pass

    assert [(fault.what, fault.table) for fault in (await world.verify()).faults] == [("altered", "answers")]


async def test_two_entries_waited_for_the_sealer_and_what_both_name_is_erased(world: World) -> None:
    sizes = [row[0] for row in await world.fetch("select size from checkpoints order by size")]
    await _seal_erasures(world, [PeopleErased(PURPOSES[0], size, 9) for size in (sizes[-2], sizes[-1])])

    await erased(world, SHORT, SOON)

    left = "select count(seed) from answers join parties using (party) where purpose = $1"
    assert (await world.fetch(left, PURPOSES[0]))[0][0] == 0


async def _seal_erasures(world: World, events: Sequence[AnyEvent]) -> None:
    """By whoever writes segments, which says nothing of a right to erase."""
    async with world.ledger() as ledger:
        for event in events:
            await ledger.record_event(event)
    await world.seal()


@asynccontextmanager
async def _owner(world: World) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(world.dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def test_proof_handed_out_before_the_erasure_holds_after_it(world: World) -> None:
    rules = Rules.of([PurposeRule(purpose, ("", "")) for purpose in PURPOSES])
    archives = Archives([Registered(ORIGIN, world.dsn, world.keys.all)], bytes(range(64)))
    try:
        row = (await archives.page(pin(7), "reader", rules, first=1)).rows[0]
        proof = await archives.proof(pin(7), "reader", rules, row.id)
        assert proof is not None
        document = encode(proof)

        await erased(world, SHORT, LATER)

        assert (await archives.page(pin(7), "reader", rules, first=1)).rows == ()
    finally:
        await archives.close()
    proven = check(document, world.signer.verifier)
    assert (proven.subject, proven.shared is not None) == (proof.own.subject, True)
    roots = await world.fetch("select root from checkpoints where size = $1", proven.sealed.checkpoint.size)
    assert [row["root"] for row in roots] == [proven.sealed.checkpoint.root]


async def test_clock_that_leapt_ahead_is_not_believed_until_it_went_on_for_half_a_day(world: World) -> None:
    now, leapt = datetime.now(UTC), datetime.now(UTC) + timedelta(days=3_000)
    await require_steady_clock(world.dsn, now)
    await require_steady_clock(world.dsn, now + timedelta(days=3))
    world.ahead = leapt - now
    world.acts.add(1)
    await world.seal()

    with pytest.raises(ClockLeapt):
        await require_steady_clock(world.dsn, leapt + timedelta(minutes=1))

    await require_steady_clock(world.dsn, leapt + timedelta(hours=13))
