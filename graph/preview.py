"""Whether a document would be answered, before anybody asks it: for previews of what a change of the grants would mean.

A registered document comes without the values of its variables, and what it takes may depend on them: on which optional
arguments are given, on directives. So it is decided for every such way to ask it, up to so many.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLScalarType, get_named_type

from auth.caller import Caller
from graph.answer import Graph, size_of
from graph.decide import decide
from graph.document import Operation, Shape, Variable
from graph.errors import GraphError, Refused
from graph.kept import Kept
from graph.plan import Plan

WAYS = 64
PLANS, PLAN_BYTES = 2_000, 64 * 2**20


class Previews:
    """Decides documents over one graph. Compiling one takes milliseconds of the loop: yield to it between many."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._plans: Kept[tuple[Operation, Shape], Plan] = Kept(PLANS, PLAN_BYTES, size_of)

    def works(self, text: str, variables: Mapping[str, Any], caller: Caller) -> tuple[str, ...]:
        """Why this caller would be refused: missing scopes, and codes of other reasons; empty where nothing is.

        `variables` are those whose values are known. Reasons are collected over all ways to ask, so that two answers
        differ wherever one way would begin or cease to work. Reach and cost depend on values and are not judged.
        """
        try:
            found = [decide(plan, caller) for plan in self._all_plans(text, variables)]
        except Refused as refusal:
            return _reasons(refusal.errors)
        return _reasons(error for decision in found if isinstance(decision, Refused) for error in decision.errors)

    def recorded_as(self, text: str) -> frozenset[str]:
        """The names, in hex, under which the ledger knows the operations of a document; none of one that is invalid."""
        try:
            return frozenset(plan.fingerprint.hex() for plan in self._all_plans(text, {}))
        except Refused:
            return frozenset()

    def _all_plans(self, text: str, variables: Mapping[str, Any]) -> Iterator[Plan]:
        for operation in self._graph.document(text).operations.values():
            known = {variable.name: variable for variable in operation.variables}
            ways = [_ways(read, known[name], variables) for name, read in operation.points]
            for shape in islice(product(*ways), WAYS):
                yield self._plan(operation, shape)

    def _plan(self, operation: Operation, shape: Shape) -> Plan:
        key = (operation, shape)
        return self._plans.get(key) or self._plans.put(key, self._graph.compiled(operation, shape))


def _ways(read: Any, variable: Variable, variables: Mapping[str, Any]) -> list[Any]:
    """What one variable may contribute to the shape, what takes more first."""
    values = [variables[variable.name]] if variable.name in variables else _values(variable)
    found: dict[Any, None] = {}
    for value in values:
        try:
            found[read(value)] = None
        except Refused:  # null, where a directive needs a yes or no
            continue
    return [*found]


def _values(variable: Variable) -> list[Any]:
    """A value of each kind between which a plan can tell the difference."""
    named = get_named_type(variable.type)
    none = [] if isinstance(variable.type, GraphQLNonNull) else [None]
    if isinstance(named, GraphQLInputObjectType) and named.is_one_of:
        return [*({member: None} for member in named.fields), *none]
    if isinstance(named, GraphQLScalarType) and named.name == "Boolean":
        return [True, False, *none]
    return [object(), *none]


def _reasons(errors: Iterable[GraphError]) -> tuple[str, ...]:
    return tuple(sorted({str(error.details.get("scope", error.code)) for error in errors}))
