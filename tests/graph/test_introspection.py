"""The schema describes itself to whoever has a token, and says what each field takes."""

from typing import Any

from graphql import build_client_schema, get_introspection_query, print_schema

from tests.graph.compiling import holding
from tests.graph.invented.rows import pin
from tests.graph.world import COMPOSED, World


async def test_a_tool_reads_the_whole_schema_with_the_standard_query(world: World) -> None:
    answer = await world.ask(get_introspection_query(descriptions=True), holding((), purpose=None))
    assert print_schema(build_client_schema(answer.data)) == print_schema(COMPOSED.schema)


async def test_a_developer_reads_in_a_fields_description_which_scope_it_takes(world: World) -> None:
    answer = await world.ask('{__type(name:"Citizen"){fields{name description}}}', holding(()))
    described = {field["name"]: field["description"] for field in answer.data["__type"]["fields"]}
    assert "Requires scope `people:citizen.name:read`." in described["name"]


async def test_no_sealed_reference_is_shown(world: World) -> None:
    answer = await world.ask('{__type(name:"Citizen"){fields{name}}}')
    assert "ref" not in {field["name"] for field in answer.data["__type"]["fields"]}


async def test_the_schema_and_somebody_are_asked_for_in_one_question(world: World) -> None:
    question = (
        f'query($t:String!){{a:__type(name:$t){{name}} person(pin:"{pin(1)}"){{name}} b:__type(name:"No"){{name}}}}'
    )
    answer = await world.ask(question, t="Thing")
    expected: Any = {"a": {"name": "Thing"}, "person": {"name": "Person 1"}, "b": None}
    assert (answer.data, [*answer.data]) == (expected, [*expected])


async def test_who_asks_for_somebody_beside_the_schema_needs_the_right_all_the_same(world: World) -> None:
    """In graphql-hive/envelop an introspection once switched the checks off."""
    question = f'{{__schema{{queryType{{name}}}} person(pin:"{pin(1)}"){{name}}}}'
    answer = await world.ask(question, holding(["people:citizen.pin:lookup"]))
    assert (answer.status, answer.codes) == (403, ["SCOPE_REQUIRED"])
