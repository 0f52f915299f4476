"""Takes what a caller typed out of a document, so that nothing of it is cached, hashed or kept.

Two documents that differ in their literals only have one skeleton, and so one plan. A skeleton holds names and
punctuation alone: no string, no number, no comment. Equal literals get equal places, because two fields that look alike
may be merged only where their arguments are equal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphql import StringValueNode, parse_value

_LITERAL = re.compile(
    r'"""(?:[^"\\]|\\"""|\\|"(?!""))*"""'  # block string
    r'|"(?:[^"\\\r\n]|\\[^\r\n])*"'  # string
    r"|#[^\r\n]*"  # comment
    r"|(?<![_0-9A-Za-z$])-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"  # number
)
_LONGEST_NUMBER = 400  # characters; longer ones fit no type of the schema


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A document without its literals. `places[i]` is the place in `Typed.values` of the i-th literal of the text."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the literals of one request, each value once."""

    values: Sequence[str | int | float]


_NOTHING = Typed(())


def take_out(text: str) -> tuple[Skeleton, Typed]:
    """Split a document into its skeleton and its literals. Raises GraphQLSyntaxError for a string badly escaped."""
    if _LITERAL.search(text) is None:
        return Skeleton(text, ()), _NOTHING
    seen: dict[tuple[type, str | int | float], int] = {}
    places: list[int] = []

    def replace(found: re.Match[str]) -> str:
        literal = found[0]
        if literal[0] == "#":
            return ""
        value = _value(literal)
        places.append(seen.setdefault((type(value), value), len(seen)))
        return '""' if isinstance(value, str) else "0" if isinstance(value, int) else "0.5"

    skeleton = _LITERAL.sub(replace, text)
    return Skeleton(skeleton, tuple(places)), Typed([value for _, value in seen])


def _value(literal: str) -> str | int | float:
    if literal[0] == '"':
        return literal[1:-1] if "\\" not in literal and literal[1:2] != '"' else _unescaped(literal)
    if len(literal) > _LONGEST_NUMBER:
        return ""
    return float(literal) if any(sign in literal for sign in ".eE") else int(literal)


def _unescaped(literal: str) -> str:
    node = parse_value(literal, no_location=True)
    assert isinstance(node, StringValueNode)  # it begins with a quotation mark
    return node.value
