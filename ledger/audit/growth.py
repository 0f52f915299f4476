"""A tree that only grows, as an auditor carries it on: the roots of its full subtrees, and nothing else. Pure.

Written apart from `ledger.tree.merkle`, by which the sealer grew it: a mistake there shows here.
"""

import hashlib
from typing import Self

from ledger.tree.merkle import EMPTY_ROOT, TILE_HEIGHT, Node

_sha256 = hashlib.sha256


class Growth:
    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: tuple[bytes, ...] = ()) -> None:
        self.size = size
        self._peaks = [*peaks]
        """One root for each bit of `size` that is set, the largest subtree first."""

    def copy(self) -> Self:
        return type(self)(self.size, tuple(self._peaks))

    def append(self, leaf: bytes) -> list[Node]:
        """Take in one leaf hash; the tiles' roots that this completes, the lowest first."""
        completed, height, made = [], 0, leaf
        while self.size >> height & 1:
            made = _sha256(b"\x01" + self._peaks.pop() + made).digest()
            height += 1
            if not height % TILE_HEIGHT:
                completed.append(Node(height // TILE_HEIGHT, self.size >> height, made))
        self._peaks.append(made)
        self.size += 1
        return completed

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY_ROOT
        *left, made = self._peaks
        for peak in reversed(left):
            made = _sha256(b"\x01" + peak + made).digest()
        return made
