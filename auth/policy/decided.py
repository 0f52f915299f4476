"""What officers and agencies decided, as values. Sets are opened, dates are seconds since 1970, states are gone.

Only what is in state `active` becomes one of these; when it counts is for the snapshot to say.
"""

from dataclasses import dataclass
from typing import Literal

from joserfc.jwk import ECKey

from auth.reach import Reach

ClientKind = Literal["system", "portal", "subgraph"]
KeyState = Literal["next", "current", "previous"]

Reference = tuple[str, str]
"""What was revoked: `token` and a jti, `consent` and its number, `code` and its digest."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is not suspended, of an agency that is not."""

    client: str
    agency: str
    allowed: frozenset[str]
    kind: ClientKind = "system"
    bearer: bool = False
    exchanges: bool = False
    registered_only: bool = False
    domain: str | None = None

    @property
    def speaks_for_citizens(self) -> bool:
        return self.kind == "portal"


@dataclass(frozen=True, slots=True)
class Grant:
    """An active grant; exceptions are taken out of its scopes."""

    number: int
    agency: str
    purpose: str
    scopes: frozenset[str]
    reach: Reach
    valid_from: float
    valid_until: float | None
    persons_per_day: int | None = None
    emergency: bool = False

    @property
    def for_citizens(self) -> bool:
        """Grants to read oneself serve tokens that speak for a citizen, and nobody else; all others the reverse."""
        return self.reach.kind == "self"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a grant would be if it were narrowed. Until its end, what the narrower one would refuse is noted."""

    number: int
    grant: Grant
    until: float


@dataclass(frozen=True, slots=True)
class Delegation:
    """An agency's leave for a client of another agency to use some of its rights."""

    number: int
    agency: str
    client: str
    purpose: str
    scopes: frozenset[str]
    valid_from: float
    valid_until: float | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A published key of this installation; tokens that it signed are accepted."""

    key: ECKey
    state: KeyState


Dated = Grant | Delegation


def counts_at(dated: Dated, moment: float) -> bool:
    """From its first moment on, and before its last."""
    return dated.valid_from <= moment and (dated.valid_until is None or moment < dated.valid_until)
