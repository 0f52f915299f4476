"""By what the ledger names an operation: its words with those of the fragments it may use, never a value.

Blanks, commas and comments say nothing. Of a literal it counts which others of the document are equal to it, not what
it is.
"""

import hashlib
from collections.abc import Iterator, Mapping

from graphql import FragmentDefinitionNode, OperationDefinitionNode, TokenKind

from graph.taken import LITERALS, Literals


def fingerprint(
    node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], literals: Literals
) -> bytes:
    """Sixteen bytes."""
    nodes: list[OperationDefinitionNode | FragmentDefinitionNode] = [node]
    nodes += [fragments[name] for name in sorted(fragments)]
    words = (word for each in nodes for word in _words(each, literals))
    return hashlib.sha256(" ".join(words).encode()).digest()[:16]


def _words(node: OperationDefinitionNode | FragmentDefinitionNode, literals: Literals) -> Iterator[str]:
    assert node.loc is not None
    token, last = node.loc.start_token, node.loc.end_token
    while True:
        if token.kind is TokenKind.NAME:
            yield token.value or ""
        elif token.kind in LITERALS:
            yield f"{token.kind.value}:{literals[token.start]}"
        else:
            yield token.kind.value
        if token is last or token.next is None:
            return
        token = token.next
