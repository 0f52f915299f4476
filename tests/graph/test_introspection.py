"""The schema describes itself to whoever has a token, and says what each field takes; once worked out for everybody."""

import json
from typing import Any

import orjson
import pytest
from graphql import build_client_schema, execute_sync, get_introspection_query, parse, print_schema

from graph import introspection
from graph.answer import Question
from graph.kept import Kept
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


# --- kept -------------------------------------------------------------------------------------------------------------

STANDARD = get_introspection_query(
    descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True,
    input_value_deprecation=True,
)  # fmt: skip
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "the standard query": (STANDARD, {}),
    "a type": ('{__type(name:"Citizen"){name}}', {}),
    "no type": ('{__type(name:"Nobody"){name}}', {}),
    "a type by a variable": ("query($n:String!){a:__type(name:$n){name fields{name}}}", {"n": "Citizen"}),
    "a type by a default": ('query($n:String!="Thing"){__type(name:$n){name}}', {}),
    "a switch": ("query($s:Boolean!){__schema{types{name @skip(if:$s) kind}}}", {"s": True}),
    "a switch over all": ("query($s:Boolean!){__typename __schema@include(if:$s){types{kind}}}", {"s": False}),
    "fragments": ("{...A}fragment A on Query{x:__schema{types{...B}}}fragment B on __Type{kind}", {}),
    "inline": ("{...{...on Query{__schema{queryType{name}}}}__typename}", {}),
}


@pytest.fixture(autouse=True)
def executions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """How often graphql-core was asked, from nothing kept."""
    asked: list[Any] = []

    def counted(*arguments: Any, **named: Any) -> Any:
        asked.append(arguments)
        return execute_sync(*arguments, **named)

    monkeypatch.setattr(introspection, "execute_sync", counted)
    monkeypatch.setattr(introspection, "_answers", Kept(100, 2**20, lambda answer: sum(map(len, answer.values()))))
    return asked


@pytest.mark.parametrize("question", ASKED)
async def test_the_schema_is_described_as_graphql_core_does_the_first_time_and_later(
    world: World, question: str
) -> None:
    text, variables = ASKED[question]
    expected = execute_sync(COMPOSED.schema, parse(text), variable_values=variables)
    for _ in range(2):
        answer = await world.ask(text, holding([]), **variables)
        assert json.dumps(answer.data, sort_keys=True) == json.dumps(expected.data, sort_keys=True)


async def test_a_question_about_the_schema_is_worked_out_once(world: World, executions: list[Any]) -> None:
    """It holds up the event loop, and with it everybody, for as long as hundreds of other questions take."""
    for _ in range(3):
        await world.ask(STANDARD, holding([]))
    assert len(executions) == 1


async def test_another_question_about_the_schema_is_another_answer(world: World, executions: list[Any]) -> None:
    text = "query($n:String!){__type(name:$n){name}}"
    for name in ("Citizen", "Thing", "Citizen"):
        assert (await world.ask(text, n=name)).data == {"__type": {"name": name}}
        assert (await world.ask(f'{{__type(name:"{name}"){{name}}}}')).data == {"__type": {"name": name}}
    assert len(executions) == 4


async def test_the_same_operation_under_another_name_is_chosen_by_its_name(world: World) -> None:
    text = 'query A{__type(name:"Citizen"){name}}query B{__type(name:"Thing"){name}}'
    for name, found in (("A", "Citizen"), ("B", "Thing"), ("A", "Citizen")):
        answer = await world.post(orjson.dumps({"query": text, "operationName": name}))
        assert answer.data == {"__type": {"name": found}}


async def test_whoever_asks_about_people_as_well_shares_what_is_about_the_schema(
    world: World, executions: list[Any]
) -> None:
    text = "query($p:PersonalNumber!){...A person(pin:$p){...B}__schema{queryType{name}}}"
    fragments = "fragment A on Query{p:person(pin:$p){name}}fragment B on Citizen{name}"
    for number in (1, 2):
        answer = await world.ask(text + fragments, p=pin(number))
        assert answer.data["p"] == answer.data["person"] == {"name": f"Person {number}"}
        assert answer.data["__schema"] == {"queryType": {"name": "Query"}}
    assert len(executions) == 1


def test_nothing_is_kept_of_what_was_typed_about_a_person() -> None:
    text = f'{{person(pin:"{pin(1)}"){{name}}a:__schema{{queryType{{name}}}}}}'
    introspection.answer(COMPOSED.schema, Question(text, None, {}), {"person": {}, "a": None})
    assert "pin" not in repr(introspection.about_schema(parse(text), None))
    assert pin(1) not in repr(introspection._answers._values)
