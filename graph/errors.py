"""What can be said to a caller, as a closed list.

An error names scopes, coordinates, limits and places in the document. It never holds a value, the caller's own
included, nor SQL, nor a stack, nor whether a person exists (law 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """`extensions.code` of every error."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    SCOPE_REQUIRED = "SCOPE_REQUIRED"
    LOOKUP_REQUIRED = "LOOKUP_REQUIRED"
    PURPOSE_REQUIRED = "PURPOSE_REQUIRED"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    OUT_OF_JURISDICTION = "OUT_OF_JURISDICTION"
    OPERATION_NOT_REGISTERED = "OPERATION_NOT_REGISTERED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    TOO_MANY_MATCHES = "TOO_MANY_MATCHES"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    GRANTS_UNCONFIRMED = "GRANTS_UNCONFIRMED"
    DISCLOSURE_NOT_RECORDED = "DISCLOSURE_NOT_RECORDED"
    INTERNAL = "INTERNAL"


STATUS: Mapping[Code, int] = {
    Code.UNAUTHENTICATED: 401,
    Code.SCOPE_REQUIRED: 403,
    Code.LOOKUP_REQUIRED: 403,
    Code.PURPOSE_REQUIRED: 403,
    Code.CONSENT_REQUIRED: 403,
    Code.OUT_OF_JURISDICTION: 403,
    Code.OPERATION_NOT_REGISTERED: 403,
    Code.LIMIT_EXCEEDED: 400,
    Code.RATE_LIMITED: 429,
    Code.GRAPHQL_PARSE_FAILED: 400,
    Code.GRAPHQL_VALIDATION_FAILED: 400,
    Code.BAD_USER_INPUT: 400,
    Code.OVERLOADED: 503,
    Code.GRANTS_UNCONFIRMED: 503,
    Code.DISCLOSURE_NOT_RECORDED: 503,
    Code.INTERNAL: 500,
}
"""HTTP status of a request that ends with this error alone; the codes missing here come with `data`, so with 200."""


@dataclass(frozen=True, slots=True)
class GraphError:
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
        entry["extensions"] = {"code": self.code, **self.details}
        return entry


class Refused(Exception):
    """The request ends here, as a whole: no partial answer for want of a right, of form or of room (law 2)."""

    def __init__(self, *errors: GraphError) -> None:
        super().__init__(", ".join(error.code for error in errors))
        self.errors = errors

    @property
    def status(self) -> int:
        """HTTP status; the errors of one refusal share it."""
        return STATUS[self.errors[0].code]

    @property
    def missing(self) -> tuple[str, ...]:
        """What would have been needed, as the ledger writes it down: scopes, and codes of other reasons."""
        return tuple(str(error.details.get("scope", error.code)) for error in self.errors)


def refused(code: Code, message: str, *, at: Sequence[tuple[int, int]] = (), **details: Any) -> Refused:
    """A refusal with one error."""
    return Refused(GraphError(code, message, at, (), details))
