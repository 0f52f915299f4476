"""Findings from counts of days: who reads more than it does, is refused, guesses, or takes lists away. Pure.

A client is compared with itself, for one purpose: what an agency's work is differs, and how it differs from week to
week says more. Days without a question are no part of what is usual, so a client that asks once a month is not known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from ledger.insight.days import Days
from ledger.insight.finding import Finding, FindingKind
from ledger.insight.thresholds import Thresholds
from ledger.segments.entries import Outcome


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one party asked on one day, with one outcome. `lists`, `opens`: what its operation does."""

    day: date
    party: int
    agency: str
    client: str
    purpose: str | None
    outcome: Outcome
    lists: bool
    opens: bool
    answers: int
    people: int
    missed: int = 0
    """Of the people, those who were not there, as marks say."""

    @property
    def who(self) -> tuple[str, str, str | None]:
        return self.agency, self.client, self.purpose


@dataclass(frozen=True, slots=True)
class Looked:
    """The counts of one client for one purpose: in the days that are looked at, and in those before."""

    agency: str
    client: str
    purpose: str | None
    window: Days
    recent: tuple[DayCount, ...]
    before: tuple[DayCount, ...]

    @property
    def parties(self) -> tuple[int, ...]:
        return tuple(sorted({each.party for each in self.recent}))

    def answers(self, wanted: Callable[[DayCount], bool] = lambda _: True) -> int:
        return sum(each.answers for each in self.recent if wanted(each))

    def people(self, wanted: Callable[[DayCount], bool]) -> int:
        return sum(each.people for each in self.recent if wanted(each))


def usual_findings(counts: Iterable[DayCount], window: Days, than: Thresholds) -> list[Finding]:
    """Of every client and purpose, what stands out in the window."""
    return [
        found
        for looked in _by_who(counts, window)
        for look in (many_people, refusals, guessing, hit_lists)
        for found in look(looked, than)
    ]


def many_people(looked: Looked, than: Thresholds) -> Iterator[Finding]:
    """The fullest of the days on which a client read far more than on its usual one."""
    usual = _usual_day(looked.before, than)
    limit = max(than.people_least, than.people_times * usual) if usual is not None else than.people_unknown
    per_day = _people_per_day(looked.recent)
    day = max(per_day, key=lambda each: per_day[each], default=None)
    if day is None or per_day[day] < limit:
        return
    compared = ("chưa đủ ngày để so sánh", "it is not known yet what is usual")
    if usual is not None:
        compared = (f"ngày thường {usual:,.0f}", f"{usual:,.0f} on its usual day")
    yield _finding(
        FindingKind.MANY_PEOPLE, looked, Days(day, day + timedelta(days=1)),
        counted=per_day[day], usual=usual, limit=limit,
        said=(f"{per_day[day]:,} lượt đọc trong ngày {day}; {compared[0]}.",
              f"{per_day[day]:,} subjects read on {day}; {compared[1]}."),
    )  # fmt: skip


def refusals(looked: Looked, than: Thresholds) -> Iterator[Finding]:
    refused, asked = looked.answers(_is_refused), looked.answers()
    if refused >= than.refused_least and refused >= than.refused_share * asked:
        yield _finding(
            FindingKind.REFUSALS, looked, looked.window,
            counted=refused, of=asked, limit=max(than.refused_least, than.refused_share * asked),
            said=(f"{refused:,} trong {asked:,} lần hỏi bị từ chối vì thiếu quyền.",
                  f"{refused:,} of {asked:,} questions were refused for want of a right."),
        )  # fmt: skip


def guessing(looked: Looked, than: Thresholds) -> Iterator[Finding]:
    """An answer that found nobody is one lookup; of others, those whom the caller named are."""
    nobody = looked.answers(lambda each: each.outcome is Outcome.NO_HIT)
    missed = nobody + sum(each.missed for each in looked.recent)
    named = nobody + looked.people(lambda each: each.opens)
    if missed >= than.missed_least and missed >= than.missed_share * named:
        yield _finding(
            FindingKind.GUESSING, looked, looked.window,
            counted=missed, of=named, limit=max(than.missed_least, than.missed_share * named),
            said=(f"{missed:,} trong {named:,} lần tra cứu không tìm thấy ai.",
                  f"{missed:,} of {named:,} who were looked up are not there."),
        )  # fmt: skip


def hit_lists(looked: Looked, than: Thresholds) -> Iterator[Finding]:
    listed = looked.people(lambda each: each.lists and not each.opens)
    opened = looked.people(lambda each: each.opens)
    if listed >= than.listed_least and opened < than.opened_share * listed:
        yield _finding(
            FindingKind.HIT_LISTS, looked, looked.window,
            counted=listed, of=listed + opened, limit=than.listed_least,
            said=(f"{listed:,} người trong các danh sách, chỉ {opened:,} hồ sơ được mở.",
                  f"{listed:,} persons on lists, and {opened:,} records opened."),
        )  # fmt: skip


def _finding(  # noqa: PLR0913 -- the figures of a finding
    kind: FindingKind,
    looked: Looked,
    days: Days,
    *,
    counted: int,
    limit: float,
    said: tuple[str, str],
    of: int | None = None,
    usual: float | None = None,
) -> Finding:
    return Finding(
        kind=kind, days=days, agency=looked.agency, client=looked.client, purpose=looked.purpose, counted=counted,
        of=of, usual=usual, from_=limit, vietnamese=said[0], english=said[1], parties=looked.parties,
    )  # fmt: skip


def _by_who(counts: Iterable[DayCount], window: Days) -> Iterator[Looked]:
    found: dict[tuple[str, str, str | None], list[DayCount]] = defaultdict(list)
    for each in counts:
        found[each.who].append(each)
    for who in sorted(found, key=lambda each: tuple(part or "" for part in each)):
        recent = tuple(each for each in found[who] if each.day in window)
        yield Looked(*who, window, recent, tuple(each for each in found[who] if each.day < window.since))


def _people_per_day(counts: Iterable[DayCount]) -> dict[date, int]:
    days: dict[date, int] = defaultdict(int)
    for each in counts:
        days[each.day] += each.people
    return days


def _usual_day(counts: Iterable[DayCount], than: Thresholds) -> float | None:
    days = _people_per_day(counts)
    return float(median(days.values())) if len(days) >= than.days_known else None


def _is_refused(each: DayCount) -> bool:
    return each.outcome is Outcome.REFUSED
