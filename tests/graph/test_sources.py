"""From when an answer is: what it says of each register that it was read from, and what it never tells by that."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domains.kit.database import Limits
from tests.graph.conftest import Open
from tests.graph.invented.rows import FOLK, pin
from tests.graph.world import Answer, World, locked

THINGS = "query($pin:PersonalNumber!){person(pin:$pin){name things(first:9){edges{node{label}}}}}"


def sources(answer: Answer) -> dict[str, Any]:
    return {name: said["asOf"] for name, said in answer.json["extensions"]["sources"].items()}


async def test_an_agency_is_told_a_moment_up_to_which_each_register_is_shown_whole(world: World) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    said = sources(await world.ask(THINGS, pin=pin(1)))
    assert [*said] == ["people", "things"]
    assert all(before <= datetime.fromisoformat(each) <= datetime.now(UTC) for each in said.values())


async def test_a_later_answer_is_told_as_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in (1_700_000_000.9, 1_700_000_001.1):
        monkeypatch.setattr("domains.kit.database.time", lambda moment=moment: moment)
        said = sources(await world.ask("query($pin:PersonalNumber!){person(pin:$pin){name}}", pin=pin(1)))
        assert said == {"people": f"2023-11-14T22:13:2{int(moment) % 10}Z"}


@pytest.mark.parametrize(("statement", "deadline"), [(0.3, 5.0), (5.0, 0.3)])
async def test_of_a_register_that_did_not_answer_no_moment_is_told(
    open_world: Open, statement: float, deadline: float
) -> None:
    world = await open_world(limits=Limits(connections=1, statement_seconds=statement), deadline=deadline)
    async with locked(world.databases["things"]._url, "possessions"):
        said = sources(await world.ask(THINGS, pin=pin(1)))
    assert said["things"] is None
    assert said["people"] is not None


async def test_which_registers_are_told_depends_on_the_question_alone(world: World) -> None:
    there, missing = [await world.ask(THINGS, pin=number) for number in (pin(1), pin(FOLK))]
    assert missing.data == {"person": None}
    assert sources(there).keys() == sources(missing).keys()


async def test_an_answer_from_no_register_tells_of_none(world: World) -> None:
    assert (await world.ask("{__typename}")).json == {"data": {"__typename": "Query"}}
    assert "extensions" not in (await world.ask("{__schema{queryType{name}}}")).json
