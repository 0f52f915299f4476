"""Fills the registers' databases with an invented nation: the one way in for the command line and the tests.

Blocks are drawn in a thread while the ones before are written; every register has its own connection and transaction,
and they are committed one after the other once all is written.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from sqlalchemy import MetaData

from domains.enterprises import tables as enterprises
from domains.identity import tables as identity
from domains.land import tables as land
from domains.population import tables as population
from synthetic.load import CannotSeed, Register
from synthetic.nation import Block, blocks

__all__ = ["CITIZENS", "SEED", "CannotSeed", "Report", "filled_last", "is_empty", "seed"]

CITIZENS: Final = 20_000
SEED: Final = 1
REGISTERS: Final[Mapping[str, MetaData]] = {
    "identity": identity.metadata,
    "population": population.metadata,
    "land": land.metadata,
    "enterprises": enterprises.metadata,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was written, and how fast."""

    citizens: int
    rows: Mapping[str, int]  # by table, `register.table`
    seconds: float

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())

    @property
    def rows_per_second(self) -> int:
        """Indexes and everything included."""
        return round(self.total / self.seconds)


async def seed(
    urls: Mapping[str, str], citizens: int = CITIZENS, seed: int = SEED, *, force: bool = False, progress: bool = True
) -> Report:
    """Invents a nation into the databases at `urls` (by register name) and reports what it wrote.

    Where only some registers are named, those get what they get in a whole nation of that number and seed.

    Raises CannotSeed where a database holds data (unless `force`, which replaces it), has no tables, or is in use; then
    nothing is changed anywhere. Raises ValueError for a number of citizens or a seed that is out of range.
    """
    started = time.perf_counter()
    nation = blocks(citizens, seed)
    async with AsyncExitStack() as stack:
        registers = [await _opened(stack, name, urls[name]) for name in _in_order(urls)]
        transactions = [register.connection.transaction() for register in registers]
        for transaction, register in zip(transactions, registers, strict=True):
            await transaction.start()
            await register.empty(force=force)
        bar = stack.enter_context(_bar(shown=progress))
        written = await _write(nation, registers, citizens, bar)
        await _finish(registers, transactions, bar)
    return Report(citizens, written, time.perf_counter() - started)


def filled_last(names: Iterable[str]) -> str:
    """Of these registers the one that is committed last: where it holds people, the others are filled."""
    return _in_order(names)[0]


async def is_empty(name: str, url: str) -> bool:
    """Whether nobody and nothing stands in a register."""
    async with AsyncExitStack() as stack:
        return await (await _opened(stack, name, url)).filled() is None


def _in_order(names: Iterable[str]) -> list[str]:
    """Those of which the invented nation knows; a further register is filled by its own package. Raises CannotSeed."""
    there = set(names)
    if not there & REGISTERS.keys():
        raise CannotSeed(f"nothing is invented for {', '.join(sorted(there))}: its own package fills it")
    return [name for name in REGISTERS if name in there]


async def _opened(stack: AsyncExitStack, name: str, url: str) -> Register:
    connection = await asyncpg.connect(dsn=url)
    stack.push_async_callback(connection.close)
    return Register(name, REGISTERS[name], connection)


async def _write(
    nation: Iterator[Block], registers: Sequence[Register], citizens: int, bar: Progress
) -> Mapping[str, int]:
    """Draws each block while the one before is being written."""
    task, written = bar.add_task("citizens", total=citizens, rate=""), Counter[str]()
    started = time.perf_counter()
    block = await asyncio.to_thread(next, nation, None)
    while block is not None:
        ahead = asyncio.create_task(asyncio.to_thread(next, nation, None))
        await _together(ahead, *(register.copy(block.rows[register.name]) for register in registers))
        for register in registers:
            for part in block.rows[register.name]:
                written[f"{register.name}.{part.table}"] += part.count
        rate = f"{written.total() / (time.perf_counter() - started):,.0f} rows/s"
        bar.update(task, advance=block.citizens, rate=rate)
        block = ahead.result()
    return dict(written)


async def _finish(
    registers: Sequence[Register], transactions: Sequence[asyncpg.transaction.Transaction], bar: Progress
) -> None:
    task = bar.add_task("indexes", total=len(registers), rate="")
    await _together(*(_indexed(register, bar, task) for register in registers))
    for transaction in reversed(transactions):  # the first of all comes last (`filled_last`)
        await transaction.commit()
    for register in registers:
        await register.analyze()


async def _indexed(register: Register, bar: Progress, task: TaskID) -> None:
    await register.build_indexes()
    bar.advance(task)


async def _together(*works: Awaitable[object]) -> None:
    """Waits for all; the first failure, or being canceled, stops the others before it is passed on."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        failed = [task for task in tasks if task.done() and task.exception()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in failed:
        task.result()


def _bar(*, shown: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), disable=not shown)
