"""What was found, in figures and in a sentence: what was counted, against what, and from where on it is unusual."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.insight.days import Days


class FindingKind(StrEnum):
    MANY_PEOPLE = "many_people"
    """A client read far more subjects on one day than it does on others."""
    OUTSIDE_HOURS = "outside_hours"
    """A client read at night or at the weekend, and does not usually."""
    READ_BY_MANY = "read_by_many"
    """Many agencies read one subject."""
    CONSTANT_CASE = "constant_case"
    """A client names the same case for one purpose, whomever it reads."""
    REFUSALS = "refusals"
    """A client is refused again and again: it tries what it may do."""
    GUESSING = "guessing"
    """A client looks up subjects who are not there."""
    HIT_LISTS = "hit_lists"
    """A client lists many persons and opens hardly any."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """An answer that a finding is about."""

    leaf: int
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    kind: FindingKind
    days: Days
    agency: str | None = None
    """None: several."""
    client: str | None = None
    purpose: str | None = None
    """None: several, or none was given."""
    counted: int
    of: int | None = None
    """Of so many answers, lookups or persons."""
    usual: float | None = None
    """What was usual in the baseline; None: it is not known, or nothing is compared."""
    from_: float
    """What `counted` is unusual from."""
    vietnamese: str
    english: str
    parties: tuple[int, ...] = ()
    """Whose answers it is about."""
    rows: Sequence[Pointer] = ()
