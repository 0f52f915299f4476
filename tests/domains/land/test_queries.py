"""The ways into the land register, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.kit.fields import binding_of
from domains.kit.geometry import PLACE_BITS, WIDTHS
from domains.kit.places import stretches
from domains.kit.queries import Unsearchable, parameter_of
from domains.kit.statements import Part, Size, stretches_text, written
from domains.land import DOMAIN
from domains.land.queries import ACTIVE, MAX_DEGREES, WITHIN, rectangle
from domains.land.tables import parcels
from domains.land.types import Parcel
from tests.domains.demands import demands
from tests.domains.kit.test_places import number
from tests.domains.rows import Connection, read, taken_back, write

CONDITIONS = [ACTIVE, WITHIN.condition(parameter_of(WITHIN, "bbox"))]
SEARCH = written([Part(parcels, [parcels.c.id], CONDITIONS, size=Size.PAGED, in_stretches=True)])

degrees = st.floats(-1, 1)


@pytest.fixture
async def land(urls: Mapping[str, str]) -> AsyncIterator[Connection]:
    async with taken_back(urls["land"]) as connection:
        yield connection


async def found(land: Connection, *, after: int = -1, limit: int = 10, **corners: float) -> list[str]:
    window = rectangle(corners)
    asked = {"bbox": window, "stretches": stretches_text(stretches(window)), "after": after, "limit": limit}
    return [row[0] for row in await read(land, SEARCH, **asked)]


def place(west: float, south: float, size: float) -> int:
    """Where a parcel stands that has its point in this corner."""
    return number(west, south) + (sum(size > width for width in WIDTHS) << PLACE_BITS)


async def parcel(land: Connection, name: str, west: float, south: float, size: float, status: str = "ACTIVE") -> None:
    box = asyncpg.Box((west + size, south + size), (west, south))
    point = asyncpg.Point(west, south)
    await write(
        land, parcels, id=name, surrogate=place(west, south, size), bounding_box=box, centroid=point, status=status
    )


async def test_a_surveyor_asks_a_window_and_gets_the_parcels_that_share_a_place_with_it(land: Connection) -> None:
    await parcel(land, "inside", 105.80, 21.00, 0.005)
    await parcel(land, "touching", 105.84, 21.04, 0.005)
    await parcel(land, "outside", 105.851, 21.00, 0.005)
    assert set(await found(land, west=105.79, south=20.99, east=105.84, north=21.04)) == {"inside", "touching"}


async def test_a_surveyor_asks_a_window_and_gets_no_closed_parcel(land: Connection) -> None:
    await parcel(land, "closed", 105.80, 21.00, 0.005, status="CLOSED")
    assert await found(land, west=105.79, south=20.99, east=105.84, north=21.04) == []


async def test_a_surveyor_asks_a_window_and_gets_the_parcel_that_it_lies_in(land: Connection) -> None:
    """The larger stand behind the smaller, and each is found in whatever window it reaches into."""
    await parcel(land, "forest", 105.0, 20.0, 2.0)
    await parcel(land, "other forest", 107.5, 20.0, 2.0)
    await parcel(land, "estate", 105.65, 20.85, 0.15)
    await parcel(land, "farm", 105.775, 20.975, 0.016)
    await parcel(land, "home", 105.80, 21.00, 0.0005)
    seen = await found(land, west=105.79, south=20.99, east=105.84, north=21.04)
    assert seen == ["home", "farm", "estate", "forest"]


async def test_a_wide_parcel_never_stands_among_the_others(land: Connection) -> None:
    box = asyncpg.Box((105.82, 21.0), (105.8, 21.0))
    with pytest.raises(asyncpg.CheckViolationError):
        await write(land, parcels, id="wide", surrogate=number(105.8, 21.0), bounding_box=box)


async def test_a_surveyor_turns_the_pages_of_a_window_and_meets_every_parcel_once(land: Connection) -> None:
    corners = {"west": 105.8, "south": 21.0, "east": 105.9, "north": 21.1}
    everywhere = {
        f"{column}/{row}": place(105.8 + column / 100, 21 + row / 100, 0.005)
        for column in range(10)
        for row in range(10)
    }
    for name in everywhere:
        column, row = map(int, name.split("/"))
        await parcel(land, name, 105.8 + column / 100, 21 + row / 100, 0.005)
    turned: list[str] = []
    while page := await found(land, after=everywhere[turned[-1]] if turned else -1, limit=7, **corners):
        assert not {*page} & {*turned}
        turned += page
    assert turned == sorted(everywhere, key=lambda name: everywhere[name])


async def test_a_window_is_searched_by_its_index_without_looking_at_other_places(land: Connection) -> None:
    await land.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    await land.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    window = rectangle({"west": 0, "south": 0, "east": 0, "north": 0})
    asked = {"bbox": window, "stretches": stretches_text(stretches(window)), "after": -1, "limit": 1}
    plan = await land.fetch(f"EXPLAIN {SEARCH.sql}", *(asked[name] for name in SEARCH.parameters))
    assert any("Index Only Scan using parcels_surrogate" in row[0] for row in plan)
    assert any("Presorted Key" in row[0] for row in plan)


async def test_a_centroid_is_read_as_longitude_and_latitude(land: Connection) -> None:
    await parcel(land, "here", 105.8, 21.0, 0.005)
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
