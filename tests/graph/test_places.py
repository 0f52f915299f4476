"""Where a refused field stands: counted in the text that the caller sent, literals and all."""

from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from graph.document import Operation
from graph.errors import Code, GraphError, Refused
from graph.literals import take_out
from graph.places import Places

TEXT = """query Q {
  a: citizen(pin: "a long literal, which the plan does not hold") { ...N spouse { fullName } }
}
fragment N on Citizen { fullName ... on Citizen { spouse { n: fullName } } }
query Other { citizen(pin: "x") { fullName } }"""


def places(name: str | None) -> Places:
    """Of what is kept of TEXT: its skeleton."""
    nodes = parse(take_out(TEXT)[0].text).definitions
    fragments = {node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)}
    operations = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
    (node,) = (node for node in operations if node.name is not None and node.name.value == name)
    return Places(TEXT, Operation(name, node, fragments, (), (), b""))


def places_of(*paths: str, name: str | None = "Q") -> list[tuple[int, int]]:
    error = GraphError(Code.SCOPE_REQUIRED, "", details={"paths": [*paths]})
    (located,) = places(name).refusal(Refused(error)).errors
    return [*located.locations]


def test_a_developer_reads_where_a_field_stands_behind_a_literal() -> None:
    assert places_of("a.spouse.fullName") == [(2, 83)]


def test_a_developer_reads_where_a_field_stands_in_a_fragment() -> None:
    assert places_of("a.fullName", "a.spouse.n") == [(4, 25), (4, 60)]


def test_a_field_that_is_selected_twice_stands_in_both_places() -> None:
    assert places_of("a.spouse") == [(4, 51), (2, 74)]


def test_the_operation_that_was_asked_for_is_the_one_that_is_searched() -> None:
    assert places_of("citizen.fullName", name="Other") == [(5, 35)]


def test_a_failed_field_in_a_list_stands_where_the_list_is_selected() -> None:
    failed = GraphError(Code.SOURCE_UNAVAILABLE, "", path=("a", "spouse", 3, "fullName"))
    assert [error.locations for error in places("Q").failures([failed])] == [[(2, 83)]]
