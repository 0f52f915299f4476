"""From the first version of the land register: parcels that are there get the number of their place, by layers."""

from installation.settings import Settings
from migrations.run import migrate
from tests.domains.kit.test_places import number
from tests.migrations.first_version import first_version

#: Ids and points of the same places, one of them the usual example of a geohash.
KNOWN = {
    "u4pruydqqvj8": (10.40744, 57.64911),
    "zzzzzzzzzzzz": (179.9999999, 89.9999999),
    "000000000000": (-180.0, -90.0),
}
#: By id, how wide they are, and in which layer they stand then.
LARGER = {"w7er8u0evwm0": (0.01, 1), "w7er8u0evwm1": (0.1, 2), "w7er8u0evwm2": (1.0, 3)}
INSERT = """
insert into parcels (id, surrogate, commune_code, province_code, sheet, number, legal_area, map_area, boundary,
                     centroid, bounding_box, origin, status, registered_on)
values ($1, $2, '00004', '01', 1, 1, 1, 1, '{}', point(0, 0), $3::text::box, 'ALLOCATED', 'ACTIVE', '2020-01-01')
"""


async def test_parcels_get_the_number_of_their_place_and_larger_ones_stand_behind(bare_settings: Settings) -> None:
    async with first_version(bare_settings, "land") as rows:
        for place, (name, (width, _)) in enumerate((dict.fromkeys(KNOWN, (0.001, 0)) | LARGER).items()):
            await rows.execute(INSERT, name, place, f"({1 + width},1),(1,1)")

        await migrate(bare_settings)

        placed = {row["id"]: row["surrogate"] for row in await rows.fetch("select id, surrogate from parcels")}
    assert {name: placed[name] >> 20 for name in KNOWN} == {name: number(*point) >> 20 for name, point in KNOWN.items()}
    assert {name: placed[name] >> 60 for name in LARGER} == {name: layer for name, (_, layer) in LARGER.items()}
