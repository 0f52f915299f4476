"""The ways into the land register. Parcels are public; a certificate, which names its holder, takes a lookup."""

from collections.abc import Mapping

import strawberry
from asyncpg import Box as BoundBox

from domains.kit.connections import Connection
from domains.kit.geometry import overlaps
from domains.kit.places import stretches
from domains.kit.queries import Match, Unsearchable, equals, lookup, page
from domains.kit.scalars import Cursor, ParcelId, UnitCode
from domains.kit.types import queries
from domains.land.tables import certificates, parcels
from domains.land.types import Certificate, Parcel

MAX_DEGREES = 0.1  # about 11 km: a map's window, not the nation by its pages
ROUNDING = 1e-9  # 105.9 - 105.8 is a little more than 0.1


@strawberry.input(description="A rectangle in degrees of WGS 84, at most 0.1 degrees wide and high, edges included.")
class BoundingBox:
    west: float
    south: float
    east: float
    north: float


def rectangle(corners: Mapping[str, float]) -> BoundBox:
    """The argument as PostgreSQL's `box`. Raises Unsearchable."""
    west, south, east, north = (corners[side] for side in ("west", "south", "east", "north"))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Unsearchable("a rectangle from west to east and from south to north")
    if max(east - west, north - south) > MAX_DEGREES + ROUNDING:
        raise Unsearchable(f"at most {MAX_DEGREES} degrees wide and high")
    return BoundBox((east, north), (west, south))


PLACE = {
    "commune_code": equals(parcels.c.commune_code),
    "sheet": equals(parcels.c.sheet),
    "number": equals(parcels.c.number),
}
WITHIN = Match(
    lambda box: overlaps(parcels.c.bounding_box, box),
    parcels.c.bounding_box.type,
    (parcels.c.boundary,),
    rectangle,
    stretches=stretches,
)
PARCELS = parcels  # the name is taken inside `Query`
ACTIVE = parcels.c.status == "ACTIVE"


@queries
class Query:
    @lookup(parcels.c.id)
    def parcel(self, id: ParcelId) -> Parcel | None:  # noqa: A002 - the argument is named as the field it finds by
        """The parcel with this id."""

    @page(PARCELS, PLACE)
    def parcels(
        self,
        commune_code: UnitCode,
        first: int,
        sheet: int | None = strawberry.UNSET,
        number: int | None = strawberry.UNSET,
        after: Cursor | None = strawberry.UNSET,
    ) -> Connection[Parcel] | None:
        """Parcels of a commune; by sheet and number where they are given. Closed ones are included."""

    @page(PARCELS, {"bbox": WITHIN}, where=(ACTIVE,))
    def parcels_within(
        self, bbox: BoundingBox, first: int, after: Cursor | None = strawberry.UNSET
    ) -> Connection[Parcel] | None:
        """Active parcels whose bounding box shares a place with this one."""

    @lookup(certificates.c.serial)
    def certificate(self, serial: str) -> Certificate | None:
        """The certificate with this serial: two letters and 6 or 8 digits."""
