"""Takes what a caller typed out of a document, so that nothing of it is cached, hashed or kept.

Two documents that differ in their literals only have one skeleton, and so one plan. A skeleton holds names and
punctuation alone: no string, no number, no comment. Equal literals get equal places, because two fields that look alike
may be merged only where their arguments are equal.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graphql import StringValueNode, parse_value

from graph.limits import TEXT_CHARACTERS, TOKENS, too_long, too_many_tokens

_MARK = 0  # where a literal or a comment may begin, or a digit within a name
_MARKED = bytes(_MARK if chr(code) in '"#0123456789' else 1 for code in range(256))
#: A string that never ends is a match too, so nothing is tried twice: each character is looked at once.
#: Not possessive: until Python 3.11.5 such a repetition keeps what its last try has taken.
_STRING = re.compile(
    r'"""[^"\\]*(?:(?:\\+(?:""")?|"(?!""))[^"\\]*)*(?:""")?'
    r'|"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"?'
)
_COMMENT = re.compile(r"[^\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_REST_OF_NAME = re.compile(r"[_0-9A-Za-z]*")
_PLAIN = re.compile(r'"[^"\\]++"')
LONGEST_LITERAL = 6 * TEXT_CHARACTERS + 6  # one character may be written as six, between quotation marks
_LONGEST_NUMBER = 400  # characters; longer ones fit no type of the schema


class Skeleton(NamedTuple):
    """A document without its literals. `places[i]` is the place in `Typed.values` of the i-th literal of the text."""

    text: str
    places: tuple[int, ...] = ()


class Typed(NamedTuple):
    """What stood in the literals of one request, each value once."""

    values: Sequence[str | int | float]


_NOTHING = Typed(())


def take_out(text: str) -> tuple[Skeleton, Typed]:
    """Split a document into its skeleton and its literals. Raises GraphQLSyntaxError for a string that is none."""
    pieces: list[str] = []
    places: list[int] = []
    seen: dict[tuple[type, str | int | float], int] = {}
    done = comments = 0
    for start, end in _literals(text):
        pieces.append(text[done:start])
        done = end
        if len(places) + comments > TOKENS:
            raise too_many_tokens()
        if text[start] == "#":
            comments += 1
        else:
            value = _value(text[start:end])
            places.append(seen.setdefault((type(value), value), len(seen)))
            pieces.append(_stand_in(value))
    if not done:
        return Skeleton(text), _NOTHING
    pieces.append(text[done:])
    return Skeleton("".join(pieces), tuple(places)), Typed([value for _, value in seen])


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where each piece of a document that its skeleton holds begins: there, and in the document."""
    there = here = 0
    for start, end in _literals(text):
        yield there, here
        there += start - here + (0 if text[start] == "#" else len(_stand_in(_value(text[start:end]))))
        here = end
    yield there, here


def _stand_in(value: str | float) -> str:
    """What a skeleton has in the place of a literal. As after a literal, no letter and no digit may stand after it."""
    return ' ""' if isinstance(value, str) else " 0" if isinstance(value, int) else " 0e0"


def _literals(text: str) -> Iterator[tuple[int, int]]:
    """Where the literals and comments of a document stand. What is no literal after all is left to the parser."""
    marks = text.encode("latin-1", "replace").translate(_MARKED)  # found in a tenth of what a regular expression takes
    start = marks.find(_MARK)
    while start >= 0:
        character, before = text[start], text[start - 1] if start else ""
        if character == '"':
            literal = _STRING.match(text, start)
        elif character == "#":
            literal = _COMMENT.match(text, start)
        elif before in {"$", "_"} or before.isalnum():
            start = marks.find(_MARK, _REST_OF_NAME.match(text, start).end())  # type: ignore[union-attr]
            continue
        else:
            start -= before == "-"
            literal = _NUMBER.match(text, start)
        end = start + 1 if literal is None else literal.end()
        if literal is not None:
            yield start, end
        start = marks.find(_MARK, end)


def _value(literal: str) -> str | int | float:
    if literal[0] == '"':
        if len(literal) > LONGEST_LITERAL:
            raise too_long("A literal")
        return literal[1:-1] if _PLAIN.fullmatch(literal) else _unescaped(literal)
    if len(literal) > _LONGEST_NUMBER:
        return math.inf
    try:
        return int(literal)
    except ValueError:
        return float(literal)


def _unescaped(literal: str) -> str:
    node = parse_value(literal, no_location=True)
    assert isinstance(node, StringValueNode)  # it begins with a quotation mark
    return node.value
