"""Values of arguments and variables: what fits is converted, what does not is refused without being quoted."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from domains.kit.scalars import PIN
from graph.document import Documents
from graph.errors import Code, Refused
from graph.inputs import converter
from tests.graph.compiling import asked, compiled, needed, registers

BY_DATE = {"nameAndBirthDate": {"fullName": "Đặng Thị Phượng", "dateOfBirth": "1950"}}
BY_PLACE = {"nameAndBirthPlace": {"fullName": "Đặng Thị Phượng", "birthYear": 1950, "birthPlaceCode": "01"}}
SEARCH = registers().schema.type_map["CitizenSearch"]
PERSONAL_NUMBER: Any = registers().schema.type_map["PersonalNumber"]
PINS = GraphQLList(GraphQLNonNull(PERSONAL_NUMBER))
SEXES = registers().schema.type_map["Sex"]


def converted(type_: Any, value: Any) -> Any:
    return converter(type_)(value, "$search")


def refusal(type_: Any, value: Any) -> str:
    with pytest.raises(Refused) as refused:
        converted(type_, value)
    (error,) = refused.value.errors
    assert error.code is Code.BAD_USER_INPUT
    return error.message


def test_a_caller_who_gives_one_member_of_a_one_of_searches_by_it() -> None:
    assert converted(SEARCH, BY_PLACE) == {
        "name_and_birth_place": {"full_name": "Đặng Thị Phượng", "birth_year": 1950, "birth_place_code": "01"}
    }


@pytest.mark.parametrize(
    "given_",
    [
        {},
        {**BY_DATE, **BY_PLACE},
        {**BY_DATE, "nameAndBirthPlace": None},
        {"nameAndBirthDate": None},
        {"nameAndBirthDate": None, "nameAndBirthPlace": None},
    ],
    ids=["none", "two", "one and a null", "a null", "two nulls"],
)
def test_a_caller_who_gives_not_one_member_of_a_one_of_is_refused(given_: Mapping[str, Any]) -> None:
    assert refusal(SEARCH, given_) == "$search must be a CitizenSearch with exactly one member."


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"nameAndBirthDate": {}}, "nameAndBirthDate of $search must be a NameAndBirthDate with fullName."),
        (
            {"nameAndBirthDate": {"fullName": None, "dateOfBirth": "1950"}},
            "fullName of nameAndBirthDate of $search must be of type String!.",
        ),
        (
            {"nameAndBirthDate": {"fullName": "A", "dateOfBirth": "1950-13"}},
            "dateOfBirth of nameAndBirthDate of $search must be a PartialDate.",
        ),
        (
            {"nameAndBirthDate": ["A"]},
            "nameAndBirthDate of $search must be a NameAndBirthDate with no other fields than its own.",
        ),
        ({"byPin": "001205123456"}, "$search must be a CitizenSearch with no other fields than its own."),
        ("001205123456", "$search must be a CitizenSearch with no other fields than its own."),
    ],
)  # fmt: skip
def test_a_caller_reads_which_place_of_a_nested_input_does_not_fit(given_: Any, message: str) -> None:
    assert refusal(SEARCH, given_) == message


def test_a_caller_who_gives_one_value_for_a_list_asks_for_a_list_of_one() -> None:
    assert converted(GraphQLList(GraphQLNonNull(GraphQLString)), "a") == ["a"]


@pytest.mark.parametrize("given_", [[None], ["a", None], [["a"]], [1]])
def test_a_caller_who_gives_a_list_with_something_else_in_it_is_refused(given_: Any) -> None:
    assert refusal(GraphQLList(GraphQLNonNull(GraphQLString)), given_).startswith("an item of $search must be ")


@given(st.lists(st.from_regex(PIN, fullmatch=True)), st.text(max_size=30), st.integers(0))
def test_a_caller_who_gives_one_number_of_another_form_among_many_is_refused(
    pins: list[str], other: str, at: int
) -> None:
    assume(PIN.fullmatch(other) is None)
    at %= len(pins) + 1

    assert converted(PINS, pins) == pins
    for wrong in (other, f"{other}\n", "001205123456\n", "001205123456\n001205123456", None, 1205123456):
        assert refusal(PINS, [*pins[:at], wrong, *pins[at:]]).startswith("an item of $search must be ")


@pytest.mark.parametrize("given_", ["male", "Male", "", "OTHER", 0, True, ["MALE"], {"MALE": 1}])
def test_a_caller_who_gives_no_value_of_an_enumeration_is_refused(given_: Any) -> None:
    assert refusal(SEXES, given_) == "$search must be a value of Sex."


def test_an_enumeration_stays_the_name_that_registers_store() -> None:
    assert converted(SEXES, "FEMALE") == "FEMALE"


@pytest.mark.parametrize(
    ("type_", "given_"),
    [
        (GraphQLInt, 2**31),
        (GraphQLInt, True),
        (GraphQLInt, 1.5),
        (GraphQLFloat, "1"),
        (GraphQLFloat, float("inf")),
        (GraphQLString, 1),
    ],
)
def test_a_caller_who_gives_another_kind_of_value_is_refused(type_: Any, given_: Any) -> None:
    assert refusal(type_, given_) == f"$search must be a {type_.name}."


def test_a_caller_who_gives_text_that_no_register_can_hold_is_refused() -> None:
    """PostgreSQL has no character of number zero: the statement would fail, and others' statements with it."""
    assert refusal(GraphQLString, "a\x00b") == "$search must be a String."


