"""Whoever owns the database puts an older one in its place, or cuts off its end: what is kept outside tells."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.ledger.audit.world import World, fill
from tests.ledger.server import Server

TAIL = "select coalesce(max(size), 0) as size from checkpoints where size < (select max(size) from checkpoints)"
BOOKS = ("leaves", "answers", "people", "marks", "events", "acts")


async def test_owner_cuts_off_the_end_of_the_tree_and_it_is_found(original: World) -> None:
    size = (await original.fetch(TAIL))[0]["size"]
    cut = [f"delete from {table} where leaf >= {size}" for table in BOOKS]

    report = await original.tampered(*cut, f"delete from checkpoints where size > {size}")

    assert str(report.faults[0]).startswith("rolled back: checkpoints, size ")


async def test_owner_removes_the_last_checkpoint_only_and_it_is_found(original: World) -> None:
    size = (await original.fetch(TAIL))[0]["size"]

    report = await original.tampered(f"delete from checkpoints where size > {size}")

    assert str(report.faults[0]).startswith("truncated: checkpoints, size ")


@pytest.mark.parametrize("table", BOOKS)
async def test_owner_cuts_off_the_end_of_a_table_and_it_is_found(original: World, table: str) -> None:
    last = (await original.fetch(f"select max(leaf) as leaf from {table}"))[0]["leaf"]

    report = await original.tampered(f"delete from {table} where leaf = {last}")

    assert (report.faults[0].what, report.faults[0].table) == ("removed", table)
    assert report.faults[0].row["leaf"] == last


async def test_owner_brings_back_an_older_copy_and_it_is_found(server: Server, world: World, tmp_path: Path) -> None:
    older = await _copy(server, world, tmp_path / "older")
    await fill(world, 2)
    await world.seal()
    assert (await older.verify()).faults == []

    older.outside = world.outside
    faults = (await older.verify()).faults

    assert str(faults[0]).startswith("rolled back: checkpoints, size ")
    await _drop(server, older)


async def test_owner_brings_back_an_older_copy_and_grows_it_anew_and_it_is_found(
    server: Server, world: World, tmp_path: Path
) -> None:
    """With the signing key, and further than the first had come: only the shelf knows of the other tree."""
    older = await _copy(server, world, tmp_path / "older")
    await fill(world, 2)
    await world.seal()
    await fill(older, 9)
    await older.seal()
    assert (await older.verify()).faults == []

    older.outside = world.outside
    faults = (await older.verify()).faults

    size = (await world.fetch("select max(size) as size from checkpoints"))[0]["size"]
    assert str(faults[0]).startswith(f"rolled back: checkpoints, size {size}: another tree")
    await _drop(server, older)


async def test_somebody_changes_what_is_kept_outside_and_it_is_found(world: World) -> None:
    day = next(iter(world.outside.glob("*.jsonl")))
    day.write_text(day.read_text().replace("lienthong.example/ledger\\n", "lienthang.example/ledger\\n", 1))

    faults = (await world.verify()).faults

    assert str(faults[0]).startswith("altered: kept outside, note 1: ")


async def test_somebody_reorders_what_is_kept_outside_and_it_is_found(world: World) -> None:
    day = next(iter(world.outside.glob("*.jsonl")))
    latest = (world.outside / "latest").read_text()
    first = day.read_text().splitlines()[0]
    (world.outside / "0000-00-00.jsonl").write_text(json.dumps(latest) + "\n" + first + "\n")

    faults = (await world.verify()).faults

    assert str(faults[0]).startswith("reordered: kept outside, note 2: ")


async def test_authority_lost_an_act_that_was_sealed_and_it_is_found(world: World) -> None:
    del world.acts.acts[2]

    assert [str(fault) for fault in (await world.verify()).faults] == [
        "removed: the authority's record, act 3: it was sealed"
    ]


async def test_authority_has_another_act_than_was_sealed_and_it_is_found(world: World) -> None:
    world.acts.acts[2] = (3, bytes(32))

    assert [str(fault) for fault in (await world.verify()).faults] == [
        "altered: the authority's record, act 3: not the act that was sealed"
    ]


async def test_authority_lost_all_acts_and_it_is_found(world: World) -> None:
    world.acts.acts.clear()

    assert [str(fault) for fault in (await world.verify()).faults] == [
        "removed: the authority's record, act 1: it was sealed"
    ]


async def test_answers_arrive_and_are_sealed_while_auditor_verifies_and_no_fault_is_found(world: World) -> None:
    over = asyncio.Event()

    async def go_on() -> None:
        while not over.is_set():
            await fill(world, 3)
            await world.seal()

    busy = asyncio.create_task(go_on())
    try:
        reports = [await world.verify() for _ in range(3)]
    finally:
        over.set()
        await busy
    assert [report.faults for report in reports] == [[], [], []]


async def _copy(server: Server, world: World, outside: Path) -> World:
    name = world.dsn.partition("?")[0].rpartition("/")[2]
    await server.execute(f"create database older_{name} template {name}")
    return world.copied(server.url(f"older_{name}"), outside)


async def _drop(server: Server, world: World) -> None:
    await server.execute(f"drop database {world.dsn.partition('?')[0].rpartition('/')[2]}")


async def test_auditor_is_told_that_nothing_is_kept_outside(world: World) -> None:
    shutil.rmtree(world.outside)

    report = await world.verify()

    assert report.unavailable == ["checkpoints kept outside, as there are none: an older copy would not show"]
