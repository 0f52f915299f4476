"""What a router gets of one domain by reference, and what nobody gets by sending references."""

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.access.references import Seals
from auth.reach import in_communes
from graph.answer import Question
from graph.compose import compose_subgraph
from graph.errors import Refused
from graph.exchange import Exchange
from graph.limits import LONG_LISTS
from graph.machinery import REPRESENTATION
from graph.plan import Asked
from ledger import Way
from tests.graph.compiling import compiled, holding
from tests.graph.conftest import Open
from tests.graph.invented.people import PEOPLE
from tests.graph.invented.rows import FOLK, TOWNS, pin
from tests.graph.invented.things import THINGS
from tests.graph.world import EVERYTHING, World

KEYS, OTHERS_KEYS = [bytes(64)], [bytes(range(64))]
SEALS, OTHERS_SEALS = Seals(lambda: KEYS), Seals(lambda: OTHERS_KEYS)
OF_PEOPLE, OF_THINGS = compose_subgraph(PEOPLE, SEALS), compose_subgraph(THINGS, SEALS)
NAMES = "query($of:[_Any!]!){_entities(representations:$of){__typename ... on Citizen{name}}}"
SECRETS = """query($of:[_Any!]!){
    _entities(representations:$of){... on Thing{id secret} ... on Citizen{things(first:1){edges{node{id}}}}}
}"""


@pytest.fixture
async def people(open_world: Open, invented: Any) -> World:
    """The subgraph of the register of people."""
    return await open_world({"people": invented["people"]}, composed=OF_PEOPLE)


@pytest.fixture
async def things(open_world: Open, invented: Any) -> World:
    """The subgraph of the register of things."""
    return await open_world({"things": invented["things"]}, composed=OF_THINGS)


def citizen(number: int, seals: Seals = SEALS) -> dict[str, Any]:
    """A reference to a person, as a router sends it."""
    return {"__typename": "Citizen", "ref": seals.seal("Citizen", pin(number))}


def thing(id_: str) -> dict[str, Any]:
    return {"__typename": "Thing", "id": id_}


async def test_a_router_follows_a_reference_from_one_register_to_another(people: World, things: World) -> None:
    owner = (await things.ask('{thing(id:"3-1"){owner{__typename ref}}}')).data["thing"]["owner"]

    found = await people.ask(NAMES, of=[owner])

    assert found.data == {"_entities": [{"__typename": "Citizen", "name": "Person 3"}]}


async def test_a_router_gets_a_reference_from_every_way_into_a_register(people: World) -> None:
    asked = f"""{{person(pin:"{pin(3)}"){{ref friends{{ref}}}} persons(pins:["{pin(3)}"]){{ref}}
        townsfolk(town:"{TOWNS[0]}",first:10){{edges{{node{{ref}}}}}}}}"""

    data = (await people.ask(asked)).data

    assert data["person"] == {
        "ref": SEALS.seal("Citizen", pin(3)),
        "friends": [{"ref": citizen(n)["ref"]} for n in (4, 5)],
    }
    assert data["persons"] == [{"ref": citizen(3)["ref"]}]
    assert [edge["node"]["ref"] for edge in data["townsfolk"]["edges"]] == [citizen(n)["ref"] for n in range(10)]


async def test_a_router_gets_objects_in_the_order_of_its_references_by_one_statement_for_each_table(
    things: World,
) -> None:
    things.listen()
    of = [citizen(4), thing("2-1"), citizen(1), thing("9-9"), citizen(4), thing("4-2")] * 25

    data = (await things.ask(SECRETS, of=of)).data

    def owned(first: str) -> dict[str, Any]:
        return {"things": {"edges": [{"node": {"id": first}}]}}

    assert data["_entities"] == [
        owned("4-1"), {"id": "2-1", "secret": "secret of 2"}, owned("1-1"), {"id": "9-9", "secret": None}, owned("4-1"),
        {"id": "4-2", "secret": "secret of 4"},
    ] * 25  # fmt: skip
    assert len(things.sent) == 2


async def test_a_router_gets_an_object_without_facts_of_who_is_not_registered(people: World) -> None:
    found = await people.ask(NAMES, of=[citizen(FOLK), citizen(1)])

    assert found.data["_entities"] == [
        {"__typename": "Citizen", "name": None}, {"__typename": "Citizen", "name": "Person 1"}
    ]  # fmt: skip


async def test_an_agency_gets_of_who_is_out_of_its_reach_what_it_gets_of_nobody(people: World) -> None:
    near = holding({"people:citizen.name:read": in_communes([TOWNS[0]])})

    found = await people.ask(NAMES, near, of=[citizen(1), citizen(30), citizen(FOLK)])

    assert [each["name"] for each in found.data["_entities"]] == ["Person 1", None, None]


async def test_an_agency_without_the_scope_is_refused_before_anything_is_read(people: World) -> None:
    people.listen()

    refused = await people.ask(NAMES, holding(EVERYTHING - {"people:citizen.name:read"}), of=[citizen(1)])

    assert (refused.status, refused.codes) == (403, ["SCOPE_REQUIRED"])
    assert refused.json["errors"][0]["extensions"]["coordinate"] == "Citizen.name"
    assert people.sent == []


