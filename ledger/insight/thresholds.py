"""From where on something is unusual: every number of the findings, once.

They are meant to be few enough to be looked at. A finding is no verdict: it says what was counted against what, and a
person looks.
"""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    window_days: int = 7
    """Days that are looked at."""
    baseline_days: int = 28
    """Days before them, with which they are compared."""
    days_known: int = 5
    """On which a client asked in the baseline, before it is compared with itself."""

    people_times: float = 5.0
    """So many times the persons of its usual day are unusual …"""
    people_least: int = 200
    """… and no fewer than this on one day."""
    people_unknown: int = 2_000
    """Of a client that is not known yet, on one day."""

    refused_least: int = 30
    refused_share: float = 0.2
    """Of its questions that far refused: no program of an agency is refused so often, but one that tries doors is."""

    missed_least: int = 100
    missed_share: float = 0.5
    """Of whom it looked up and who is not there: numbers are guessed, or a list is worked off that is no case's."""

    listed_least: int = 1_000
    """Persons on lists …"""
    opened_share: float = 0.01
    """… of whom fewer than this share was opened: whole lists are taken away."""

    opens_at: time = time(6)
    closes_at: time = time(20)
    """Of working days, Monday to Friday, in Vietnam's time."""
    outside_least: int = 50
    outside_share: float = 0.1
    """Of its answers, outside those hours …"""
    outside_times: float = 2.0
    """… and so many times its usual share: who is always on duty is not unusual."""

    case_least: int = 50
    """Different subjects read under one case reference; a case is about few."""
    case_share: float = 0.8
    """Of a client's answers for a purpose that name the same case."""

    agencies_least: int = 5
    """Different agencies that read one subject: a household's usual business takes two or three."""

    closely: int = 5_000
    """Subjects of whom it is counted who read them: those who were read most often."""

    most: int = 100
    """Findings of one kind; those that stand out most."""
    rows: int = 20
    """Answers that a finding names, the latest."""

    @property
    def days(self) -> int:
        return self.window_days + self.baseline_days


THRESHOLDS = Thresholds()