TEXTS: Mapping[str, tuple[Any, Any]] = {
    "$search": (GraphQLString, lambda text: text),
    "an item of $search": (GraphQLList(GraphQLString), lambda text: ["a", text]),
    "fullName of nameAndBirthDate of $search": (
        SEARCH, lambda text: {"nameAndBirthDate": {"fullName": text, "dateOfBirth": "1950"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", TEXTS)
def test_a_text_is_of_two_hundred_characters_at_most_wherever_it_is_given(place: str) -> None:
    """A name of 31,000 words to search by kept a register busy for as long as it lets a statement run."""
    type_, given_ = TEXTS[place]
    converted(type_, given_("ô" * 200))
    for size in (201, 31_000):
        with pytest.raises(Refused) as refused:
            converted(type_, given_("ô" * size))
        (error,) = refused.value.errors
        assert error.code is Code.LIMIT_EXCEEDED
        assert error.message == f"{place} has more than 200 characters."


def test_a_literal_and_a_default_are_no_longer_than_what_a_variable_brings() -> None:
    for text in ('{searchEnterprises(name:"%s",first:1){edges{cursor}}}',
                 'query($n:String!="%s"){searchEnterprises(name:$n,first:1){edges{cursor}}}'):  # fmt: skip
        compiled(text % ("cong ty " * 25))
        with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
            compiled(text % ("cong ty " * 26))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_whatever_a_caller_gives_is_converted_or_refused(value: Any) -> None:
    for type_ in (SEARCH, SEXES, GraphQLNonNull(GraphQLInt), GraphQLList(GraphQLFloat)):
        with suppress(Refused):
            converted(type_, value)


# --- null where there must be a value --------------------------------------------------------------------------------

NULLS = {
    "residents": (
        'query($c:UnitCode="00004"){residents(communeCode:$c,first:10){edges{node{__typename}}}}',
        "population:residence.commune_code:lookup",
    ),
    "findCitizens": (
        'query($c:CitizenSearch={nameAndBirthDate:{fullName:"A",dateOfBirth:"1950"}}){findCitizens(search:$c){__typename}}',
        "identity:citizen.full_name:lookup",
    ),
    "citizen": ('query($c:PersonalNumber="001205123456"){citizen(pin:$c){__typename}}', "identity:citizen.pin:lookup"),
    "citizens": (
        'query($c:[PersonalNumber!]=["001205123456"]){citizens(pins:$c){__typename}}',
        "identity:citizen.pin:lookup",
    ),
    "verifyIdentity": (
        'query($c:PartialDate="1950"){verifyIdentity(pin:"001205123456",fullName:"A",dateOfBirth:$c)}',
        "identity:citizen:verify",
    ),
}


@pytest.mark.parametrize("field", NULLS)
def test_a_default_makes_a_nullable_variable_fit_a_required_argument(field: str) -> None:
    text, scope = NULLS[field]
    assert scope in needed(compiled(text)[0])


@pytest.mark.parametrize("field", NULLS)
def test_a_caller_who_gives_null_for_it_all_the_same_is_refused_and_finds_nobody(field: str) -> None:
    """Taken for an argument left out, a null would search by less: everybody, and without the right to find anybody."""
    text, _ = NULLS[field]
    with pytest.raises(Refused) as refused:
        looked_at(text, {"c": None})
    assert {error.code for error in refused.value.errors} == {Code.BAD_USER_INPUT}


@pytest.mark.parametrize("directive", ["skip", "include"])
def test_a_caller_who_gives_null_to_a_directive_is_refused(directive: str) -> None:
    text = f"query($c:Boolean=true){{__typename @{directive}(if:$c)}}"
    compiled(text, {"c": False})
    with pytest.raises(Refused, match="BAD_USER_INPUT"):
        compiled(text, {"c": None})


def looked_at(text: str, variables: Mapping[str, Any]) -> None:
    """Everything that a run looks at before it reads: the values of each step, and its keys."""
    plan, values = compiled(text, variables)
    request = asked(values)
    for step in plan.steps:
        for get in (*step.parameters.values(), *([step.keys.given] if step.keys and step.keys.given else [])):
            get(request)


# --- defaults --------------------------------------------------------------------------------------------------------

PAGE = GraphQLInputObjectType(
    "Page",
    {
        "size": GraphQLInputField(GraphQLInt, default_value=5),
        "order": GraphQLInputField(
            GraphQLNonNull(GraphQLEnumType("Order", {"UP": "UP", "DOWN": "DOWN"})), default_value="UP"
        ),
    },
)
SCHEMA = GraphQLSchema(GraphQLObjectType("Query", {"f": GraphQLField(GraphQLInt, {"a": GraphQLArgument(PAGE)})}))


@pytest.mark.parametrize(
    ("text", "given_", "value"),
    [
        ("query($a:Page){f(a:$a)}", {"a": {}}, {"size": 5, "order": "UP"}),
        ("query($a:Page){f(a:$a)}", {"a": {"size": None, "order": "DOWN"}}, {"size": None, "order": "DOWN"}),
        ("query($a:Page={size:7}){f(a:$a)}", {}, {"size": 7, "order": "UP"}),
        ("query($a:Page={size:7}){f(a:$a)}", {"a": None}, None),
        ("query($a:Page=null){f(a:$a)}", {}, None),
        ("query($a:Page){f(a:$a)}", {"a": None}, None),
    ],
)
def test_a_default_stands_in_for_what_is_not_given_and_not_for_null(text: str, given_: Any, value: Any) -> None:
    read, typed = Documents(SCHEMA).get(text)
    assert read.operation(None).values(given_, typed)["a"] == value


def test_a_variable_that_is_neither_given_nor_has_a_default_has_no_value() -> None:
    read, typed = Documents(SCHEMA).get("query($a:Page){f(a:$a)}")
    assert read.operation(None).values({}, typed) == {}
