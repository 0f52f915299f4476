"""Each bound on a document, with its own message, and that measuring a hostile document is no work."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import get_introspection_query, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import limits
from graph.errors import Code, Refused
from tests.graph.compiling import asked, compiled, document, plan_of, registers

CITIZEN = 'citizen(pin:"001205123456")'


def limit_of(text: str) -> str:
    """The limit that a document is refused for."""
    with pytest.raises(Refused) as refused:
        document(text)
    (error,) = refused.value.errors
    assert error.code is Code.LIMIT_EXCEEDED
    assert error.message == f"The document exceeds the limit of {error.details['most']} for {error.details['limit']}."
    return str(error.details["limit"])


def spouses(levels: int) -> str:
    return f"{{{CITIZEN}" + "{spouse" * levels + "{pin}" + "}" * (levels + 1)


def doubling(levels: int, *, field: str = "__typename") -> str:
    """D1: each fragment spreads the next one twice, so the document means 2**levels fields."""
    chain = (f"fragment F{level} on Query{{...F{level + 1} ...F{level + 1}}}" for level in range(levels))
    return "{...F0}" + "".join(chain) + f"fragment F{levels} on Query{{{field}}}"


TYPES = "fragment F on __Type{fields{type{fields{type{fields{name args{name type{name}}}}}}}}"
HOSTILE = {
    "tokens": "{" + "__typename " * 2_000 + "}",
    "depth": spouses(11),
    "introspection depth": "{__schema{types" + "{ofType" * 15 + "{name}" + "}" * 17,
    "introspection points": "{" + " ".join(f"a{n}:__schema{{types{{...F}}}}" for n in range(9)) + "}" + TYPES,
    "nesting": "{" + "...{" * 64 + "__typename" + "}" * 65,
    "aliases": f"{{{CITIZEN}{{{' '.join(f'a{n}:pin' for n in range(31))}}}}}",
    "root fields": "{" + " ".join(f"a{n}:__typename" for n in range(11)) + "}",
    "directives": f"{{{CITIZEN}{{{'pin @skip(if:false) ' * 31}}}}}",
    "expanded selections": f"{{{CITIZEN}{{{'...A ' * 80}}}}} fragment A on Citizen{{{'pin ' * 80}}}",
    "characters of a name": f"{{{'a' * 65}:{CITIZEN}{{pin}}}}",
    "digits in a row of a name": f"{{p001085000123:{CITIZEN}{{pin}}}}",
}


@pytest.mark.parametrize("limit", HOSTILE)
def test_a_document_over_a_limit_is_refused_in_the_words_of_that_limit(limit: str) -> None:
    assert limit_of(HOSTILE[limit]) == limit


@pytest.mark.parametrize(
    "text",
    [
        spouses(10),
        f"{{{CITIZEN}{{{' '.join(f'a{n}:pin' for n in range(30))}}}}}",
        "{" + " ".join(f"a{n}:__typename" for n in range(10)) + "}",
        f"{{{CITIZEN}{{{'pin @skip(if:false) ' * 30}}}}}",
        f"{{{CITIZEN}{{{'...A ' * 80}}}}} fragment A on Citizen{{{'pin ' * 61}}}",
        "{" + "...{" * 63 + "__typename" + "}" * 64,
        get_introspection_query(
            descriptions=True,
            specified_by_url=True,
            directive_is_repeatable=True,
            schema_description=True,
            input_value_deprecation=True,
        ),
    ],
    ids=["depth", "aliases", "root fields", "directives", "selections", "nesting", "the standard introspection query"],
)
def test_a_document_at_a_limit_is_read(text: str) -> None:
    document(text)


EVERY_NAME = pytest.mark.parametrize(
    "text",
    [
        "{%s:__typename}",
        "query %s{__typename}",
        "{...%s} fragment %s on Query{__typename}",
        'query($%s:Int!){parcels(communeCode:"00001",first:$%s){edges{node{id}}}}',
        "{%s}",
        "{parcels(%s:1){edges{node{id}}}}",
        "{__typename @%s}",
        "{...on %s{__typename}}",
    ],
    ids=["alias", "operation", "fragment", "variable", "field", "argument", "directive", "type"],
)


@EVERY_NAME
def test_no_name_of_a_document_is_longer_than_64_characters(text: str) -> None:
    """One alias of 200 KB made a refusal of 58 MB: it stands in the path of everything below it."""
    assert limit_of(text.replace("%s", "n" * 65)) == "characters of a name"


@EVERY_NAME
def test_no_name_of_a_document_holds_a_persons_number(text: str) -> None:
    """Whoever asks for many at once names each part by its person; names go on record as they are written."""
    assert limit_of(text.replace("%s", "p123456789")) == "digits in a row of a name"


def test_a_name_with_a_day_in_it_is_read() -> None:
    document(f"query report_20260115_0001{{a12345678:{CITIZEN}{{pin}}}}")


def test_a_name_of_64_characters_is_read() -> None:
    document(f"query {'q' * 64}{{{'a' * 64}:{CITIZEN}{{...{'f' * 64}}}}} fragment {'f' * 64} on Citizen{{pin}}")


def test_the_schema_has_no_name_that_a_document_could_not_hold() -> None:
    names = (name for type_ in registers().schema.type_map.values() for name in getattr(type_, "fields", ()))
    assert max(map(len, (*names, *registers().schema.type_map))) <= limits.NAME_CHARACTERS


@pytest.mark.parametrize(
    "inner",
    [
        f"fields{{type{{fields{{{' '.join(f'a{n}:name' for n in range(20))}}}}}}}",
        "fields{type{fields{type{fields{name}}}}}",
    ],
)
def test_an_introspection_much_larger_than_the_standard_one_is_refused(inner: str) -> None:
    """Each took more of the event loop than the standard one."""
    assert limit_of(f"{{__schema{{types{{{inner}}}}}}}") == "introspection points"


def test_edges_and_nodes_do_not_count_as_depth() -> None:
    levels = "{landRights(first:1){edges{node{parcel" * 5 + "{id" + "}" * 21
    document(f"{{{CITIZEN}{levels}}}")


def test_an_introspection_named_as_another_field_counts_as_what_it_is() -> None:
    """The cost limit of GraphQL Armor could be passed by naming an operation or a fragment `__schema`."""
    deep = "{spouse" * 11 + "{pin}" + "}" * 11
    assert limit_of(f"query __schema{{__schema:{CITIZEN}{deep}}}") == "depth"


@pytest.mark.parametrize("levels", [13, 60])
def test_fragments_that_double_are_refused_for_what_they_expand_to(levels: int) -> None:
    assert limit_of(doubling(levels)) in {"root fields", "nesting"}
    assert limit_of(doubling(levels, field=f"a:{CITIZEN}{{pin}}")) in {"aliases", "nesting"}


def test_a_chain_of_fragments_is_refused_and_breaks_nothing() -> None:
    """As many as fit into a document, and deeper than Python calls functions."""
    chain = (f"fragment F{level} on Query{{...F{level + 1}}}" for level in range(247))
    assert limit_of(f"{{...F0}}{''.join(chain)}fragment F247 on Query{{__typename}}") == "nesting"


def test_a_chain_of_fragments_that_is_measured_from_its_end_is_as_long() -> None:
    chain = (f"fragment F{level} on Query{{...F{level + 1}}}" for level in range(200))
    from_the_end = " ".join(f"...F{level}" for level in range(200, -1, -10))
    assert limit_of(f"{{{from_the_end}}}{''.join(chain)}fragment F200 on Query{{__typename}}") == "nesting"


@settings(max_examples=30)
@given(st.integers(1, 50), st.integers(1, 4))
def test_measuring_takes_time_in_proportion_to_the_text(levels: int, spreads: int) -> None:
    """Work is counted, not timed: how often a selection set is looked at."""
    chain = (f"fragment F{level} on Query{{{f'...F{level + 1} ' * spreads}}}" for level in range(levels))
    parsed = parse("{...F0}" + "".join(chain) + f"fragment F{levels} on Query{{a:__typename}}")
    measured = Counted(parsed)
    measured.selection(parsed.definitions[0].selection_set)  # type: ignore[attr-defined]
    assert measured.looked_at == levels + 2


class Counted(limits._Measure):
    looked_at = 0

    def selection(self, *arguments: Any) -> limits.Size:
        self.looked_at += arguments[0] is not None
        return super().selection(*arguments)


@pytest.mark.parametrize(
    "text",
    [
        "{a:__typename ...A} fragment A on Query{...B} fragment B on Query{...A}",
        "{...A} fragment A on Query{...A}",
        '{...A} fragment A on Query{citizen(pin:"001205123456"){spouse{...B}}} fragment B on Citizen{spouse{...B}}',
    ],
)  # fmt: skip
def test_fragments_in_a_circle_are_measured_and_then_refused_as_invalid(text: str) -> None:
    with pytest.raises(Refused) as refused:
        document(text)
    assert {error.code for error in refused.value.errors} == {Code.GRAPHQL_VALIDATION_FAILED}


@pytest.mark.parametrize("size", [100, 101])
def test_a_list_of_more_than_a_hundred_is_refused(size: int) -> None:
    pins = [f"001205{number:06d}" for number in range(size)]
    written = ",".join(f'"{pin}"' for pin in pins)
    asked_for: list[tuple[str, dict[str, Any]]] = [
        ("query($pins:[PersonalNumber!]!){citizens(pins:$pins){pin}}", {"pins": pins}),
        (f"{{citizens(pins:[{written}]){{pin}}}}", {}),
    ]
    for text, variables in asked_for:
        if size == limits.LIST_ITEMS:
            compiled(text, variables)[0].cost(asked(compiled(text, variables)[1]))
            continue
        with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
            evaluated(text, variables)


@pytest.mark.parametrize("first", [0, 101, -1, 2**31 - 1])
def test_a_page_is_of_one_to_a_hundred_rows(first: int) -> None:
    for text, variables in (
        (f'{{parcels(communeCode:"00001",first:{first}){{edges{{node{{id}}}}}}}}', {}),
        ('query($n:Int!){parcels(communeCode:"00001",first:$n){edges{node{id}}}}', {"n": first}),
    ):
        with pytest.raises(Refused) as refused:
            evaluated(text, variables)
        assert [error.message for error in refused.value.errors] == ["first must be from 1 to 100."]


def test_a_cost_counts_statements_and_the_rows_they_may_return() -> None:
    page = 'parcels(communeCode:"00001",first:10){edges{node{id landRights(first:20){edges{node{kind}}}}}}'
    assert evaluated(f"{{{page}}}", {}) == 2 + 10 + 10 * 20


def test_a_question_over_the_cost_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        limits.check_cost(limits.COST + 1)
    assert [error.message for error in refused.value.errors] == ["The document exceeds the limit of 10000 for cost."]


def test_the_same_plan_costs_what_each_request_asks_for() -> None:
    text = 'query($n:Int!){parcels(communeCode:"00001",first:$n){edges{node{id}}}}'
    plan = plan_of(text, {"n": 1})
    assert [plan.cost(asked({"n": n, **literal_values(text, n)})) for n in (1, 7)] == [2, 8]


def literal_values(text: str, n: int) -> dict[str, Any]:
    return dict(compiled(text, {"n": n})[1])


def evaluated(text: str, variables: dict[str, Any]) -> int:
    """What a request costs; the arguments that it depends on are looked at."""
    plan, values = compiled(text, variables)
    for step in plan.steps:
        for _ in keys_given(step, values):
            pass
    return plan.cost(asked(values))


def keys_given(step: Any, values: Any) -> Iterator[Any]:
    if step.keys is not None and step.keys.given is not None:
        yield from step.keys.given(asked(values))
