"""The ways into the land register, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.kit.fields import binding_of
from domains.kit.queries import Unsearchable, parameter_of
from domains.kit.statements import Part, Size, written
from domains.land import DOMAIN
from domains.land.queries import ACTIVE, MAX_DEGREES, WITHIN, rectangle
from domains.land.tables import parcels
from domains.land.types import Parcel
from tests.domains.demands import demands
from tests.domains.rows import Connection, read, taken_back, write

SEARCH = written(
    [Part(parcels, [parcels.c.id], [ACTIVE, WITHIN.condition(parameter_of(WITHIN, "bbox"))], size=Size.PAGED)]
)

degrees = st.floats(-1, 1)


@pytest.fixture
async def land(urls: Mapping[str, str]) -> AsyncIterator[Connection]:
    async with taken_back(urls["land"]) as connection:
        yield connection


async def found(land: Connection, **corners: float) -> list[str]:
    rows = await read(land, SEARCH, bbox=rectangle(corners), after=-1, limit=10)
    return [row[0] for row in rows]


async def parcel(land: Connection, name: str, west: float, south: float, size: float, status: str = "ACTIVE") -> None:
    box = asyncpg.Box((west + size, south + size), (west, south))
    await write(land, parcels, id=name, bounding_box=box, centroid=asyncpg.Point(west, south), status=status)


async def test_a_surveyor_asks_a_window_and_gets_the_parcels_that_share_a_place_with_it(land: Connection) -> None:
    await parcel(land, "inside", 105.80, 21.00, 0.01)
    await parcel(land, "touching", 105.84, 21.04, 0.01)
    await parcel(land, "outside", 105.851, 21.00, 0.01)
    assert set(await found(land, west=105.79, south=20.99, east=105.84, north=21.04)) == {"inside", "touching"}


async def test_a_surveyor_asks_a_window_and_gets_no_closed_parcel(land: Connection) -> None:
    await parcel(land, "closed", 105.80, 21.00, 0.01, status="CLOSED")
    assert await found(land, west=105.79, south=20.99, east=105.84, north=21.04) == []


async def test_a_window_is_searched_by_its_index(land: Connection) -> None:
    await land.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
    plan = await land.fetch(f"EXPLAIN {SEARCH.sql}", rectangle({"west": 0, "south": 0, "east": 0, "north": 0}), -1, 1)
    assert any("parcels_bounding_box" in row[0] for row in plan)


async def test_a_centroid_is_read_as_longitude_and_latitude(land: Connection) -> None:
    await parcel(land, "here", 105.8, 21.0, 0.01)
    centroid = next(field for field in Parcel.__strawberry_definition__.fields if field.python_name == "centroid")  # type: ignore[attr-defined]
    parts = binding_of(centroid).parts
    place = written(
        [Part(parcels, [parts["longitude"], parts["latitude"]], [parcels.c.id == "here"], size=Size.SEVERAL)]
    )
    assert await read(land, place, limit=1) == [(105.8, 21.0)]


@given(west=degrees, south=degrees, width=st.floats(0, MAX_DEGREES), height=st.floats(0, MAX_DEGREES))
def test_every_window_up_to_the_limit_is_searched(west: float, south: float, width: float, height: float) -> None:
    box = rectangle({"west": west, "south": south, "east": west + width, "north": south + height})
    assert (box.low.x, box.low.y) == (west, south)


@pytest.mark.parametrize(
    "corners",
    [
        (105.9, 21.0, 105.8, 21.1),
        (105.8, 21.1, 105.9, 21.0),
        (105.8, 21.0, 106.0, 21.1),
        (105.8, 21.0, 105.9, 21.2),
        (180.05, 0, 180.1, 0.1),
        (0, 90.05, 0.1, 90.1),
        (float("nan"), 0, 0.1, 0.1),
        (float("-inf"), 0, 0.1, 0.1),
    ],
    ids=[
        "west of east",
        "south of north",
        "too wide",
        "too high",
        "beyond the date line",
        "beyond a pole",
        "nan",
        "inf",
    ],
)
def test_a_window_that_is_none_is_refused_without_a_value(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(Unsearchable) as refused:
        rectangle(dict(zip(("west", "south", "east", "north"), corners, strict=True)))
    assert not any(str(corner) in str(refused.value) for corner in corners)


def test_a_developer_reads_that_parcels_take_no_lookup_and_certificates_do() -> None:
    assert demands(DOMAIN) == {
        "parcel": "Demands no lookup.",
        "parcels": "Demands no lookup.",
        "parcelsWithin": "Demands no lookup.",
        "certificate": "Demands `land:certificate.serial:lookup` as far as used.",
    }
