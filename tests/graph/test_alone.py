"""One domain that its owner serves to clients: its own fields, and nothing that is made for routers."""

from typing import Any

import graphql
import pytest

from auth.access.references import Seals
from graph.compose import compose, compose_alone, compose_subgraph
from graph.composed import Composed
from graph.registry import installed_domains
from tests.graph.compiling import compiled
from tests.graph.conftest import Open
from tests.graph.invented.people import PEOPLE
from tests.graph.invented.rows import pin
from tests.graph.invented.things import THINGS

INSTALLED = {domain.name: domain for domain in installed_domains()}
HOLDER = """{ parcel(id: "w7er8tzzzzzz") {
    landRights(first: 1) { edges { node { holder { __typename ... on Enterprise { code } } } } } } }"""


@pytest.mark.parametrize("name", INSTALLED)
def test_a_domain_alone_publishes_what_it_publishes_in_the_whole_and_no_machinery(name: str) -> None:
    alone, whole = compose_alone(INSTALLED[name]), compose(INSTALLED.values())

    assert alone.made.keys() <= whole.made.keys()
    assert not {field for _, field in alone.made} & {"_entities", "_service", "ref"}
    assert not any(word in graphql.print_schema(alone.schema) for word in ("_Any", "_Entity", "_Service"))


@pytest.mark.parametrize(
    "composed",
    [compose_alone(INSTALLED["land"]), compose_subgraph(INSTALLED["land"], Seals(lambda: [bytes(64)]))],
    ids=["alone", "behind-a-router"],
)
def test_the_public_key_of_an_entity_that_is_owned_elsewhere_is_known_from_who_refers_to_it(composed: Composed) -> None:
    plan, _ = compiled(HOLDER, composed=composed)

    assert {step.domain for step in plan.steps} == {"land"}


async def test_a_client_follows_a_domains_own_relations_and_learns_nothing_of_whom_it_refers_to(
    open_world: Open, invented: Any
) -> None:
    people = await open_world({"people": invented["people"]}, composed=compose_alone(PEOPLE))
    things = await open_world({"things": invented["things"]}, composed=compose_alone(THINGS))

    named = await people.ask(f'{{ person(pin: "{pin(3)}") {{ name }} }}')
    owned = await things.ask('{ thing(id: "3-1") { owner { __typename } } }')
    asked = await things.ask('{ thing(id: "3-1") { owner { name } } }')

    assert named.data == {"person": {"name": "Person 3"}}
    assert owned.data == {"thing": {"owner": {"__typename": "Citizen"}}}
    assert asked.codes == ["GRAPHQL_VALIDATION_FAILED"]
