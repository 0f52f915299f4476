"""An explanation says what the answer would be, before anything is read."""

import json
from typing import Any

import orjson
import pytest

from tests.graph.compiling import holding
from tests.graph.invented.rows import TOWNS, pin
from tests.graph.world import EVERYTHING, World, request

PINS = ",".join(f'"{pin(number)}"' for number in range(100))
COSTLY = f"{{persons(pins:[{PINS}]){{friends{{friends{{friends{{name}}}}}}}}}}"
ASKED = {
    "a profile": f'{{person(pin:"{pin(1)}"){{name town}}}}',
    "public facts": '{thing(id:"1-1"){label}}',
    "a page": f'{{townsfolk(town:"{TOWNS[0]}",first:2){{edges{{node{{name}}}}}}}}',
    "more than fits": COSTLY,
}
HELD = {
    "everything": EVERYTHING,
    "no names": [scope for scope in EVERYTHING if "name" not in scope],
    "nothing": [],
}


async def explained(world: World, text: str, token: str = "Bearer all") -> Any:
    headers = {"authorization": token, "content-type": "application/json"}
    answer = await request(world.endpoint(explains=True), "POST", [orjson.dumps({"query": text})], headers)
    return json.loads(answer.body)


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("question", ASKED)
async def test_what_is_explained_as_granted_is_answered_and_what_as_refused_is_refused(
    world: World, question: str, held: str
) -> None:
    caller = holding(HELD[held])
    explanation = await explained(world, ASKED[question], world.admit(caller))

    answer = await world.ask(ASKED[question], caller)

    assert (explanation["verdict"] == "granted") is ("errors" not in answer.json)
    assert all(error in explanation["refusals"] for error in answer.json.get("errors", ()))


async def test_a_question_that_costs_too_much_is_explained_with_its_cost_and_what_else_is_missing(world: World) -> None:
    explanation = await explained(world, COSTLY, world.admit(holding(HELD["no names"])))

    codes = [error["extensions"]["code"] for error in explanation["refusals"]]
    assert explanation["cost"]["points"] > explanation["cost"]["limit"]
    assert codes == ["LIMIT_EXCEEDED", "SCOPE_REQUIRED"]
