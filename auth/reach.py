"""Reach: whose data a right is about.

A reach is a set of people, written as everywhere, as communes of residence, or as the one citizen whom a token speaks
for. Union widens it (more grants), intersection narrows it (more fields in one question). It never errs to the wide
side: oneself and a commune have nobody in common, though a citizen does live somewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["everywhere", "jurisdiction", "self", "nowhere"]


@dataclass(frozen=True, slots=True)
class Reach:
    """A set of people. Make one with `EVERYWHERE`, `SELF`, `NOWHERE` or `in_communes`; combine with `|` and `&`."""

    everywhere: bool = False
    oneself: bool = False
    communes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.everywhere and (self.oneself or self.communes):
            raise ValueError("everywhere already holds everybody")

    @property
    def kind(self) -> Kind:
        """Which row rule this reach asks for; a reach of communes and oneself together counts as jurisdiction."""
        if self.everywhere:
            return "everywhere"
        if self.communes:
            return "jurisdiction"
        return "self" if self.oneself else "nowhere"

    def __or__(self, other: "Reach") -> "Reach":
        if self.everywhere or other.everywhere:
            return EVERYWHERE
        return Reach(oneself=self.oneself or other.oneself, communes=self.communes | other.communes)

    def __and__(self, other: "Reach") -> "Reach":
        if self.everywhere:
            return other
        if other.everywhere:
            return self
        return Reach(oneself=self.oneself and other.oneself, communes=self.communes & other.communes)

    def __bool__(self) -> bool:
        return self.everywhere or self.oneself or bool(self.communes)


EVERYWHERE = Reach(everywhere=True)
SELF = Reach(oneself=True)
NOWHERE = Reach()


def united(reaches: Iterable[Reach]) -> Reach:
    """The union of many, worked out at once; the same communes again and again cost no time, and no memory."""
    several = list(reaches)
    if any(reach.everywhere for reach in several):
        return EVERYWHERE
    distinct = {reach.communes for reach in several}
    communes = distinct.pop() if len(distinct) == 1 else frozenset().union(*distinct)
    return Reach(oneself=any(reach.oneself for reach in several), communes=communes)


def in_communes(codes: Iterable[str]) -> Reach:
    """The people whose residence for law is in one of these communes (5 digits, 2025 scheme)."""
    return Reach(communes=frozenset(codes))
