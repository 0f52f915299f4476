"""A real gateway that checks nothing, over a supergraph that demands nothing: the registers give it nothing guarded."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import parse

from auth.demo.agencies import WIDEST
from domains.kit.scopes import Verb
from graph.composed import Composed
from ledger import Disclosure, Outcome
from tests.federation.same.both import Shape
from tests.federation.same.ledgers import ledger_of, recorded
from tests.federation.same.routers import World
from tests.properties.arguments import Arguments, Draw
from tests.properties.bindings import Coordinate
from tests.properties.demands import demands_of
from tests.properties.met import leads, scopes_of, values
from tests.properties.nation import Nation
from tests.properties.operations import Operation, Writer, route


async def test_a_gateway_that_checks_nothing_gets_nothing_guarded_of_any_field_for_who_may_read_none(
    world: World, lying: Shape, composed: Composed, nation: Nation, record_property: Callable[[str, object], None]
) -> None:
    """A client that may verify identities, and nothing else, asks for every guarded field and by every way in."""
    asked = dict(questions(composed, Arguments(composed, nation)))
    granted = [name for name, operation in asked.items() if lying.ask(operation, WIDEST)[1].get("data")]
    before = {register: len(await readings(world, register)) for register in world.router.registers}

    for operation in asked.values():
        _, body = lying.ask(operation, "bank")
        assert shown(composed, operation, body) == [], operation.text
        assert body["errors"], operation.text

    after = {register: await readings(world, register) for register in world.router.registers}
    assert {each.outcome for register, found in after.items() for each in found[before[register] :]} == {
        Outcome.REFUSED
    }
    assert all(len(found) > before[register] for register, found in after.items())
    assert len(granted) > len(asked) * 0.9
    record_property("counted", f"asked of a gateway that checks nothing: {len(asked)}, all refused and on record")


def questions(composed: Composed, arguments: Arguments) -> Iterator[tuple[Coordinate, Operation]]:
    """One for each guarded field and way in, asked of somebody who has something there."""

    def is_forbidden(type_name: str, name: str) -> bool:
        return not any(scope.endswith(f":{Verb.VERIFY}") for scope in scopes_of(composed, (type_name, name)))

    for coordinate in composed.made:
        if is_forbidden(*coordinate) and any(scopes_of(composed, coordinate)):
            way = route(composed.schema, coordinate, is_forbidden)
            yield coordinate, Writer(arguments, Draw(1), is_forbidden, dated=False, left=0).along(way)


async def readings(world: World, register: str) -> list[Disclosure]:
    """What the client that may read nothing has on record."""
    return await recorded(ledger_of(world.environment, register), client="bank")


def shown(composed: Composed, operation: Operation, body: Mapping[str, Any]) -> list[Coordinate]:
    """The guarded fields that an answer shows something of."""
    demands = demands_of(composed, parse(operation.text), operation.variables)
    found = values(body.get("data") or {}, (), demands)
    return [coordinate for coordinate, value in found if leads(value) and any(scopes_of(composed, coordinate))]
