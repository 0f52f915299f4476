"""Who counts the daily limits: a process with the table of quotas itself, and others not.

A subgraph behind a router counts nothing: the authority did, for the whole operation, when it gave the ticket. One that
clients ask directly has nobody who counts, so there a limited grant supplies nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth.caller import Choice
from auth.policy.quotas import Exhausted, Reservation


@dataclass(frozen=True, slots=True)
class Uncounted:
    """This scope is granted for so many persons a day, and they are not counted here."""

    scope: str


class Counting(Protocol):
    """Room for persons under daily limits, as a request needs it before it reads."""

    async def reserve(
        self, limits: Mapping[str, Sequence[Choice]], at_most: int
    ) -> Reservation | Exhausted | Uncounted: ...

    def settle(self, reservation: Reservation, persons: int) -> None:
        """This many persons were looked at; the rest of the room is free again."""
        ...


class CountedBefore:
    """Behind a router: whoever has a ticket was counted by the authority."""

    async def reserve(self, _: Mapping[str, Sequence[Choice]], at_most: int) -> Reservation:
        return Reservation((), at_most)

    def settle(self, _: Reservation, __: int) -> None:
        """Nothing is held here."""


class CountedNowhere:
    """Where clients ask a ministry's register itself: what is limited is not given out."""

    async def reserve(self, limits: Mapping[str, Sequence[Choice]], _: int) -> Uncounted:
        return Uncounted(next(iter(limits)))

    def settle(self, _: Reservation, __: int) -> None:
        """Nothing was reserved."""
