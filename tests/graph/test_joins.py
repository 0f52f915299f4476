"""Which steps one statement reads: never two of which both can have several rows for a key."""

import pytest

from tests.graph.compiling import plan_of

PIN = "001085000001"


def read_together(question: str) -> list[set[str]]:
    """The tables that each statement reads."""
    return [{step.source.name for step in read.steps} for read in plan_of(question).reads]


def test_what_the_graph_says_is_one_and_the_register_may_have_twice_is_read_beside_no_list() -> None:
    """A second spouse on record would show every residence twice."""
    together = read_together(f'{{citizen(pin:"{PIN}"){{spouse{{maritalStatus}} residences{{kind}}}}}}')
    assert not any({"family_links", "residences"} <= tables for tables in together)


@pytest.mark.parametrize("spouse", ["spouse{maritalStatus}", "spouse{maritalStatus} residences{kind}"])
def test_what_the_register_may_have_twice_is_not_read_with_a_page(spouse: str) -> None:
    """A second spouse on record would put the person on the page twice."""
    together = read_together(f'{{residents(communeCode:"00070",first:9){{edges{{node{{vitalStatus {spouse}}}}}}}}}')
    assert together[0] == {"residences", "persons"}


def test_what_is_there_once_for_a_key_is_read_with_a_list() -> None:
    together = read_together(f'{{citizen(pin:"{PIN}"){{maritalStatus household{{code}} residences{{kind}}}}}}')
    assert {"persons", "households", "residences"} in together
