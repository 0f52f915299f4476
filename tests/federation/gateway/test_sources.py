"""From when an answer through the gateway is: what each of its registers says of itself, and of no other."""

from collections.abc import Mapping

import pytest

from tests.federation.gateway.conftest import World
from tests.federation.gateway.fakes import AS_OF, hangs, says

BOTH = '{ person(by: "all") { name alias } }'
EARLIER = "2019-12-31T23:59:59Z"


def sources(world: World, query: str = BOTH) -> Mapping[str, str | None]:
    return {name: said["asOf"] for name, said in world.ask(query).body["extensions"]["sources"].items()}


def test_a_client_is_told_of_each_register_that_was_asked(world: World) -> None:
    world.gossip.as_of = EARLIER
    assert sources(world) == {"gossip": EARLIER, "people": AS_OF}
    assert sources(world, '{ person(by: "all") { name } }') == {"people": AS_OF}


def test_a_register_that_is_asked_twice_is_told_as_the_earlier(world: World) -> None:
    moments = iter([AS_OF, EARLIER])

    async def earlier_each_time(request: object) -> object:
        world.gossip.as_of = next(moments)
        return await world.gossip.known(request)  # type: ignore[arg-type]

    world.gossip.instead = earlier_each_time  # type: ignore[assignment]
    assert sources(world, '{ rumor(by: "all") { alias } person(by: "all") { alias } }')["gossip"] == EARLIER


@pytest.mark.parametrize("instead", [hangs, says(500, {})], ids=["silent", "broken"])
def test_of_a_register_that_did_not_answer_no_moment_is_told(world: World, instead: object) -> None:
    world.gossip.instead = instead  # type: ignore[assignment]
    assert sources(world) == {"gossip": None, "people": AS_OF}


def test_an_answer_from_no_register_tells_of_none(world: World) -> None:
    assert "extensions" not in world.ask("{ __typename }").body


def test_a_register_speaks_for_itself_alone(world: World) -> None:
    said = {"data": {"rumor": []}, "extensions": {"sources": {"people": {"asOf": EARLIER}}, "more": "secret"}}
    world.gossip.instead = says(200, said)
    answer = world.ask('{ rumor(by: "all") { alias } }').body
    assert "extensions" not in answer
