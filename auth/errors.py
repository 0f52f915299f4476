"""The ways in which a caller can be turned away before anything is decided.

Descriptions are ASCII without quotes or backslashes, as RFC 6750 demands, and never repeat what the caller sent.
"""

from dataclasses import dataclass
from typing import Literal

PROOF_ALGORITHMS = "ES256 EdDSA"
"""Named in every challenge for a proof (RFC 9449, 7.1)."""


@dataclass(eq=False)
class Unauthenticated(Exception):
    """No usable token, or none that its sender may use.

    `error` is the code of RFC 6750 or RFC 9449; it is None where no credentials were given at all. `scheme` is the one
    that the challenge asks for, and `nonce` what the next proof must hold.
    """

    description: str
    error: str | None = "invalid_token"
    scheme: Literal["Bearer", "DPoP"] = "Bearer"
    nonce: str | None = None

    def __str__(self) -> str:
        return self.description

    def challenge(self, resource_metadata: str) -> str:
        """The value of `WWW-Authenticate`, pointing to the metadata of the resource (RFC 9728)."""
        fields = [f'resource_metadata="{resource_metadata}"']
        if self.scheme == "DPoP":
            fields = [f'algs="{PROOF_ALGORITHMS}"', *fields]
        if self.error is not None:
            fields = [f'error="{self.error}"', f'error_description="{self.description}"', *fields]
        return f"{self.scheme} " + ", ".join(fields)

    def headers(self, resource_metadata: str) -> list[tuple[bytes, bytes]]:
        """What goes with the 401. Whoever sent no credentials is told both ways; a nonce may always be needed next."""
        told = [self]
        if self.error is None:
            told = [Unauthenticated(self.description, None, "DPoP"), self]
        headers = [(b"www-authenticate", each.challenge(resource_metadata).encode()) for each in told]
        return headers if self.nonce is None else [*headers, (b"dpop-nonce", self.nonce.encode())]


class Revoked(Unauthenticated):
    """The token was good once and has been taken back; told apart for those who watch, not for its bearer."""

    def __init__(self) -> None:
        super().__init__("The access token was revoked.")


class GrantsUnconfirmed(Exception):
    """This process cannot confirm that its picture of the grants is current, so it refuses (law 6)."""

    def __init__(self) -> None:
        super().__init__("The grants cannot be confirmed at the moment; try again shortly.")


class RightsChanged(Exception):
    """The rights of a caller changed, or its token was revoked, while it was being answered: ask who it is again."""

    def __init__(self) -> None:
        super().__init__("The rights of this caller changed while it was being answered.")
