"""Relay connections without `totalCount`: counting people is a right of statistics (law 4).

Shareable, since several registers may have pages of the same entity.
"""

from typing import Generic, TypeVar

import strawberry

from domains.kit.scalars import Cursor
from domains.kit.weights import FOLDED

Node = TypeVar("Node")


@strawberry.federation.type(shareable=True, directives=[FOLDED])
class PageInfo:
    """Where a page ends, and whether there is more."""

    has_next_page: bool = strawberry.field(description="True: rows follow after `endCursor`.")
    end_cursor: Cursor | None = strawberry.field(description="Place of the last row; give it as `after`.")


@strawberry.federation.type(shareable=True, directives=[FOLDED])
class Edge(Generic[Node]):
    """One row of a page."""

    cursor: Cursor = strawberry.field(description="Place of this row.")
    node: Node = strawberry.field(description="The row.")


@strawberry.federation.type(shareable=True)
class Connection(Generic[Node]):
    """One page, in the order of a surrogate that means nothing."""

    edges: list[Edge[Node]] = strawberry.field(description="The rows of this page.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
