"""Rows written by columns are what PostgreSQL would be told row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic.cells import NULL, Cells, digits, flags, joined, lines, nullable, number, records, table

texts = st.text(st.characters(blacklist_characters="\0\t\n\r\\", blacklist_categories=["Cs"]), max_size=12)
whole = st.integers(0, 10**19 // 2 - 1)


@given(st.lists(st.tuples(texts, whole, st.booleans()), min_size=1, max_size=20))
def test_a_block_of_columns_reads_as_its_rows(rows: list[tuple[str, int, bool]]) -> None:
    words, counts, marks = zip(*rows, strict=True)
    count = len(rows)
    mark = np.array(marks)
    columns: list[Cells] = [
        (b"<", table(words), b">"), number(np.array(counts), 19), flags(mark), nullable(mark, b"yes"), b"constant",
    ]  # fmt: skip
    expected = [
        f"<{word}>\t{value}\t{'t' if flag else 'f'}\t{'yes' if flag else NULL.decode()}\tconstant\n"
        for word, value, flag in rows
    ]
    assert lines(columns, count).decode() == "".join(expected)


@given(st.lists(whole, min_size=1, max_size=20), st.integers(1, 19))
def test_digits_have_the_width_asked_for(values: list[int], width: int) -> None:
    shown = digits(np.array(values, dtype=np.int64), width)
    assert [cell.decode() for cell in shown] == [f"{value:0{width}d}"[-width:] for value in values]


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=10))
def test_joined_cells_can_be_picked_from_and_written(pairs: list[tuple[str, str]]) -> None:
    first, second = zip(*pairs, strict=True)
    whole_cells = joined(table(first), table(second))
    assert lines([whole_cells[::-1]], len(pairs)).decode() == "".join(f"{a}{b}\n" for a, b in reversed(pairs))


def test_a_hand_written_row_leaves_out_what_is_null() -> None:
    row = {"name": "Trần", "names": ["a b"], "none": [], "yes": True, "number": 3}
    assert (
        records(("name", "names", "none", "gone", "yes", "number"), [row]).decode() == 'Trần\t{"a b"}\t{}\t\\N\tt\t3\n'
    )


def test_nothing_is_written_for_no_rows() -> None:
    assert lines([digits(np.empty(0, dtype=np.int64), 12), b"x"], 0) == b""


def test_an_array_of_anything_but_bytes_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        lines([np.array(["text"])], 1)
