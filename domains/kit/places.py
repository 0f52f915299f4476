"""Where something on the map stands in the order of its table: its place as one number.

The number is a geohash read as what it is: 60 bits, longitude and latitude by turns. So what lies
together stands together, and a window of the map is a few stretches of numbers: a page of it costs the same in a
hamlet and in a city, whereas an index of boxes has to gather everything in the window before it can order one page.
For rows whose place is public, or the order would tell it.

A row is found by a point inside its box, so a window is looked around as far as boxes are wide. Rows stand in layers by
the longer side of their box, each layer 2**60 behind the one before: most are small, and for them little is looked
through in vain. Those wider than every limit can reach into a window from afar; they are the last layer, which is
looked through for every window, and holds few.
"""

from collections.abc import Iterator
from typing import Final

from asyncpg import Box

from domains.kit.geometry import PLACE_BITS, WIDTHS

_LAYER: Final = 1 << PLACE_BITS
_BITS: Final = PLACE_BITS // 2  # of a longitude, and of a latitude
_CELLS: Final = 4  # that the longer side of a window is cut into, about; half as many for layers of few rows
_ROUNDING: Final = 1e-6  # degrees: some of the smallest cells


def stretches(window: Box) -> list[tuple[int, int]]:
    """The stretches of numbers, each up to its end, where rows that share a place with the window can stand."""
    found: list[tuple[int, int]] = []
    for layer, width in enumerate(WIDTHS):
        first = layer * _LAYER
        found += sorted((first + low, first + high) for low, high in _around(window, width, _CELLS >> (layer > 0)))
    return [*found, (len(WIDTHS) * _LAYER, (len(WIDTHS) + 1) * _LAYER)]


def _around(window: Box, width: float, cells: int) -> Iterator[tuple[int, int]]:
    """The large cells that the window lies in once it is wider by `width`, cut where they reach beyond it."""
    margin = width + _ROUNDING
    west, south = window.low.x - margin + 180, window.low.y - margin + 90
    east, north = window.high.x + margin + 180, window.high.y + margin + 90
    halvings = min(int(180 * cells / max(east - west, north - south)).bit_length() - 1, _BITS - 1)
    columns = [*_cut(west / 360, east / 360, halvings + 1)]
    for south_end, north_end in _cut(south / 180, north / 180, halvings):
        for west_end, east_end in columns:
            yield 2 * west_end + south_end, 2 * east_end + north_end + 1


def _cut(low: float, high: float, halvings: int) -> Iterator[tuple[int, int]]:
    """The first and last place of each cell from `low` to `high`, which are shares of the globe."""
    first, last = max(int(low * (1 << _BITS)), 0), min(int(high * (1 << _BITS)), (1 << _BITS) - 1)
    below = _BITS - halvings
    for cell in range(first >> below, (last >> below) + 1):
        yield _spread(max(cell << below, first)), _spread(min((cell + 1 << below) - 1, last))


def _spread(place: int) -> int:
    """Its bits moved to every second place: binary digits read to the base of 4."""
    return int(f"{place:b}", 4)
