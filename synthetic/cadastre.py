"""The invented cadastral map: where a parcel lies, its corners, its area and its id.

Every commune is a square of its own, near the real middle of its province; no border is a real one. A square is cut
into sheets, and a sheet into parcels that share their corners: homes 10 by 10 to a sheet, fields 4 by 4. Corners inside
a sheet are moved a little, always in the same way: so the map is the same in every nation of one scale, and no two
parcels overlap.
All places are whole numbers of 1e-7 degrees.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.cells import Bytes, Cells, Ints, as_cells, digits, number
from synthetic.counters import Counters
from synthetic.draws import places_in_group, scattered
from synthetic.places import FIRST_COMMUNE, PROVINCE_CODE, PROVINCE_OF
from synthetic.statistics import rows

HOME, FIELD = 0, 1
PER_SIDE: Final[Ints] = np.array([10, 4])
UNIT: Final = 10_000_000  # per degree
COMMUNE_SIDE: Final = 180_000
SHEET_SIDE: Final = 12_000
SHEETS_PER_SIDE: Final = 14  # the 15th row of a commune is the personas'
PERSONAS_SHEET: Final = 900
CITIZENS_PER_SCALE: Final = 10_000_000
_WOBBLE: Final = 0.24  # of a parcel's side, from end to end
_METERS_PER_DEGREE: Final = (111_320.0, 110_700.0)  # of longitude at the equator, of latitude about here
_ALPHABET: Final = np.frombuffer(b"0123456789bcdefghjkmnpqrstuvwxyz", dtype=np.uint8)
_SPREAD: Final = (
    (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)  # fmt: skip


class NoRoom(ValueError):
    """More parcels than the map of a commune holds: the scale does not fit the number of citizens."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Parcels on the map; `corners` by parcel, corner (counterclockwise from the south-west) and axis."""

    commune: Ints
    sheet: Ints
    number: Ints
    corners: Ints

    @property
    def middle(self) -> Ints:
        """The point that stands for the parcel, inside it: the mean of its corners."""
        middle: Ints = self.corners.sum(axis=1) // 4
        return middle

    @property
    def area(self) -> Ints:
        """Area on the map in tenths of a square meter."""
        x, y = self.corners[..., 0].astype(np.float64), self.corners[..., 1].astype(np.float64)
        twice = np.sum((x - x[:, :1]) * (np.roll(y, -1, 1) - np.roll(y, 1, 1)), axis=1)
        meters = np.prod(_METERS_PER_DEGREE) * np.cos(np.radians(y[:, 0] / UNIT)) / UNIT**2
        area: Ints = np.rint(np.abs(twice) / 2 * meters * 10).astype(np.int64)
        return area


def scale_for(citizens: int) -> int:
    """How finely communes are cut, so that the parcels of so many citizens find room."""
    return 1 + int((citizens / CITIZENS_PER_SCALE) ** 0.5)


