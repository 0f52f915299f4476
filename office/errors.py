"""What the office says when it does not answer: a closed list of codes, and messages of our own.

A message names fields, limits and places in the document. It never holds a value, the asker's own included, nor SQL,
nor a stack (law 9). That an *act* was refused is no error but an answer: see `office.refusals`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """`extensions.code` of every error."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    GRANTS_UNCONFIRMED = "GRANTS_UNCONFIRMED"
    INTERNAL = "INTERNAL"


STATUS: Mapping[Code, int] = {
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.GRAPHQL_PARSE_FAILED: 400,
    Code.GRAPHQL_VALIDATION_FAILED: 400,
    Code.BAD_USER_INPUT: 400,
    Code.LIMIT_EXCEEDED: 400,
    Code.OVERLOADED: 503,
    Code.DEADLINE_EXCEEDED: 503,
    Code.DATABASE_UNAVAILABLE: 503,
    Code.GRANTS_UNCONFIRMED: 503,
    Code.INTERNAL: 500,
}
"""HTTP status of an answer that is this error alone."""


@dataclass(frozen=True, slots=True)
class OfficeError:
    """One entry of `errors`."""

    code: Code
    message: str
    locations: Sequence[tuple[int, int]] = ()
    path: Sequence[str | int] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entry as it is sent."""
        entry: dict[str, Any] = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": line, "column": column} for line, column in self.locations]
        if self.path:
            entry["path"] = list(self.path)
        return {**entry, "extensions": {"code": self.code.value, **self.details}}


class NotAnswered(Exception):
    """The request ends here, as a whole. Raised in a resolver too: then nothing of the rest is sent either."""

    def __init__(self, *errors: OfficeError) -> None:
        super().__init__(", ".join(error.code for error in errors))
        self.errors = errors

    @property
    def status(self) -> int:
        """HTTP status; the errors of one answer share it."""
        return STATUS[self.errors[0].code]


def not_answered(code: Code, message: str, *, at: Sequence[tuple[int, int]] = (), **details: Any) -> NotAnswered:
    """The end of a request, with one error."""
    return NotAnswered(OfficeError(code, message, at, (), details))
