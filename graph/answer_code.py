"""Writes the function that turns the rows of a plan into its answer: one pass, plain loops, no dispatch per field.

The compiler emits statements here while it walks the operation. What a caller wrote enters the source through `repr`
of response keys alone, and those are GraphQL names.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from auth.access.references import Seals

INDENT = "    "


class Failed:
    """Stands in for the rows of a step that failed: whatever is looked up in it is null."""

    def get(self, key: Any, default: Any = None) -> None:
        """Nothing, whatever the default."""


FAILED = Failed()


@dataclass(frozen=True, slots=True)
class _Row:
    """Where a row is taken apart; which columns that yields is known once everything is compiled."""

    indent: str
    name: str


class AnswerCode:
    """The source of one plan's `build(rows, arguments)`."""

    def __init__(self) -> None:
        self._lines: list[str | _Row] = []
        self._read: dict[str, set[int]] = {}  # columns by row
        self._depth = 1
        self._names = 0
        self._lists: dict[int, str] = {}
        self.constants: dict[str, Any] = {
            "EMPTY": (),
            "json": lambda text: None if text is None else orjson.Fragment(text),
        }

    def emit(self, line: str) -> None:
        """Add a statement at the present depth."""
        self._lines.append(INDENT * self._depth + line)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Statements inside a `for` or an `if`."""
        self.emit(header)
        self._depth += 1
        yield
        self._depth -= 1

    def name(self, prefix: str) -> str:
        """A name not used before."""
        self._names += 1
        return f"{prefix}{self._names}"

    def row(self, name: str) -> str:
        """From here on the columns of a row are at hand: one slice is cheaper than a subscript for each."""
        self._lines.append(_Row(INDENT * self._depth, name))
        return name

    def column(self, row: str, place: int) -> str:
        """A column of a row that is at hand."""
        self._read.setdefault(row, set()).add(place)
        return _column(row, place)

    def object(self, entries: Mapping[str, str]) -> str:
        """The answer's object with these expressions under their response keys."""
        return f"{{{', '.join(f'{key!r}: {value}' for key, value in entries.items())}}}"

    def looked_up(self, says: Mapping[Any, Any], by: Sequence[str]) -> str:
        """What a list says of these expressions; null where it says nothing. Its texts are shared by all answers."""
        name = self._lists.setdefault(id(says), f"L{len(self._lists)}")
        self.constants[name] = says
        return f"{name}.get(({', '.join(by)},))"

    def sealed(self, seals: Seals, type_name: str, key: str) -> str:
        """The reference to an entity whose key this expression is."""
        self.constants["seal"] = seals.seal
        return f"seal({type_name!r}, {key})"

    def source(self, steps: int, arguments: int) -> str:
        """The whole function."""
        head = ["def build(rows, arguments):"]
        if steps:
            head.append(f"{INDENT}{', '.join(f'S{number}' for number in range(steps))}, = rows")
        if arguments:
            head.append(f"{INDENT}{', '.join(f'A{number}' for number in range(arguments))}, = arguments")
        return "\n".join([*head, *self._written(), ""])

    def _written(self) -> Iterator[str]:
        for line in self._lines:
            if isinstance(line, str):
                yield line
            elif line.name in self._read:
                yield line.indent + _taken_apart(line.name, self._read[line.name])

    def compiled(self, source: str) -> Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]]:
        """The function itself."""
        scope = {"__builtins__": {"len": len}, **self.constants}
        exec(compile(source, "<plan>", "exec"), scope)  # noqa: S102 -- written by the compiler, from names only
        build: Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]] = scope["build"]
        return build


def _column(row: str, place: int) -> str:
    return f"{row}_{place}"


def _taken_apart(row: str, read: AbstractSet[int]) -> str:
    """The statement that names the columns that are read."""
    first, end = min(read), max(read) + 1
    if len(read) == 1:
        return f"{_column(row, first)} = {row}[{first}]"
    names = (_column(row, place) if place in read else "_" for place in range(first, end))
    return f"{', '.join(names)} = {row}[{first}:{end}]"
