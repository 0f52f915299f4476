"""What a question would do, needs and lacks, said without reading anything."""

import json
from dataclasses import replace
from typing import Any

import pytest

from auth.caller import Limit
from auth.reach import in_communes
from graph.answer import Question
from graph.errors import Refused
from graph.explain import Explainer
from graph.limits import COST
from tests.graph.compiling import holding
from tests.graph.invented.rows import TOWNS, pin
from tests.graph.world import EVERYTHING, World, request

PROFILE = f'query Profile{{person(pin:"{pin(1)}"){{name things(first:5){{edges{{node{{label owner{{town}}}}}}}}}}}}'
RIGHTS = {
    "people:citizen.pin:lookup",
    "people:citizen.name:read",
    "people:citizen.town:read",
    "things:citizen.things:read",
    "things:thing.owner:read",
}


def explained(world: World, question: str, caller: Any) -> Any:
    return Explainer(world.graph).explain(Question(question, None, {}), caller)


def test_a_developer_reads_what_a_question_needs_and_which_grants_supply_it(world: World) -> None:
    said = explained(world, PROFILE, holding(RIGHTS)).as_json()
    assert (said["operation"], said["verdict"], said["missing"], said["refusals"]) == ("Profile", "granted", [], [])
    assert {*said["held"]} == RIGHTS
    assert {need["scope"]: need["paths"] for need in said["needed"]}["people:citizen.town:read"] == [
        "person.things.edges.node.owner.town"
    ]
    assert {tuple(need["grants"]) for need in said["needed"]} == {(1,)}


def test_a_developer_reads_every_right_that_is_missing(world: World) -> None:
    missing = {"people:citizen.town:read", "things:thing.owner:read"}
    said = explained(world, PROFILE, holding(RIGHTS - missing)).as_json()
    assert said["verdict"] == "refused"
    assert {*said["missing"]} == missing == {error["extensions"]["scope"] for error in said["refusals"]}


def test_a_developer_reads_the_steps_as_a_tree(world: World) -> None:
    said = explained(world, PROFILE, holding(RIGHTS)).as_json()
    (person,) = said["steps"]
    assert (person["path"], person["domain"], person["looksUp"]) == ("person", "people", ["Citizen.pin"])
    (things,) = person["then"]
    assert (things["path"], things["domain"], things["rules"]) == ("person.things", "things", ["UNPROTECTED"])
    assert [step["path"] for step in things["then"]] == ["person.things.edges.node.owner"]


def test_a_developer_reads_the_cost_and_its_limit(world: World) -> None:
    said = explained(world, PROFILE, holding(RIGHTS)).as_json()
    assert said["cost"] == {"points": 3 + 1 + 5 + 5, "limit": COST}


def test_an_office_reads_that_a_question_lies_outside_its_jurisdiction(world: World) -> None:
    office = holding(dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]])))
    said = explained(world, f'{{townsfolk(town:"{TOWNS[1]}",first:1){{edges{{cursor}}}}}}', office).as_json()
    assert [error["extensions"]["code"] for error in said["refusals"]] == ["OUT_OF_JURISDICTION"]


def test_a_person_reads_an_explanation_as_text(world: World) -> None:
    text = explained(world, PROFILE, holding(RIGHTS - {"things:thing.owner:read"})).as_text()
    assert "operation  Profile" in text
    assert "MISSING: things:thing.owner:read  at person.things.edges.node.owner" in text
    assert "held by grant 1: people:citizen.name:read  at person.name" in text
    assert "verdict  refused" in text


def test_an_officer_reads_under_whose_rights_a_suppliers_client_asks_and_through_whom(world: World) -> None:
    supplier = replace(holding(RIGHTS), supplier="H26.14", client="hub", through=("portal",), registered_only=True)
    explanation = explained(world, PROFILE, supplier)
    assert explanation.as_json()["caller"] == {
        "agency": "G15",
        "client": "hub",
        "supplier": "H26.14",
        "through": ["portal"],
        "purpose": "civil_status.registration",
        "forCitizen": False,
        "byRepresentative": False,
        "registeredOnly": True,
    }
    assert "hub of H26.14, by leave of G15, through portal, for civil_status.registration" in explanation.as_text()


def test_an_officer_reads_which_grants_are_limited_and_which_are_emergencies(world: World) -> None:
    name = "people:citizen.name:read"
    caller = holding(RIGHTS)
    grants = {**caller.rights.grants, name: (1, 41)}
    limits = {name: ((Limit(1, 50), Limit(41, 10)),)}
    rights = replace(caller.rights, grants=grants, limits=limits, emergencies=frozenset({41}))
    explanation = explained(world, PROFILE, replace(caller, rights=rights))
    said = explanation.as_json()
    needed = {need["scope"]: need for need in said["needed"]}
    assert needed[name]["limits"] == [{"grant": 1, "personsPerDay": 50}, {"grant": 41, "personsPerDay": 10}]
    assert [need["emergencies"] for need in needed.values() if need["emergencies"]] == [[41]]
    assert (said["emergencies"], said["persons"]) == ([41], {"atMost": 1 + 5})
    assert "LIMIT    50 persons a day by grant 1" in explanation.as_text()
    assert "EMERGENCY  grant 41, opened by one officer alone" in explanation.as_text()


@pytest.mark.parametrize("question", ["{", "{nothing}", f'{{townsfolk(town:"{TOWNS[0]}",first:0){{edges{{cursor}}}}}}'])
def test_a_question_that_is_wrong_is_not_explained(world: World, question: str) -> None:
    with pytest.raises(Refused):
        explained(world, question, holding(EVERYTHING))


async def test_an_explanation_over_http_reads_nothing_and_holds_no_value(world: World) -> None:
    world.listen()
    headers = {"authorization": "Bearer all", "content-type": "application/json"}
    body = json.dumps({"query": PROFILE}).encode()
    answer = await request(world.endpoint(explains=True), "POST", [body], headers)
    assert answer.json["verdict"] == "granted"
    assert world.sent == []
    assert pin(1).encode() not in answer.body


# --- as it would be answered ------------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("question", ASKED)
async def test_what_is_explained_as_granted_is_answered_and_what_as_refused_is_refused(
    world: World, question: str, held: str
) -> None:
    caller = holding(HELD[held])
    explanation = explained(world, ASKED[question], caller).as_json()

    answer = await world.ask(ASKED[question], caller)

    assert (explanation["verdict"] == "granted") is ("errors" not in answer.json)
    assert all(error in explanation["refusals"] for error in answer.json.get("errors", ()))


def test_a_question_that_costs_too_much_is_explained_with_its_cost_and_what_else_is_missing(world: World) -> None:
    explanation = explained(world, COSTLY, holding(HELD["no names"])).as_json()

    codes = [error["extensions"]["code"] for error in explanation["refusals"]]
    assert explanation["cost"]["points"] > explanation["cost"]["limit"]
    assert codes == ["LIMIT_EXCEEDED", "SCOPE_REQUIRED"]
