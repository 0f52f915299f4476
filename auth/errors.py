"""The ways in which a caller can be turned away before anything is decided.

Descriptions are ASCII without quotes or backslashes, as RFC 6750 demands, and never repeat what the caller sent.
"""

from dataclasses import dataclass


@dataclass(eq=False)
class Unauthenticated(Exception):
    """No usable token. `error` is the RFC 6750 code; it is None where no credentials were given at all."""

    description: str
    error: str | None = "invalid_token"

    def __str__(self) -> str:
        return self.description

    def challenge(self, resource_metadata: str) -> str:
        """The value of `WWW-Authenticate`, pointing to the metadata of the resource (RFC 9728)."""
        fields = [f'resource_metadata="{resource_metadata}"']
        if self.error is not None:
            fields = [f'error="{self.error}"', f'error_description="{self.description}"', *fields]
        return "Bearer " + ", ".join(fields)


class GrantsUnconfirmed(Exception):
    """This process cannot confirm that its picture of the grants is current, so it refuses (law 6)."""

    def __init__(self) -> None:
        super().__init__("The grants cannot be confirmed at the moment; try again shortly.")


class RightsChanged(Exception):
    """The rights of a caller changed, or its token was revoked, while it was being answered: ask who it is again."""

    def __init__(self) -> None:
        super().__init__("The rights of this caller changed while it was being answered.")
