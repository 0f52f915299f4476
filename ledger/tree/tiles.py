"""Tiles: runs of 256 stored hashes, under the names by which transparency logs publish them (C2SP tlog-tiles).

`tile/0/x001/234` is the tile 1234 of level 0; `tile/0/x001/234.p/7`, its first seven hashes, while there were no more.
What a name holds never changes, so it can be kept for ever.
"""

import re
from typing import NamedTuple, Self

from ledger.tree.merkle import HASH_LENGTH, TILE_HEIGHT, TILE_WIDTH, Span

HIGHEST_LEVEL = 7
"""Of a tree of up to 2⁶⁴ leaves."""
TILE_BYTES = TILE_WIDTH * HASH_LENGTH

_NAME = re.compile(r"([0-7])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_DIGITS = 1000


class Tile(NamedTuple):
    level: int
    place: int
    width: int = TILE_WIDTH

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """From what follows `tile/`; None: it names no tile, or not in the one way of naming it."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        place = int(found[2].replace("x", "").replace("/", ""))
        tile = cls(int(found[1]), place, int(found[3] or TILE_WIDTH))
        return tile if str(tile) == name else None

    def __str__(self) -> str:
        rest, last = divmod(self.place, _DIGITS)
        name = f"{last:03}"
        while rest:
            rest, group = divmod(rest, _DIGITS)
            name = f"x{group:03}/{name}"
        return f"{self.level}/{name}" + (f".p/{self.width}" if self.width < TILE_WIDTH else "")

    @property
    def span(self) -> Span:
        return Span(self.level, self.place * TILE_WIDTH, self.width)

    def is_within(self, size: int) -> bool:
        """Whether a tree of that size has all hashes of the tile."""
        return self.span.first + self.width <= size >> (TILE_HEIGHT * self.level)


def tile_with(span: Span, size: int) -> Tile:
    """The tile that holds the span in a tree of that size."""
    place = span.first // TILE_WIDTH
    there = (size >> (TILE_HEIGHT * span.level)) - place * TILE_WIDTH
    return Tile(span.level, place, min(there, TILE_WIDTH))
