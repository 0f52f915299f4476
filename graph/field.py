"""One field of the operation while it is compiled: where it stands, what it is made of, what is asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, get_named_type, is_union_type

from graph.arguments import Arguments
from graph.composed import Made
from graph.plan import Path


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the schema as one response key of the operation asks for it; `nodes` are merged under that key."""

    path: Path
    made: Made
    declared: GraphQLField
    nodes: Sequence[FieldNode]
    asked: Arguments

    @property
    def binding(self) -> Any:
        """What the domain's author declared."""
        return self.made.binding

    @property
    def type(self) -> Any:
        """The named type behind lists and non-nulls."""
        return get_named_type(self.declared.type)

    @property
    def node_type(self) -> str:
        """The name of that type; of the nodes, if it is a connection."""
        type_ = self.type
        if not is_union_type(type_) and "edges" in getattr(type_, "fields", {}):
            type_ = get_named_type(get_named_type(type_.fields["edges"].type).fields["node"].type)
        return str(type_.name)
