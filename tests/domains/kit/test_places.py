"""The order of parcels: every one that shares a place with a window stands in one of the window's stretches."""

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from domains.kit.geometry import PLACE_BITS, WIDTHS
from domains.kit.places import stretches
from domains.land.queries import MAX_DEGREES, rectangle

sides = st.floats(0, MAX_DEGREES)
longitudes, latitudes = st.floats(-180, 180 - MAX_DEGREES), st.floats(-90, 90 - MAX_DEGREES)
shares, away = st.floats(0, 1), st.floats(-1, 1)


def number(longitude: float, latitude: float) -> int:
    """The geohash of a point as it is defined: 60 halvings by turns, each saying in which half the point lies."""
    found, halves = 0, [[-180.0, 180.0], [-90.0, 90.0]]
    for turn in range(PLACE_BITS):
        place, half = (longitude, latitude)[turn % 2], halves[turn % 2]
        middle = sum(half) / 2
        found = found << 1 | (place >= middle)
        half[place < middle] = middle
    return found


def window(west: float, south: float, width: float, height: float) -> asyncpg.Box:
    return rectangle({"west": west, "south": south, "east": west + width, "north": south + height})


@given(
    longitudes, latitudes, sides, sides, st.sampled_from([*enumerate(WIDTHS)]),
    st.tuples(shares, away), st.tuples(shares, away),
)  # fmt: skip
def test_a_window_looks_where_every_parcel_that_reaches_into_it_can_stand(
    west: float, south: float, width: float, height: float, of: tuple[int, float],
    across: tuple[float, float], up: tuple[float, float],
) -> None:  # fmt: skip
    """A parcel's point is no further from a place of the window that it shares than the parcel is wide and high."""
    layer, reach = of
    longitude = min(max(west + across[0] * width + across[1] * reach, -180), 180 - 1e-6)
    latitude = min(max(south + up[0] * height + up[1] * reach, -90), 90 - 1e-6)
    placed = (layer << PLACE_BITS) + number(longitude, latitude)
    assert any(first <= placed < end for first, end in stretches(window(west, south, width, height)))


@given(longitudes, latitudes, sides, sides)
def test_a_window_is_looked_for_in_few_stretches_of_each_layer_and_in_all_of_the_last(
    west: float, south: float, width: float, height: float
) -> None:
    found = stretches(window(west, south, width, height))
    bounds = [bound for stretch in found for bound in stretch]
    assert bounds == sorted(bounds)
    assert len(found) <= 50
    assert found[-1] == (len(WIDTHS) << PLACE_BITS, len(WIDTHS) + 1 << PLACE_BITS)


def test_a_window_is_not_looked_for_far_beyond_it() -> None:
    found = stretches(window(105.8, 21.0, 0.1, 0.1))
    looked_at = sum(end - first for first, end in found if end < 1 << PLACE_BITS) / (1 << PLACE_BITS)
    assert looked_at < 2 * 0.1 * 0.1 / (360 * 180)
