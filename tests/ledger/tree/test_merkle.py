"""Roots and the growing edge, against RFC 6962's own recursion and its published vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.tree.merkle import EMPTY_ROOT, TILE_WIDTH, Frontier, leaf_hash, root
from tests.ledger.tree import definition
from tests.ledger.tree.stored import Stored, numbered
from tests.ledger.tree.vectors import CONTENTS, ROOTS

LEAVES = numbered(1_200)
BY_TWO_LEVELS = numbered(TILE_WIDTH * TILE_WIDTH + 300)
AROUND_TILES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_792]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_auditor_with_the_rfcs_leaves_gets_the_published_root_of_every_size(size: int) -> None:
    hashes = [leaf_hash(content) for content in CONTENTS[:size]]

    assert root(hashes).hex() == ROOTS[size]
    assert Frontier().grown(hashes)[0].root().hex() == ROOTS[size]


def test_auditor_of_an_empty_tree_gets_the_hash_of_nothing() -> None:
    assert Frontier().root() == root([]) == EMPTY_ROOT == definition.mth([])


@given(st.integers(0, 600))
def test_root_is_that_of_the_recursive_definition(size: int) -> None:
    assert root(LEAVES[:size]) == definition.mth(LEAVES[:size])


@given(st.integers(0, len(LEAVES)), st.lists(st.integers(0, len(LEAVES)), max_size=5))
def test_sealer_that_grows_the_tree_in_any_portions_gets_the_same_edge_nodes_and_root(
    size: int, cuts: list[int]
) -> None:
    at_once, by_portions = Stored(LEAVES[:size]), Stored(LEAVES[:size], [min(cut, size) for cut in cuts])

    assert by_portions.frontier == at_once.frontier
    assert sorted(by_portions.nodes) == sorted(at_once.nodes)
    assert at_once.frontier.root() == definition.mth(LEAVES[:size])


@pytest.mark.parametrize("size", AROUND_TILES)
def test_sealer_that_starts_again_carries_on_from_what_is_stored(size: int) -> None:
    stored = Stored(BY_TWO_LEVELS[:size], [size // 3])

    again = Frontier.of(size, [stored[span] for span in Frontier.spans(size)])

    assert again == stored.frontier
    assert again.root() == definition.mth(BY_TWO_LEVELS[:size])


def test_every_node_is_the_root_of_its_full_tile() -> None:
    stored = Stored(BY_TWO_LEVELS, [70, 300, 65_530])

    assert [(node.level, node.place) for node in sorted(stored.nodes)] == [*((1, n) for n in range(257)), (2, 0)]
    for node in stored.nodes:
        width = TILE_WIDTH**node.level
        assert node.hash == definition.mth(BY_TWO_LEVELS[node.place * width : (node.place + 1) * width])


def test_sealer_whose_stored_hashes_end_elsewhere_does_not_carry_on() -> None:
    with pytest.raises(ValueError, match="do not end where"):
        Frontier.of(300, [LEAVES[256:299], LEAVES[:1]])
