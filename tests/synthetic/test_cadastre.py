"""The map: parcels that do not overlap, with the ids that their places have."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.cadastre import (
    COMMUNE_SIDE,
    FIELD,
    HOME,
    UNIT,
    NoRoom,
    Sites,
    geohashes,
    personas_sites,
    scale_for,
    take_sites,
)
from synthetic.cadastre import _origin as origin_of
from synthetic.counters import Counters
from synthetic.places import COMMUNE_CODE

ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
communes = st.integers(0, len(COMMUNE_CODE) - 1)


def _parcels(commune: int, homes: int, fields: int, scale: int = 1) -> Sites:
    kinds = np.repeat([HOME, FIELD], [homes, fields])
    return take_sites(np.full(homes + fields, commune), kinds, Counters(1), scale)


def _apart(one: Any, other: Any) -> bool:
    """Two convex rings, counterclockwise, have no inner point in common: one side of one of them parts them."""
    for ring, points in ((one, other), (other, one)):
        for a, b in zip(ring, np.roll(ring, -1, 0), strict=True):
            side = (b[0] - a[0]) * (points[:, 1] - a[1]) - (b[1] - a[1]) * (points[:, 0] - a[0])
            if np.all(side <= 0):
                return True
    return False


@settings(max_examples=8, deadline=None)
@given(communes, st.integers(1, 130), st.integers(1, 40), st.sampled_from([1, 3]))
def test_no_two_parcels_of_a_commune_overlap(commune: int, homes: int, fields: int, scale: int) -> None:
    corners = _parcels(commune, homes, fields, scale).corners
    low, high = corners.min(axis=1), corners.max(axis=1)
    for one, other in combinations(range(len(corners)), 2):
        meet = np.all(low[one] < high[other]) and np.all(low[other] < high[one])
        assert not meet or _apart(corners[one], corners[other])


@settings(max_examples=30, deadline=None)
@given(communes, st.integers(1, 300))
def test_a_parcel_is_convex_and_its_point_lies_inside(commune: int, homes: int) -> None:
    sites = _parcels(commune, homes, 30)
    following, middle = np.roll(sites.corners, -1, 1), sites.middle[:, None, :]
    edge, to_next = following - sites.corners, np.roll(following, -1, 1) - following
    assert np.all(edge[..., 0] * to_next[..., 1] - edge[..., 1] * to_next[..., 0] > 0)
    inward = middle - sites.corners
    assert np.all(edge[..., 0] * inward[..., 1] - edge[..., 1] * inward[..., 0] > 0)


def test_no_two_communes_share_ground() -> None:
    corner = origin_of(np.arange(len(COMMUNE_CODE)))
    for number in range(len(corner)):
        apart = np.abs(corner - corner[number]).max(axis=1) >= COMMUNE_SIDE
        assert apart.sum() == len(corner) - 1


@settings(deadline=None)
@given(communes, st.integers(0, 99))
def test_the_personas_strip_is_out_of_reach_of_drawn_parcels(commune: int, slot: int) -> None:
    strip = personas_sites(np.array([commune]), np.array([slot]))
    drawn = _parcels(commune, 98 * 100, 98 * 16)
    assert strip.corners[..., 1].min() >= drawn.corners[..., 1].max()
    assert strip.corners[..., 1].max() <= origin_of(np.array([commune]))[0, 1] + COMMUNE_SIDE


def _cell(geohash: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Longitudes and latitudes that a geohash stands for, by halving, as it is defined."""
    bounds = [[-180.0, 180.0], [-90.0, 90.0]]
    bits = [ALPHABET.index(letter) >> shift & 1 for letter in geohash for shift in (4, 3, 2, 1, 0)]
    for place, bit in enumerate(bits):
        axis = bounds[place % 2]
        axis[1 - bit] = sum(axis) / 2
    return (bounds[0][0], bounds[0][1]), (bounds[1][0], bounds[1][1])


@given(st.integers(102 * UNIT, 110 * UNIT), st.integers(8 * UNIT, 24 * UNIT))
def test_an_id_is_the_geohash_of_its_point(longitude: int, latitude: int) -> None:
    (identifier,) = geohashes(np.array([[longitude, latitude]]))
    (west, east), (south, north) = _cell(identifier.decode())
    assert len(identifier) == 12
    assert west <= longitude / UNIT <= east
    assert south <= latitude / UNIT <= north


def test_the_middle_of_ha_noi_has_its_known_id() -> None:
    (identifier,) = geohashes(np.array([[1_058_542_000, 210_285_000]]))
    assert identifier[:7] == b"w7er8u0"


def test_ids_of_neighbors_differ() -> None:
    assert len(set(geohashes(_parcels(0, 3_000, 500).middle))) == 3_500


def test_a_commune_that_is_full_says_so() -> None:
    with pytest.raises(NoRoom):
        _parcels(0, 98 * 100 + 1, 0)


@given(st.integers(100, 100_000_000))
def test_a_larger_nation_gets_a_finer_map(citizens: int) -> None:
    homes_in_largest_commune = citizens * 0.0012 / 3.6
    assert homes_in_largest_commune < (14 * scale_for(citizens)) ** 2 // 2 * 100
