"""PostgreSQL's own `point` and `box`, which areas are searched by; no extension is needed."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Double, literal_column, type_coerce
from sqlalchemy.types import UserDefinedType

PLACE_BITS = 60  # of the number of a place: a geohash of 12 characters
WIDTHS = (0.002, 0.02, 0.2)  # degrees, about 220 m, 2 km and 20 km: of what stands in the layers of the order of places


class Point(UserDefinedType[Any]):
    """A place: x is the longitude, y the latitude, in degrees of WGS 84."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "POINT"


class Box(UserDefinedType[Any]):
    """A rectangle of longitudes and latitudes in degrees of WGS 84, edges included."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "BOX"


def longitude(point: ColumnElement[Any]) -> ColumnElement[float]:
    """Degrees east of a `Point` column."""
    return _coordinate(point, 0)


def latitude(point: ColumnElement[Any]) -> ColumnElement[float]:
    """Degrees north of a `Point` column."""
    return _coordinate(point, 1)


def overlaps(box: ColumnElement[Any], other: Any) -> ColumnElement[bool]:
    """Two boxes share a place. Written so that no index of boxes serves it: such a one gathers all rows of a window."""
    return box.op("#")(other).is_not(None)


def _coordinate(point: ColumnElement[Any], place: int) -> ColumnElement[Any]:
    """PostgreSQL subscripts a point like an array."""
    return type_coerce(point, ARRAY(Double()))[literal_column(str(place))]
