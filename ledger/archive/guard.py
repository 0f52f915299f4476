"""What a citizen is shown of a reading, and when: decided here, by rules of the purpose, and nowhere else. Pure.

Rows never change and none is guarded by itself: a purpose is, for all its readings, and which purposes are is listed
openly (`Rules.guarded`). Two rules:

    delayed                  nothing of a reading is shown before so many days have passed: in no list, by no proof
    third-party-sensitive    a reading is shown in general terms: on which day which kinds of data were read, but
                             neither by whom, for which purpose and case, nor by which operation; and no filter finds
                             it by those

A purpose that is on no list is treated as the most guarded one that is: what nobody decided is neither shown openly nor
kept from the citizen for good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

USUAL_RETENTION_MONTHS = 24
"""How long who was read is kept where no purpose says otherwise: refusals for want of one."""


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """What the ledger needs to know of a purpose; officers decide it with the purpose."""

    code: str
    title: tuple[str, str]
    """In plain Vietnamese, in plain English."""
    retention_months: int = USUAL_RETENTION_MONTHS
    shown_after_days: int = 0
    """Delayed: so many days pass before the citizen is shown a reading."""
    third_party_sensitive: bool = False
    """Shown in general terms: the case is somebody else's to keep."""

    @property
    def is_guarded(self) -> bool:
        return self.shown_after_days > 0 or self.third_party_sensitive


NO_PURPOSE = PurposeRule("", ("Không nêu mục đích", "No purpose was given"))
"""Of what was refused because no purpose was given: there is nothing to guard."""


class Guard(StrEnum):
    """How much of a reading its citizen sees at a moment."""

    OPEN = "open"
    GENERAL = "general"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of all purposes, as they are at the moment of looking."""

    by_code: Mapping[str, PurposeRule] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, rules: Iterable[PurposeRule]) -> "Rules":
        return cls(MappingProxyType({rule.code: rule for rule in rules}))

    def __getitem__(self, purpose: str | None) -> PurposeRule:
        """The rule of a purpose; for one that is on no list, the strictest of all."""
        if purpose is None:
            return NO_PURPOSE
        return self.by_code.get(purpose) or self._unknown(purpose)

    @property
    def guarded(self) -> tuple[PurposeRule, ...]:
        """Every purpose whose readings are not shown at once and in full, in the order of their codes."""
        return tuple(rule for _, rule in sorted(self.by_code.items()) if rule.is_guarded)

    @property
    def longest_delay(self) -> int:
        return max((rule.shown_after_days for rule in self.by_code.values()), default=0)

    def _unknown(self, purpose: str) -> PurposeRule:
        return PurposeRule(purpose, (purpose, purpose), USUAL_RETENTION_MONTHS, self.longest_delay, True)


def guard(rule: PurposeRule, at: datetime, now: datetime) -> Guard:
    """What the citizen sees now of a reading that was recorded at that time, under that rule of its purpose."""
    if rule.shown_after_days and now < at + timedelta(days=rule.shown_after_days):
        return Guard.NOT_YET
    return Guard.GENERAL if rule.third_party_sensitive else Guard.OPEN
