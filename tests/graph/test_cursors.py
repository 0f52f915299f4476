"""A cursor is a place in one list, for one client: it cannot be made, read, moved or handed on."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.cursors import KEY_BYTES, Cursors, Place
from graph.errors import Code, Refused
from tests.graph.compiling import holding
from tests.graph.conftest import Open
from tests.graph.invented.rows import TOWNS, pin
from tests.graph.world import EVERYTHING, World

OLD, NEW, OTHER = (bytes([number]) * (KEY_BYTES // 2) + bytes(KEY_BYTES // 2) for number in (1, 2, 3))
HERE = Place("desk", "Query.townsfolk", ["00001"])
PAGE = """query($town:UnitCode!,$after:Cursor,$first:Int!){
  townsfolk(town:$town,first:$first,after:$after){edges{cursor node{pin}} pageInfo{hasNextPage endCursor}}
}"""

surrogates = st.integers(0, 2**63 - 1)


@given(surrogates)
def test_a_client_that_comes_back_with_its_cursor_goes_on_where_it_was(surrogate: int) -> None:
    cursors = Cursors([NEW])
    assert cursors.open(cursors.sealer(HERE)(surrogate), HERE) == surrogate


@given(surrogates)
def test_a_cursor_shows_nothing_of_the_row(surrogate: int) -> None:
    raw = urlsafe_b64decode(Cursors([NEW]).sealer(HERE)(surrogate))
    assert surrogate.to_bytes(8, "big") not in raw
    assert len(raw) == 8 + 16


@pytest.mark.parametrize(
    "there",
    [
        replace(HERE, client="bank"),
        replace(HERE, coordinate="Query.residents"),
        replace(HERE, arguments=["00002"]),
        replace(HERE, arguments=["00001", "Person 1"]),
        replace(HERE, arguments=[]),
    ],
    ids=["another client", "another field", "another argument", "an argument more", "an argument less"],
)
def test_a_cursor_of_another_place_is_refused(there: Place) -> None:
    cursors = Cursors([NEW])
    with pytest.raises(Refused) as refused:
        cursors.open(cursors.sealer(there)(7), HERE)
    assert refused.value.errors[0].code is Code.BAD_USER_INPUT


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_whatever_was_not_sealed_here_is_refused(forged: str) -> None:
    with pytest.raises(Refused):
        Cursors([NEW, OLD]).open(forged, HERE)


@given(surrogates, st.integers(0, 23), st.integers(1, 255))
def test_a_cursor_that_was_changed_in_one_byte_is_refused(surrogate: int, place: int, change: int) -> None:
    cursors = Cursors([NEW])
    raw = bytearray(urlsafe_b64decode(cursors.sealer(HERE)(surrogate)))
    raw[place] ^= change
    with pytest.raises(Refused):
        cursors.open(urlsafe_b64encode(raw).decode(), HERE)


def test_a_cursor_under_the_key_before_is_still_accepted_and_one_under_another_is_not() -> None:
    before, now = Cursors([OLD]), Cursors([NEW, OLD])
    assert now.open(before.sealer(HERE)(7), HERE) == 7
    assert Cursors([NEW]).open(now.sealer(HERE)(7), HERE) == 7
    with pytest.raises(Refused):
        now.open(Cursors([OTHER]).sealer(HERE)(7), HERE)


# --- in questions ----------------------------------------------------------------------------------------------------


async def test_a_client_that_goes_from_page_to_page_meets_everybody_once(world: World) -> None:
    found: list[str] = []
    after, pages = None, 0
    while True:
        page = (await world.ask(PAGE, town=TOWNS[2], first=4, after=after)).data["townsfolk"]
        found += [edge["node"]["pin"] for edge in page["edges"]]
        pages += 1
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]
    assert (found, pages) == ([pin(number) for number in range(20, 30)], 3)


async def test_a_page_that_ends_with_its_list_has_none_behind_it(world: World) -> None:
    page = (await world.ask(PAGE, town=TOWNS[2], first=10)).data["townsfolk"]
    assert (len(page["edges"]), page["pageInfo"]["hasNextPage"]) == (10, False)


async def test_an_empty_page_has_no_cursor(world: World) -> None:
    page = (await world.ask(PAGE, town="99999", first=10)).data["townsfolk"]
    assert page == {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


async def cursor_of(world: World) -> str:
    page = (await world.ask(PAGE, town=TOWNS[0], first=1)).data["townsfolk"]
    return str(page["pageInfo"]["endCursor"])


async def test_a_client_that_moves_a_cursor_to_another_question_is_refused(world: World) -> None:
    """Else a place in one town would be a place in another, and pages a way to read what they are ordered by."""
    cursor = await cursor_of(world)
    assert (await world.ask(PAGE, town=TOWNS[0], first=5, after=cursor)).status == 200
    elsewhere = await world.ask(PAGE, town=TOWNS[1], first=5, after=cursor)
    assert (elsewhere.status, elsewhere.codes) == (400, ["BAD_USER_INPUT"])
    nested = f'{{person(pin:"{pin(1)}"){{things(first:1,after:"{cursor}"){{edges{{cursor}}}}}}}}'
    assert (await world.ask(nested)).codes == ["BAD_USER_INPUT"]


async def test_a_client_that_comes_with_the_cursor_of_another_is_refused(world: World) -> None:
    cursor = await cursor_of(world)
    answer = await world.ask(PAGE, holding(EVERYTHING, client="bank"), town=TOWNS[0], first=5, after=cursor)
    assert (answer.status, answer.codes) == (400, ["BAD_USER_INPUT"])


async def test_a_client_goes_on_in_another_process_and_after_the_keys_were_changed(open_world: Open) -> None:
    first = await open_world(cursors=Cursors([OLD]))
    second = await open_world(cursors=Cursors([NEW, OLD]))
    page = (await second.ask(PAGE, town=TOWNS[0], first=2, after=await cursor_of(first))).data["townsfolk"]
    assert [edge["node"]["pin"] for edge in page["edges"]] == [pin(1), pin(2)]
