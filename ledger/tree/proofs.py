"""Proofs over the tree (RFC 6962, sections 2.1.1 and 2.1.2): that a leaf is in it, and that it only grew.

A proof is a list of hashes of *blocks*, runs of leaves. Which blocks is a matter of numbers alone; `spans` says which
stored hashes they are made of, whoever has those (a database, a client with tiles) looks them up, and `hashes_of` works
the proof out. Checking one (RFC 9162, sections 2.1.3.2 and 2.1.4.2) needs nothing but the proof.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.tree.merkle import TILE_HEIGHT, Span, node_hash, root


class ProofRefused(Exception):
    """What was to be proven is not; the message says where it fails."""


class Block(NamedTuple):
    """The leaves from `first` up to and without `end`, which are a subtree: full, or the right end of the tree."""

    first: int
    end: int


# --- Making ----------------------------------------------------------------------------------------------------------


def inclusion(leaf: int, size: int) -> list[Block]:
    """The blocks that prove a leaf to be in the tree of that size, from the leaf's neighbor up."""
    if not 0 <= leaf < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {leaf}")
    first, end, blocks = 0, size, list[Block]()
    while end - first > 1:
        middle = first + _largest_power_below(end - first)
        if leaf < middle:
            blocks.append(Block(middle, end))
            end = middle
        else:
            blocks.append(Block(first, middle))
            first = middle
    return blocks[::-1]


def consistency(older: int, newer: int) -> list[Block]:
    """The blocks that prove the tree of the newer size to begin with that of the older size."""
    if not 0 < older <= newer:
        raise ValueError(f"a tree of {newer} leaves is no later state of one of {older}")
    first, end, blocks = 0, newer, list[Block]()
    while older < end:
        middle = first + _largest_power_below(end - first)
        if older <= middle:
            blocks.append(Block(middle, end))
            end = middle
        else:
            blocks.append(Block(first, middle))
            first = middle
    if first:  # else the older tree is this block itself, and its root is known to whoever checks
        blocks.append(Block(first, end))
    return blocks[::-1]


def spans(blocks: Iterable[Block]) -> list[Span]:
    """The stored hashes that the blocks are made of."""
    return [span for block in blocks for span in _spans(block)]


def hashes_of(blocks: Iterable[Block], stored: Mapping[Span, Sequence[bytes]]) -> list[bytes]:
    """The proof: the hash of each block, from the stored hashes of `spans(blocks)`."""
    return [_hash_of(block, stored) for block in blocks]


def path_within(hashes: Sequence[bytes], leaf: int) -> list[bytes]:
    """The inclusion proof for one of all the leaf hashes of a small tree."""
    return [root(hashes[block.first : block.end]) for block in inclusion(leaf, len(hashes))]


def _hash_of(block: Block, stored: Mapping[Span, Sequence[bytes]]) -> bytes:
    peaks = [root(stored[span]) for span in _spans(block)]
    hashed = peaks.pop()
    while peaks:
        hashed = node_hash(peaks.pop(), hashed)
    return hashed


def _spans(block: Block) -> Iterator[Span]:
    """One for each full subtree that the block consists of, the largest first."""
    first, length = block.first, block.end - block.first
    while length:
        height = length.bit_length() - 1
        level, within = divmod(height, TILE_HEIGHT)
        yield Span(level, first >> (TILE_HEIGHT * level), 1 << within)
        first += 1 << height
        length -= 1 << height


def _largest_power_below(number: int) -> int:
    return 1 << (number - 1).bit_length() - 1


# --- Checking --------------------------------------------------------------------------------------------------------


def root_by_inclusion(leaf_hash: bytes, leaf: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root of the tree that the proof stands for; what it proves is for the caller to compare."""
    if not 0 <= leaf < size:
        raise ProofRefused(f"a tree of {size} leaves has no leaf {leaf}")
    at, last, hashed = leaf, size - 1, leaf_hash
    for beside in proof:
        if not last:
            raise ProofRefused("the path is too long")
        if at & 1 or at == last:
            hashed = node_hash(beside, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, beside)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofRefused("the path is too short")
    return hashed


def check_consistency(older: int, older_root: bytes, newer: int, newer_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofRefused unless the newer tree begins with the older one."""
    if not 0 < older <= newer:
        raise ProofRefused(f"a tree of {newer} leaves is no later state of one of {older}")
    if older == newer:
        if proof or older_root != newer_root:
            raise ProofRefused(f"two trees of {older} leaves differ")
        return
    if _roots_by_consistency(older, older_root, newer, proof) != (older_root, newer_root):
        raise ProofRefused(f"the tree of {newer} leaves does not begin with that of {older}")


def _roots_by_consistency(older: int, older_root: bytes, newer: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that the proof stands for."""
    rest = list(proof) if older & (older - 1) else [older_root, *proof]
    if not rest:
        raise ProofRefused("the proof is too short")
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = rest[0]
    for beside in rest[1:]:
        if not last:
            raise ProofRefused("the proof is too long")
        if at & 1 or at == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofRefused("the proof is too short")
    return old, new
