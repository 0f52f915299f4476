"""Asks of many requests become one statement; what one request wants never reaches into another's."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.kit import loader
from domains.kit.database import Database, SourceUnavailable
from domains.kit.loader import RowsLoader, as_list, at_most, many_per_key, one_per_key
from domains.kit.statements import Statement
from tests.domains.kit.conftest import OpenDatabase
from tests.overheard import overhear

BY_NUMBER = Statement("select n, word from words where n = any($1::text::int[])", ("keys",))
BY_HALF = Statement("select half, n from words where half = any($1::text::int[]) order by surrogate", ("keys",))
IN_TOWN = Statement("select n, word from words where town = $1::text and n = any($2::text::int[])", ("town", "keys"))
INVERSE = Statement("select n, 100 / n from words where n = any($1::text::int[])", ("keys",))
SEARCH = Statement("select n from words where town = $1::text and n < $2::int order by n", ("town", "below"))
SLOW = Statement("select n, pg_sleep(0.2)::text from words where n = any($1::text::int[])", ("keys",))


def keys(values: Sequence[Any]) -> list[int]:
    """The keys that a statement was sent."""
    return sorted(map(int, re.findall("[0-9]+", values[0])))


async def test_requests_that_ask_in_one_tick_share_one_statement(open_database: OpenDatabase) -> None:
    database = await open_database()
    sent, words = overhear(database, []), RowsLoader(database, BY_NUMBER, one_per_key)
    found = await asyncio.gather(*(words.load(((n, n + 1), ())) for n in range(10)))
    assert [rows[n]["word"] for n, rows in enumerate(found)] == [f"word {n}" for n in range(10)]
    assert [keys(values) for _, values in sent] == [[*range(11)]]


async def test_a_request_alone_waits_for_nobody(open_database: OpenDatabase) -> None:
    database = await open_database()
    sent, words = overhear(database, []), RowsLoader(database, BY_NUMBER, one_per_key)
    for n in range(3):
        await words.load(((n,), ()))
    assert [keys(values) for _, values in sent] == [[0], [1], [2]]


async def test_requests_that_come_while_all_connections_work_share_the_next_statement(
    open_database: OpenDatabase,
) -> None:
    database = await open_database(connections=1)
    sent, slow = overhear(database, []), RowsLoader(database, SLOW, one_per_key)
    first = slow.load(((1,), ()))
    await asyncio.sleep(0.05)
    later = []
    for n in (2, 3, 4):
        later.append(slow.load(((n,), ())))
        await asyncio.sleep(0.01)  # each in a tick of its own
    await asyncio.gather(first, *later)
    assert [keys(values) for _, values in sent] == [[1], [2, 3, 4]]


async def test_requests_with_other_values_never_share_a_statement(open_database: OpenDatabase) -> None:
    """The values are whom a caller reaches: merged, the narrowest would see as far as the widest."""
    database = await open_database(connections=1)
    sent, in_town = overhear(database, []), RowsLoader(database, IN_TOWN, one_per_key)
    asks = [((0, 1, 2, 3, 4, 5), (f"town {n % 3}",)) for n in range(6)]
    found = await asyncio.gather(*(in_town.load(ask) for ask in asks))
    assert [[*rows] for rows in found] == [[n % 3, n % 3 + 3] for n in range(6)]
    assert sorted(values[0] for _, values in sent) == ["town 0", "town 1", "town 2"]


async def test_searches_that_are_equal_share_a_statement(open_database: OpenDatabase) -> None:
    database = await open_database(connections=1)
    sent, search = overhear(database, []), RowsLoader(database, SEARCH, as_list)
    asks: list[Any] = [((), ("town 1", 9)), ((), ("town 1", 9)), ((), ("town 2", 9))]
    found = await asyncio.gather(*(search.load(ask) for ask in asks))
    assert [[row["n"] for row in rows] for rows in found] == [[1, 4, 7], [1, 4, 7], [2, 5, 8]]
    assert len(sent) == 2


async def test_a_statement_carries_a_bounded_number_of_keys(
    open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "KEYS_PER_STATEMENT", 10)
    database = await open_database()
    sent, words = overhear(database, []), RowsLoader(database, BY_NUMBER, one_per_key)
    found = await asyncio.gather(*(words.load((tuple(range(n, n + 4)), ())) for n in range(0, 40, 4)))
    assert all(rows[4 * place]["word"] == f"word {4 * place}" for place, rows in enumerate(found))
    assert {len(keys(values)) for _, values in sent} == {8}


async def test_one_request_may_ask_more_keys_than_are_merged(
    open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "KEYS_PER_STATEMENT", 10)
    words = RowsLoader(await open_database(), BY_NUMBER, one_per_key)
    assert len(await words.load((tuple(range(50)), ()))) == 50


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12_000), min_size=1, max_size=6, unique=True), min_size=1, max_size=12))
def test_everybody_finds_the_rows_of_the_own_keys(words: str, asks: list[list[int]]) -> None:
    async def ask() -> list[Any]:
        database = Database("words", words)
        await database.open()
        try:
            halves = RowsLoader(database, BY_HALF, many_per_key)
            return await asyncio.gather(*(halves.load((tuple(each), ())) for each in asks))
        finally:
            await database.close()

    for each, rows in zip(asks, in_a_loop_of_its_own(ask), strict=True):
        for key in each:
            assert [row["n"] for row in rows.get(key, ())] == [n for n in (2 * key, 2 * key + 1) if n < 10_000]


def in_a_loop_of_its_own(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Hypothesis calls plain functions, and the session's loop runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work()).result()


# --- members that fail, leave or are nobody's business ---------------------------------------------------------------


async def test_a_request_that_makes_the_statement_fail_takes_no_other_along(open_database: OpenDatabase) -> None:
    database = await open_database()
    sent, inverse = overhear(database, []), RowsLoader(database, INVERSE, one_per_key)
    found = await asyncio.gather(*(inverse.load(((n,), ())) for n in range(4)), return_exceptions=True)
    assert isinstance(found[0], SourceUnavailable)
    assert [rows[n][1] for n, rows in enumerate(found[1:], 1)] == [100, 50, 33]  # type: ignore[index]
    assert [len(keys(values)) for _, values in sent] == [4, 1, 1, 1, 1]


async def test_a_request_that_fails_alone_is_not_tried_again(open_database: OpenDatabase) -> None:
    database = await open_database()
    sent, inverse = overhear(database, []), RowsLoader(database, INVERSE, one_per_key)
    with pytest.raises(SourceUnavailable):
        await inverse.load(((0,), ()))
    assert len(sent) == 1


async def test_a_request_that_leaves_before_the_statement_is_not_read_for(open_database: OpenDatabase) -> None:
    database = await open_database()
    sent, words = overhear(database, []), RowsLoader(database, BY_NUMBER, one_per_key)
    leaving, staying = words.load(((1,), ())), words.load(((2,), ()))
    leaving.cancel()
    assert (await staying)[2]["word"] == "word 2"
    assert [keys(values) for _, values in sent] == [[2]]


async def test_a_request_that_leaves_while_it_is_read_for_takes_no_other_along(open_database: OpenDatabase) -> None:
    slow = RowsLoader(await open_database(), SLOW, one_per_key)
    leaving, staying = slow.load(((1,), ())), slow.load(((2,), ()))
    await asyncio.sleep(0.05)
    leaving.cancel()
    assert 2 in await staying


async def test_where_everybody_left_nothing_is_read_and_the_connection_serves_others(
    open_database: OpenDatabase,
) -> None:
    database = await open_database(connections=1)
    sent, words = overhear(database, []), RowsLoader(database, BY_NUMBER, one_per_key)
    for leaving in [words.load(((n,), ())) for n in range(3)]:
        leaving.cancel()
    await asyncio.sleep(0.01)
    assert sent == []
    assert 5 in await words.load(((5,), ()))


async def test_a_statement_runs_in_nobodys_context(open_database: OpenDatabase) -> None:
    """Shared work that began in one caller's context would act for that caller (C1)."""
    speaking_for: ContextVar[str | None] = ContextVar("speaking_for", default=None)
    seen: list[str | None] = []

    class Watched(RowsLoader):
        async def batch_load_fn(self, asks: list[Any]) -> list[Any]:
            seen.append(speaking_for.get())
            return await super().batch_load_fn(asks)

    words = Watched(await open_database(), BY_NUMBER, one_per_key)

    async def ask(name: str) -> Any:
        speaking_for.set(name)
        return await words.load(((1,), ()))

    await asyncio.gather(ask("one"), ask("another"))
    assert seen == [None]


async def test_two_loaders_are_served_in_the_order_in_which_they_asked(open_database: OpenDatabase) -> None:
    database = await open_database(connections=1)
    sent = overhear(database, [])
    loaders = [RowsLoader(database, statement, one_per_key) for statement in (BY_NUMBER, INVERSE)]
    await asyncio.gather(*(each.load(((1,), ())) for each in loaders))
    assert [sql for sql, _ in sent] == [BY_NUMBER.sql, INVERSE.sql]


# --- arrangements ----------------------------------------------------------------------------------------------------

ROWS = [("a", 1), ("b", 2), ("a", 3), ("a", 4)]


def test_rows_stand_under_their_key_in_the_order_in_which_they_came() -> None:
    assert many_per_key(ROWS) == {"a": [("a", 1), ("a", 3), ("a", 4)], "b": [("b", 2)]}


@pytest.mark.parametrize(("size", "found"), [(3, 3), (4, 3), (2, None), (1, None)])
def test_a_list_longer_than_it_can_be_is_null_and_the_others_stand(size: int, found: int | None) -> None:
    arranged = at_most(size)(ROWS)
    assert arranged["b"] == [("b", 2)]
    assert (arranged["a"] and len(arranged["a"])) == found
