"""Where a process has its policy from: one door, whether the rows are read here or sent by the authority."""

from typing import Protocol

from auth.policy.snapshot import Policy


class PolicySource(Protocol):
    """Keeps the policy of this process up to date, or says that it is not."""

    async def open(self) -> None:
        """Have the policy once, raising if that cannot be done, and follow it from then on."""
        ...

    async def close(self) -> None:
        """Stop following. The policy is not used any more from then on."""
        ...

    def policy(self) -> Policy:
        """The policy in force: the same object while nothing changes. Raises `GrantsUnconfirmed` without a lease."""
        ...
