"""Where something on the map stands in the order of its table: its place as one number.

The number is a geohash read as what it is: 60 bits, longitude and latitude by turns. So what lies
together stands together, and a window of the map is a few stretches of numbers: a page of it costs the same in a
hamlet and in a city, whereas an index of boxes has to gather everything in the window before it can order one page.
For rows whose place is public, or the order would tell it.

A row is found by a point inside its box. One that is wider or higher than `WIDEST` can reach into a window from afar:
those few stand behind all others, and are looked through for every window.
"""

from collections.abc import Iterator
from typing import Final

from asyncpg import Box

from domains.kit.geometry import PLACE_BITS, WIDEST

_WIDE: Final = (1 << PLACE_BITS, 1 << PLACE_BITS + 1)
_CELLS: Final = 4  # that the longer side of a window is cut into, about


def stretches(window: Box) -> list[tuple[int, int]]:
    """The stretches of numbers, each up to its end, where rows that share a place with the window can stand."""
    west, south = window.low.x - WIDEST + 180, window.low.y - WIDEST + 90
    east, north = window.high.x + WIDEST + 180, window.high.y + WIDEST + 90
    halvings = min(int(180 * _CELLS / max(east - west, north - south)).bit_length() - 1, PLACE_BITS // 2 - 1)
    side, size = 180 / (1 << halvings), 1 << PLACE_BITS - 1 - 2 * halvings
    columns = [*_spread(west, east, side, 2 << halvings)]
    rows = [2 * row for row in _spread(south, north, side, 1 << halvings)]
    cells = sorted((column + row) * size for column in columns for row in rows)
    return [*((first, first + size) for first in cells), _WIDE]


def _spread(low: float, high: float, side: float, cells: int) -> Iterator[int]:
    """The cells from `low` to `high`, their bits moved to every second place: binary digits read to the base of 4."""
    for cell in range(max(int(low / side), 0), min(int(high / side), cells - 1) + 1):
        yield int(f"{cell:b}", 4)