def take_sites(commune: Ints, kind: Ints, counters: Counters, scale: int) -> Sites:
    """The next free parcels in these communes: homes from the first sheet on, fields from the last one back."""
    nth = places_in_group(commune * 2 + kind, counters.parcels)
    per_side, sheets = PER_SIDE[kind], (SHEETS_PER_SIDE * scale) ** 2
    index, slot = np.divmod(nth, per_side**2)
    if np.any(index >= sheets // 2):
        raise NoRoom("a commune has more parcels than its map holds")
    sheet = np.where(kind == HOME, index, sheets - 1 - index)
    row, column = np.divmod(sheet, SHEETS_PER_SIDE * scale)
    side = SHEET_SIDE // scale
    return _sites(commune, sheet + 1, _origin(commune) + np.stack([column, row], axis=1) * side, slot, per_side, side)


def personas_sites(commune: Ints, slot: Ints) -> Sites:
    """Parcels of the strip that no drawn parcel reaches; always the same."""
    origin = _origin(commune) + np.array([0, SHEETS_PER_SIDE * SHEET_SIDE])
    return _sites(commune, np.full(len(commune), PERSONAS_SHEET), origin, slot, np.full(len(commune), 10), SHEET_SIDE)


def _origin(commune: Ints) -> Ints:
    """South-western corner of each commune's square: the communes of a province stand in rows around its middle."""
    province = PROVINCE_OF[commune]
    row, column = np.divmod(commune - FIRST_COMMUNE[province], _ROWS[province])
    corner = _MIDDLE[province] - (_ROWS[province] * COMMUNE_SIDE // 2)[:, None]
    origin: Ints = corner + np.stack([column, row], axis=1) * COMMUNE_SIDE
    return origin


_PLACED: Final = {row["code"].encode(): (float(row["longitude"]), float(row["latitude"])) for row in rows("provinces")}
_MIDDLE: Final[Ints] = np.rint(np.array([_PLACED[bytes(code)] for code in PROVINCE_CODE]) * UNIT).astype(np.int64)
_ROWS: Final[Ints] = np.ceil(np.sqrt(np.bincount(PROVINCE_OF))).astype(np.int64)


def _sites(commune: Ints, sheet: Ints, origin: Ints, slot: Ints, per_side: Ints, side: int) -> Sites:
    row, column = np.divmod(slot, per_side)
    around = ((0, 0), (1, 0), (1, 1), (0, 1))
    corners = [_corner(commune, sheet, column + right, row + up, per_side, side) for right, up in around]
    return Sites(commune, sheet, slot + 1, origin[:, None, :] + np.stack(corners, axis=1))


def _corner(commune: Ints, sheet: Ints, column: Ints, row: Ints, per_side: Ints, side: int) -> Ints:
    """A corner within its sheet; those on the sheet's edge stay on the straight edge."""
    pitch = side // per_side
    place = ((commune * 4096 + sheet) * 16 + column) * 16 + row
    inside = (column > 0) & (column < per_side) & (row > 0) & (row < per_side)
    reach = np.where(inside, (pitch * _WOBBLE).astype(np.int64), 0)
    wobble = [scattered(place, axis + 1) % (reach + 1) - reach // 2 for axis in (0, 1)]
    return np.stack([column * pitch + wobble[0], row * pitch + wobble[1]], axis=1)


def geohashes(points: Ints) -> Bytes:
    """Geohash of 12 characters."""
    shifts = np.arange(55, -1, -5)
    return as_cells(_ALPHABET[(place_numbers(points)[:, None] >> shifts) & 31])


def place_numbers(points: Ints) -> Ints:
    """The geohash as a number: 60 bits, longitude first, by halves of the globe. Every parcel here is a small one."""
    longitude = (points[:, 0] + 180 * UNIT) * (1 << 30) // (360 * UNIT)
    latitude = (points[:, 1] + 90 * UNIT) * (1 << 30) // (180 * UNIT)
    return (_spread(longitude) << np.uint64(1) | _spread(latitude)).astype(np.int64)


def _spread(bits: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """Each of 30 bits moved to twice its place."""
    wide = bits.astype(np.uint64)
    for shift, mask in _SPREAD:
        wide = (wide | (wide << np.uint64(shift))) & np.uint64(mask)
    return wide


def boundary(sites: Sites) -> Cells:
    """GeoJSON Polygon, closed."""
    ring = [piece for corner in (0, 1, 2, 3, 0) for piece in (b",[", *_pair(sites.corners[:, corner]), b"]")]
    return (b'{"type":"Polygon","coordinates":[[[', *ring[1:], b"]]}")


def point(sites: Sites) -> Cells:
    """The middle as PostgreSQL writes a point."""
    return (b"(", *_pair(sites.middle), b")")


def bounding_box(sites: Sites) -> Cells:
    """The box as PostgreSQL writes one: upper right, lower left."""
    return (b"(", *_pair(sites.corners.max(axis=1)), b"),(", *_pair(sites.corners.min(axis=1)), b")")


def _pair(places: Ints) -> tuple[Bytes | bytes, ...]:
    return (*_degrees(places[:, 0]), b",", *_degrees(places[:, 1]))


def _degrees(units: Ints) -> tuple[Bytes | bytes, ...]:
    return number(units // UNIT, 3), b".", digits(units % UNIT, 7)
