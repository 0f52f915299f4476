"""What the owner of a register shows before attaching it: that it composes, says what it takes, and joins by key."""

import pytest

from auth.access.references import Seals
from domains.kit.domain import subgraph
from graph import catalogue
from graph.compose import compose, compose_subgraph
from graph.composed import Composed
from graph.registry import installed_domains
from social_insurance import DOMAIN


@pytest.fixture(scope="module")
def graph() -> Composed:
    """The national graph with this register in it."""
    return compose(installed_domains())


def test_the_register_is_found_by_its_entry_point(graph: Composed) -> None:
    assert DOMAIN in graph.domains


def test_a_citizen_and_an_enterprise_have_what_the_register_adds(graph: Composed) -> None:
    added = {(name, field) for (name, field), made in graph.made.items() if made.domain == DOMAIN.name}

    assert {("Citizen", "healthCard"), ("Citizen", "benefits"), ("Enterprise", "insured")} <= added
    assert ("Query", "employees") in added


def test_every_fact_about_a_person_takes_a_scope(graph: Composed) -> None:
    rights = [made.right for made in graph.made.values() if made.domain == DOMAIN.name and made.right is not None]

    assert rights
    assert {right.coordinate for right in rights if right.data_class.is_public} <= {"Enterprise.code"}


def test_finding_people_by_their_employer_is_a_right_of_its_own(graph: Composed) -> None:
    assert "insurance:contribution.employer:lookup" in catalogue.scopes(graph)


def test_what_an_illness_could_be_told_from_is_sensitive(graph: Composed) -> None:
    right = graph.made["Benefit", "kind"].right

    assert right is not None
    assert right.data_class.name == "SENSITIVE"


def test_the_register_is_a_subgraph_too() -> None:
    served = compose_subgraph(DOMAIN, Seals(lambda: [bytes(64)]))

    assert served.schema.get_type("_Entity") is not None
    assert "type Citizen @key" in subgraph(DOMAIN).as_str()
