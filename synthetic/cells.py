"""Rows as PostgreSQL's COPY text, written by whole columns: thousands of rows for the price of a few array operations.

A cell column is a NumPy bytes array (`S`), whose values are padded with NUL bytes. Rows are laid out as one byte matrix
with tabs and line ends between the columns, and the padding is squeezed out at the end: COPY text never has a NUL byte.
No value may have a tab, a line end or a backslash, `NULL` aside; the nation's values have none.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.bytes_]

#: The values of one column: an array, a constant, or several of them side by side.
Cells = Bytes | bytes | tuple["Bytes | bytes", ...]

NULL: Final = b"\\N"
_TAB: Final = 9
_LINE_END: Final = 10
_GROUP: Final = 10_000
_GROUP_TEXT: Final[Bytes] = np.array([f"{value:04d}" for value in range(_GROUP)], dtype="S4")
_BOOLEAN: Final[Bytes] = np.array([b"f", b"t"], dtype="S1")


def lines(columns: Sequence[Cells], count: int) -> bytes:
    """`count` rows of COPY text; every array among `columns` has that length."""
    parts = [part for column in columns for part in (*_pieces(column), _TAB)]
    parts[-1] = _LINE_END
    matrix = np.zeros((count, sum(_width(part) for part in parts)), dtype=np.uint8)
    at = 0
    for part in parts:
        width = _width(part)
        matrix[:, at : at + width] = _bytes_of(part, count)
        at += width
    flat: NDArray[np.uint8] = matrix.ravel()
    squeezed: NDArray[np.uint8] = flat[flat != 0]
    return squeezed.tobytes()


def table(values: Iterable[str]) -> Bytes:
    """Texts to pick from by index: `table(names)[picked]`."""
    return np.array([value.encode() for value in values])


def digits(values: Ints, width: int) -> Bytes:
    """Numbers of exactly `width` digits, with leading zeros."""
    groups = -(-width // 4)
    matrix = np.empty((len(values), groups), dtype="S4")
    for group in reversed(range(groups)):
        values, low = np.divmod(values, _GROUP)
        matrix[:, group] = _GROUP_TEXT[low]
    wide = matrix.view(np.uint8).reshape(len(matrix), groups * 4)
    return as_cells(wide[:, groups * 4 - width :])


def number(values: Ints, width: int) -> Bytes:
    """Numbers of up to `width` digits, without leading zeros."""
    padded = digits(values, width)
    matrix = padded.view(np.uint8).reshape(len(padded), width)
    leading = np.logical_and.accumulate(matrix == ord("0"), axis=1)
    leading[:, -1] = False
    matrix[leading] = 0
    return as_cells(matrix)


def flags(values: Flags) -> Bytes:
    """Booleans."""
    return _BOOLEAN[values.astype(np.int64)]


def nullable(present: Flags, values: Bytes | bytes) -> Bytes:
    """`values` where present, NULL elsewhere."""
    return np.where(present, values, NULL)


def as_cells(matrix: NDArray[np.uint8]) -> Bytes:
    """A matrix of characters, one value per row, as cells; NUL bytes inside a value vanish when the row is written."""
    return np.ascontiguousarray(matrix).view(f"S{matrix.shape[1]}").reshape(len(matrix))


def joined(*pieces: Bytes) -> Bytes:
    """Several arrays side by side as one, for picking from; NUL bytes inside vanish when the row is written."""
    return as_cells(np.concatenate([_bytes_of(piece, len(piece)) for piece in pieces], axis=1))


def records(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A few hand-written rows as COPY text; a column that a row does not give is NULL."""
    return b"".join(b"\t".join(_text(row.get(name)) for name in columns) + b"\n" for row in rows)


def _text(value: Any) -> bytes:
    match value:
        case None:
            return NULL
        case bool():
            return b"t" if value else b"f"
        case list():
            return b"{" + b",".join(b'"' + _text(item) + b'"' for item in value) + b"}"
        case bytes():
            return value
        case _:
            return str(value).encode()


def _pieces(column: Cells) -> tuple[Bytes | bytes, ...]:
    return column if isinstance(column, tuple) else (column,)


def _width(part: Bytes | bytes | int) -> int:
    if isinstance(part, int):
        return 1
    return len(part) if isinstance(part, bytes) else part.dtype.itemsize


def _bytes_of(part: Bytes | bytes | int, count: int) -> Any:
    if isinstance(part, int):
        return part
    if isinstance(part, bytes):
        return np.frombuffer(part, dtype=np.uint8)
    if part.dtype.kind != "S":
        raise TypeError(f"cells are bytes, not {part.dtype}")
    return np.ascontiguousarray(part).view(np.uint8).reshape(count, part.dtype.itemsize)
