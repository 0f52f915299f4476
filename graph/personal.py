"""Whether a document asks for what takes a right, judged by every field that stands in it.

Not by its plan: what a directive leaves out, and what another operation of the document asks for, stands in the text
all the same, with the number that somebody typed beside it.
"""

from typing import Any

from graphql import BREAK, DocumentNode, FieldNode, TypeInfo, TypeInfoVisitor, Visitor, visit

from domains.kit.queries import Root, Way
from domains.kit.rights import searched
from graph.composed import Composed, Made


def is_personal(composed: Composed, document: DocumentNode) -> bool:
    """True where any field of the document takes a right, or a token that speaks for a citizen."""
    info = TypeInfo(composed.schema)
    finder = _Find(composed, info)
    visit(document, TypeInfoVisitor(info, finder))
    return finder.found


class _Find(Visitor):
    def __init__(self, composed: Composed, info: TypeInfo) -> None:
        super().__init__()
        self._composed = composed
        self._info = info
        self.found = False

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        parent = self._info.get_parent_type()
        made = self._composed.made.get((parent.name, node.name.value)) if parent is not None else None
        self.found = made is not None and _takes_a_right(self._composed, made)
        return BREAK if self.found else None


def _takes_a_right(composed: Composed, made: Made) -> bool:
    if made.right is not None:
        return not made.right.data_class.is_public
    if not isinstance(made.binding, Root):
        return False
    if made.binding.way in (Way.SELF, Way.VERIFIED):
        return True
    return any(not composed.published[column].data_class.is_public for column in searched(made.binding))
