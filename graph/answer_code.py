"""Writes the function that turns the rows of a plan into its answer: one pass, plain loops, no dispatch per field.

The compiler emits statements here while it walks the operation. What a caller wrote enters the source through `repr`
of response keys alone, and those are GraphQL names.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

INDENT = "    "


class Failed:
    """Stands in for the rows of a step that failed: whatever is looked up in it is null."""

    def get(self, key: Any, default: Any = None) -> None:
        """Nothing, whatever the default."""


FAILED = Failed()


class AnswerCode:
    """The source of one plan's `build(rows, arguments)`."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 1
        self._names = 0
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

    @contextmanager
    def aside(self) -> Iterator[list[str]]:
        """Collect statements apart, to see whether there are any: a loop without is a comprehension."""
        kept, self._lines = self._lines, []
        self._depth += 1
        yield self._lines
        self._depth -= 1
        self._lines = kept

    def take(self, lines: Sequence[str]) -> None:
        """Add statements that were collected aside."""
        self._lines.extend(lines)

    def source(self, steps: int, arguments: int) -> str:
        """The whole function."""
        head = ["def build(rows, arguments):"]
        if steps:
            head.append(f"{INDENT}{', '.join(f'S{number}' for number in range(steps))}, = rows")
        if arguments:
            head.append(f"{INDENT}{', '.join(f'A{number}' for number in range(arguments))}, = arguments")
        return "\n".join([*head, *self._lines, ""])

    def compiled(self, source: str) -> Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]]:
        """The function itself."""
        scope = {"__builtins__": {"len": len}, **self.constants}
        exec(compile(source, "<plan>", "exec"), scope)  # noqa: S102 -- written by the compiler, from names only
        build: Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]] = scope["build"]
        return build
