"""From the first version of the land register to the next: parcels that are there get the number of their place."""

from alembic import command
from sqlalchemy.engine import Connection

from installation.databases import connect, database_name, database_url
from installation.settings import Settings
from migrations.run import engine_of, migrate
from migrations.scripts import alembic_config
from tests.domains.kit.test_places import number

#: Ids and points of the same places, one of them the usual example of a geohash.
KNOWN = {
    "u4pruydqqvj8": (10.40744, 57.64911),
    "zzzzzzzzzzzz": (179.9999999, 89.9999999),
    "000000000000": (-180.0, -90.0),
}
INSERT = """
insert into parcels (id, surrogate, commune_code, province_code, sheet, number, legal_area, map_area, boundary,
                     centroid, bounding_box, origin, status, registered_on)
values ($1, $2, '00004', '01', 1, 1, 1, 1, '{}', point(0, 0), $3::text::box, 'ALLOCATED', 'ACTIVE', '2020-01-01')
"""


async def test_parcels_get_the_number_of_their_place_and_wide_ones_stand_behind(bare_settings: Settings) -> None:
    maintenance = await connect(str(bare_settings.database_url))
    await maintenance.execute(f'CREATE DATABASE "{database_name(bare_settings, "land")}"')
    await maintenance.close()
    async with engine_of(bare_settings, "land") as engine, engine.begin() as made:
        await made.run_sync(_first_version)
    rows = await connect(database_url(bare_settings, "land"))
    for place, name in enumerate([*KNOWN, "w7er8u0evwm0"]):
        await rows.execute(INSERT, name, place, "(1.02,1),(1,1)" if name == "w7er8u0evwm0" else "(1,1),(1,1)")

    await migrate(bare_settings)

    placed = {row["id"]: row["surrogate"] for row in await rows.fetch("select id, surrogate from parcels")}
    await rows.close()
    assert {name: placed[name] >> 20 for name in KNOWN} == {name: number(*point) >> 20 for name, point in KNOWN.items()}
    assert placed["w7er8u0evwm0"] >> 60 == 1


def _first_version(connection: Connection) -> None:
    config = alembic_config("land")
    config.attributes["connection"] = connection
    command.upgrade(config, "land_0001")
