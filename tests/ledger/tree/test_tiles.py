"""The names of tiles: one for each, as transparency logs publish them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.tree.merkle import Frontier, Span
from ledger.tree.tiles import HIGHEST_LEVEL, Tile, tile_with

TILES = st.builds(Tile, st.integers(0, HIGHEST_LEVEL), st.integers(0, 2**56), st.integers(1, 256))


@pytest.mark.parametrize(
    ("tile", "name"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(0, 1_234_067), "0/x001/x234/067"),
        (Tile(1, 999), "1/999"),
        (Tile(1, 1000), "1/x001/000"),
        (Tile(2, 0, 1), "2/000.p/1"),
        (Tile(0, 1_234_067, 255), "0/x001/x234/067.p/255"),
    ],
)
def test_auditor_finds_a_tile_under_its_published_name(tile: Tile, name: str) -> None:
    assert str(tile) == name
    assert Tile.parse(name) == tile


@given(TILES)
def test_every_tile_is_found_again_under_its_name(tile: Tile) -> None:
    assert Tile.parse(str(tile)) == tile


@pytest.mark.parametrize(
    "name",
    [
        "",
        "0",
        "0/",
        "0/0",
        "0/00",
        "0/0000",
        "00/000",
        "8/000",
        "-1/000",
        "0/x000/001",
        "0/001/002",
        "0/x001/x002",
        "0/x001/",
        "0/000/",
        "0/000.p",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/999",
        "0/000.p/01",
        "0/000.p/1000",
        "0/٠٠٠",
        "0/000\n",
        "0/x999/x999/x999/x999/x999/x999/999",
        "entries/000",
    ],
)
def test_stranger_who_asks_under_any_other_name_finds_no_tile(name: str) -> None:
    assert Tile.parse(name) is None


@pytest.mark.parametrize("size", [1, 255, 256, 257, 70_000, 2**24])
def test_tiles_of_a_tree_hold_its_edge_and_no_hash_beyond(size: int) -> None:
    edge = [span for span in Frontier.spans(size) if span.length]

    for span in edge:
        tile = tile_with(span, size)
        assert tile.span == span
        assert tile.is_within(size)
        assert not Tile(tile.level, tile.place, tile.width + 1).is_within(size)
    assert edge


def test_auditor_of_a_tree_of_seventy_thousand_needs_the_tiles_that_the_specification_names() -> None:
    partial = [str(tile_with(span, 70_000)) for span in Frontier.spans(70_000)]

    assert partial == ["0/273.p/112", "1/001.p/17", "2/000.p/1"]
    assert tile_with(Span(0, 12, 4), 70_000) == Tile(0, 0)
