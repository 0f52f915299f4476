"""Whatever is sent, something sensible comes back: no fault of ours, no value repeated, nothing changed."""

import json
from typing import Any

from graphql import parse_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, queries

from auth.keys import subject_seal
from office import visitor
from office.answer import Question, answer
from office.context import Context
from office.errors import Code, NotAnswered
from office.schema import executable, schema, sdl, visibility
from tests.ledger.archive.world import pin
from tests.office.world import Place

FAULTS = frozenset({Code.INTERNAL, Code.DATABASE_UNAVAILABLE, Code.DEADLINE_EXCEEDED})
SHARED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
CITIZEN = visitor.citizen("")
"""Whoever it is: the name is sealed by each place's own key."""
VISITORS = (visitor.machine("root"), visitor.agency("desk", "G01"), CITIZEN)
TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
MOMENTS = ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00", "never", "9999-12-31T23:59:59-14:00"]
SCALARS = {"DateTime": st.sampled_from(MOMENTS).map(json.dumps), "JSON": st.just('"x"')}


async def outcome(place: Place, who: visitor.Visitor, text: str, variables: dict[str, Any] | None = None) -> list[Code]:
    """The codes with which a question was not answered; none where it was."""
    if who is CITIZEN:
        who = visitor.citizen(subject_seal(place.office.desk.files).keep(pin(1)))
    try:
        await answer(executable(schema()), Question(text, None, variables or {}), Context(who, place.office))
    except NotAnswered as ended:
        return [error.code for error in ended.errors]
    return []


def as_nodes(scalars: dict[str, st.SearchStrategy[str]]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: strategy.map(parse_value) for name, strategy in scalars.items()}


def documents() -> st.SearchStrategy[str]:
    """Documents that fit the schema, each of one root field."""

    def of(coordinate: str) -> st.SearchStrategy[str]:
        root, _, name = coordinate.partition(".")
        make = queries if root == "Query" else mutations
        return make(sdl(), fields=[name], custom_scalars=as_nodes(SCALARS))

    return st.sampled_from(sorted(visibility(schema()))).flatmap(of)


@SHARED
@given(document=documents(), who=st.sampled_from(VISITORS))
async def test_no_document_that_fits_the_schema_is_a_fault(shared: Place, document: str, who: visitor.Visitor) -> None:
    assert not FAULTS & set(await outcome(shared, who, document))


@SHARED
@given(text=TEXT | TEXT.map(lambda inner: "{ grant(number: " + json.dumps(inner) + ") { number } }"))
async def test_no_text_is_a_fault(shared: Place, text: str) -> None:
    assert not FAULTS & set(await outcome(shared, VISITORS[0], text))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
REVOKE = "mutation($c: RevokeGrantInput!, $k: String!) { revokeGrant(change: $c, idempotencyKey: $k) { __typename } }"


@SHARED
@given(change=JSON | st.fixed_dictionaries({"grant": JSON, "reason": JSON}), key=JSON)
async def test_no_variable_is_a_fault(shared: Place, change: Any, key: Any) -> None:
    assert not FAULTS & set(await outcome(shared, VISITORS[0], REVOKE, {"c": change, "k": key}))


@SHARED
@given(name=TEXT)
async def test_a_name_to_look_for_is_found_or_not(shared: Place, name: str) -> None:
    document = "query($n: ID!) { client(client: $n) { client } clients(agency: $n, after: $n) { next } }"

    assert not FAULTS & set(await outcome(shared, VISITORS[0], document, {"n": name}))
