"""PostgreSQL's own `point` and `box`, which areas are searched by; no extension is needed for either."""

from typing import Any

from sqlalchemy.types import UserDefinedType


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
