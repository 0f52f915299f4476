"""What a router's estimate of an operation's cost goes by: the same numbers as the plan's own cost.

A plan costs a point for each statement and one for each row that it may return (`graph/plan.py`). A router counts a
point for each object and multiplies by the sizes of lists. So sizes come from the bounds that a domain declares anyway,
and what is folded into its parent's row weighs nothing. The directives are IBM's `@cost` and `@listSize`.
"""

from typing import Any

from strawberry import UNSET
from strawberry.federation.schema_directives import Cost, ListSize

ASSUMED_LIST = 5  # rows that a bounded list is taken to have
STATEMENT, ROW = 1, 1

FOLDED = Cost(weight=0)  # a value, or the machinery of a page: no row of its own
SINGLE = Cost(weight=STATEMENT + ROW)  # one row by a statement of its own


def listed(at_most: int) -> list[Any]:
    """A list of this largest size, each row one object."""
    return [_list_size(assumed_size=at_most)]


def related(at_most: int | None) -> list[Any]:
    """Rows that hang on an object: one, a bounded list, or a page (None)."""
    if at_most is None:
        return paged()
    return listed(assumed(at_most)) if at_most > 1 else []


def assumed(at_most: int) -> int:
    """How many rows a bounded list is taken to have."""
    return min(at_most, ASSUMED_LIST)


def paged() -> list[Any]:
    """A connection: as many rows as are asked for."""
    return [_list_size(slicing_arguments=["first"], sized_fields=["edges"])]


def _list_size(**said: Any) -> ListSize:
    """The directive with these arguments and no others: one that is not given is not printed."""
    silent = {"assumed_size": UNSET, "slicing_arguments": UNSET, "sized_fields": UNSET}
    return ListSize(**{**silent, "require_one_slicing_argument": UNSET, **said})