async def test_whoever_is_referred_to_is_on_record_as_reached(people: World) -> None:
    answer = await people.ask(NAMES, of=[citizen(1), citizen(2), citizen(1)])

    (entry,) = await people.recorded(answer.request_id)
    ((step, persons),) = entry.looked_at
    assert (step.way, len(persons)) == (Way.REACHED, 2)


HOSTILE = [
    {"__typename": "Nobody", "ref": citizen(1)["ref"]},
    {"__typename": "Query"},
    {"__typename": "Thing", "ref": citizen(1)["ref"]},
    {"__typename": "Thing", "id": {"$ne": None}},
    {"__typename": "Thing", "id": ["1-1"]},
    {"__typename": "Thing", "id": "1-1\x00"},
    {"__typename": "Thing", "id": "1" * 201},
    {"__typename": ["Citizen"], "ref": citizen(1)["ref"]},
    {"__typename": "Citizen"},
    {"__typename": "Citizen", "pin": pin(1)},
    {"__typename": "Citizen", "ref": pin(1)},
    {"__typename": "Citizen", "ref": ""},
    {"__typename": "Citizen", "ref": SEALS.seal("Thing", pin(1))},
    {"__typename": "Citizen", "ref": citizen(1)["ref"][:-2]},
    {"__typename": "Citizen", "ref": citizen(1, OTHERS_SEALS)["ref"]},
    {"ref": citizen(1)["ref"]},
    "Citizen",
    7,
    [],
    None,
]


@pytest.mark.parametrize("sent", HOSTILE, ids=range(len(HOSTILE)))
async def test_nobody_gets_anything_by_a_reference_that_no_register_gave_out(
    things: World, people: World, sent: Any
) -> None:
    for world in (people, things):
        world.listen()
        refused = await world.ask(
            "query($of:[_Any!]!){_entities(representations:$of){__typename}}", of=[citizen(2), sent]
        )
        assert (refused.status, refused.codes) == (400, ["BAD_USER_INPUT"])
        assert pin(1) not in refused.body.decode()
        assert world.sent == []


async def test_nobody_builds_an_object_from_what_they_send(things: World) -> None:
    forged = {**thing("1-1"), "label": "mine", "secret": "mine", "owner": citizen(7), "_bypass": True}

    found = await things.ask(
        "query($of:[_Any!]!){_entities(representations:$of){... on Thing{label secret}}}", of=[forged]
    )

    assert found.data["_entities"] == [{"label": "thing 1", "secret": "secret of 1"}]


async def test_nobody_sends_more_references_than_a_hop_may_have(things: World) -> None:
    most = LONG_LISTS[REPRESENTATION]
    asked = "query($of:[_Any!]!){_entities(representations:$of){__typename ... on Thing{label}}}"

    answered = await things.ask(asked, of=[thing(f"{n}-1") for n in range(most)])
    refused = await things.ask(asked, of=[thing(f"{n}-1") for n in range(most + 1)])

    assert len(answered.data["_entities"]) == most
    assert refused.codes == ["LIMIT_EXCEEDED"]


async def test_what_a_router_sent_stays_as_it_was(people: World) -> None:
    sent = {"of": [citizen(1), {**citizen(2), "more": 1}]}
    before = copy.deepcopy(sent)

    await people.graph.answer(Question(NAMES, None, sent), holding(EVERYTHING), Exchange(bytes(16)))

    assert sent == before


async def test_a_reference_costs_what_a_key_costs() -> None:
    plan, values = compiled(NAMES, {"of": [citizen(n) for n in range(30)]}, composed=OF_PEOPLE)

    assert plan.cost(Asked(values, None, "desk")) == 1 + 30
    assert plan.most_persons(Asked(values, None, "desk")) == 30


async def test_a_composer_reads_the_schema_of_a_subgraph(people: World) -> None:
    answer = await people.ask("{_service{schema: sdl __typename}}")

    assert answer.data["_service"]["__typename"] == "_Service"
    assert "type Citizen @key" in answer.data["_service"]["schema"]
    assert await people.recorded(answer.request_id) == []


@pytest.mark.parametrize(
    "asked", ["{_service{sdl}}", "{_entities(representations:[]){__typename}}", f'{{person(pin:"{pin(1)}"){{ref}}}}']
)
async def test_one_process_has_none_of_what_only_a_router_needs(world: World, asked: str) -> None:
    assert (await world.ask(asked)).codes == ["GRAPHQL_VALIDATION_FAILED"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["__typename", "ref", "id", "x"]), inner, max_size=4)
    ),
)


@given(st.lists(JSON | st.sampled_from([citizen(1), thing("1-1")]), max_size=4))
def test_whatever_is_sent_as_a_reference_is_opened_or_refused(sent: Any) -> None:
    with suppress(Refused):  # anything else that is raised fails
        _, values = compiled(NAMES, {"of": sent}, composed=OF_PEOPLE)
        assert all(each == ("Citizen", pin(1)) for each in values["of"])
