"""Which fields are answered, and in which order: directives, fragments, unions, fields that are merged."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from graph.selections import Selections
from tests.graph.compiling import needed, plan_of, registers
from tests.graph.invented.rows import pin
from tests.graph.world import World

ONE = f'person(pin:"{pin(1)}")'


def selected(body: str, type_name: str = "Citizen", **switches: Any) -> list[str]:
    """The response keys of what `body` selects of a type."""
    document = parse(body)
    operation, *fragments = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    by_name: Mapping[str, Any] = {each.name.value: each for each in fragments}  # type: ignore[attr-defined]
    return [*Selections(registers().schema, by_name, switches).of(type_name, [operation])]


@pytest.mark.parametrize(
    ("skip", "include", "is_there"),
    [(None, None, True), (True, None, False), (False, None, True), (None, True, True), (None, False, False),
     (False, True, True), (True, True, False), (False, False, False), (True, False, False)],
)  # fmt: skip
@pytest.mark.parametrize("node", ["pin {}", "...{}{{pin}}", "...F {}"])
def test_a_field_is_answered_where_it_is_included_and_not_skipped(
    node: str, skip: Any, include: Any, is_there: Any
) -> None:
    directives = "".join(
        f"@{name}(if:{str(value).lower()})"
        for name, value in (("skip", skip), ("include", include))
        if value is not None
    )
    body = f"{{{node.format(directives)}}} fragment F on Citizen{{pin}}"
    assert selected(body) == (["pin"] if is_there else [])


@given(st.booleans(), st.booleans())
def test_a_variable_decides_a_directive(skip: bool, include: bool) -> None:  # noqa: FBT001
    body = "query($s:Boolean!,$i:Boolean!){pin @skip(if:$s) fullName @include(if:$i)}"
    assert selected(body, s=skip, i=include) == ["pin"] * (not skip) + ["fullName"] * include


def test_fields_stand_in_the_order_in_which_they_are_met() -> None:
    body = "{b:pin ...F a:pin ...on Citizen{d:pin b:pin} ...F} fragment F on Citizen{c:pin a:pin}"
    assert selected(body) == ["b", "c", "a", "d"]


def test_a_fragment_that_was_left_out_is_answered_where_it_is_spread_again() -> None:
    assert selected("{...F @skip(if:true) pin ...F} fragment F on Citizen{fullName}") == ["pin", "fullName"]


@pytest.mark.parametrize(
    ("condition", "is_there"), [("", True), ("on Citizen", True), ("on Holder", True), ("on Enterprise", False)]
)
def test_a_fragment_applies_to_its_type_and_to_the_members_of_its_union(condition: str, is_there: bool) -> None:  # noqa: FBT001
    assert selected(f"{{...{condition}{{__typename}}}}") == ["__typename"] * is_there


async def test_merged_fields_are_answered_once_with_what_each_selects(world: World) -> None:
    world.listen()
    question = f"{{{ONE}{{name friends{{pin}}}} ...F}} fragment F on Query{{{ONE}{{friends{{name}} town}}}}"
    assert (await world.ask(question)).json["data"] == {
        "person": {
            "name": "Person 1",
            "friends": [{"pin": pin(2), "name": "Person 2"}, {"pin": pin(3), "name": "Person 3"}],
            "town": "00001",
        }
    }
    assert len(world.sent) == 2


async def test_response_keys_stand_in_the_order_of_the_question(world: World) -> None:
    answer = await world.ask(
        f'{{z:{ONE}{{town b:name a:name}} __schema{{queryType{{name}}}} a:__typename m:named(name:"x"){{pin}}}}'
    )
    assert [*answer.data] == ["z", "__schema", "a", "m"]
    assert [*answer.data["z"]] == ["town", "b", "a"]


def test_what_is_skipped_takes_no_right_and_no_statement() -> None:
    text = 'query($s:Boolean!){citizen(pin:"001205123456"){fullName contact @skip(if:$s){mobile}}}'
    with_it, without = (plan_of(text, {"s": skip}) for skip in (False, True))
    assert needed(with_it) - needed(without) == {"identity:citizen.contact:read", "identity:contact.mobile:read"}
    assert [len(plan.steps) for plan in (with_it, without)] == [2, 1]


def test_each_member_of_a_union_takes_its_own_rights() -> None:
    members = "__typename ...on Citizen{fullName} ...on Enterprise{code}"
    text = f'{{parcel(id:"w7er8u0z9x2c"){{landRights(first:1){{edges{{node{{holder{{{members}}}}}}}}}}}}}'
    assert needed(plan_of(text)) == {
        "identity:citizen.full_name:read",
        "land:land_right.holder:read",
        "land:parcel.land_rights:read",
    }


@pytest.mark.parametrize("question", ["{__typename}", f"{{{ONE}{{__typename}}}}", f"{{a:{ONE}{{b:__typename}}}}"])
async def test_the_name_of_a_type_is_answered_everywhere(world: World, question: str) -> None:
    assert '"' in (await world.ask(question)).body.decode()


async def test_somebody_the_register_does_not_have_is_an_object_of_nulls(world: World) -> None:
    """A reference stands for itself: it has a type name, and nothing that the owning register would say."""
    answer = await world.ask(f'{{person(pin:"{pin(39)}"){{friends{{__typename name}}}}}}')
    assert answer.data == {"person": {"friends": [{"__typename": "Citizen", "name": None}] * 2}}
