"""Findings from single answers: reading at night, one case for everybody, one person whom many read. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.insight.days import Days
from ledger.insight.finding import Finding, FindingKind
from ledger.insight.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Hours:
    """When one client was answered, for one purpose. `before`: in the baseline."""

    agency: str
    client: str
    purpose: str | None
    parties: tuple[int, ...]
    answers: int
    outside: int
    before: int
    before_outside: int
    days_before: int


@dataclass(frozen=True, slots=True)
class Case:
    """The case that one client named most, for one purpose."""

    agency: str
    client: str
    purpose: str | None
    parties: tuple[int, ...]
    case: str
    answers: int
    """That name it."""
    of: int
    """That name any."""
    subjects: int
    """Different ones, in answers that name it."""


@dataclass(frozen=True, slots=True)
class Read:
    """One subject, and who read it."""

    subject: bytes
    agencies: tuple[str, ...]


def outside_hours(found: Iterable[Hours], window: Days, than: Thresholds) -> Iterator[Finding]:
    """A client that is not known yet is compared with nothing."""
    for each in found:
        usual = each.before_outside / each.before if each.days_before >= than.days_known and each.before else None
        share = max(than.outside_share, than.outside_times * (usual or 0.0))
        limit = max(than.outside_least, share * each.answers)
        if each.outside >= limit:
            hours = f"{than.opens_at:%H:%M}-{than.closes_at:%H:%M}"
            yield Finding(
                kind=FindingKind.OUTSIDE_HOURS, days=window, agency=each.agency, client=each.client,
                purpose=each.purpose, counted=each.outside, of=each.answers, usual=usual, from_=limit,
                vietnamese=f"{each.outside:,} trong {each.answers:,} lần đọc ngoài giờ làm việc (thứ hai đến thứ sáu,"
                f" {hours}){_than_usual(usual, 'thường là')}.",
                english=f"{each.outside:,} of {each.answers:,} answers outside working hours (Monday to Friday,"
                f" {hours}){_than_usual(usual, 'usually')}.",
                parties=each.parties,
            )  # fmt: skip


def constant_case(found: Iterable[Case], window: Days, than: Thresholds) -> Iterator[tuple[Finding, Case]]:
    """Each with the case, for whoever looks for its answers."""
    for each in found:
        if each.subjects >= than.case_least and each.answers >= than.case_share * each.of:
            finding = Finding(
                kind=FindingKind.CONSTANT_CASE, days=window, agency=each.agency, client=each.client,
                purpose=each.purpose, counted=each.subjects, of=each.answers, from_=than.case_least,
                vietnamese=f"Cùng một mã vụ việc {each.case} trong {each.answers:,} trên {each.of:,} lần đọc,"
                f" cho {each.subjects:,} đối tượng khác nhau.",
                english=f"The same case, {each.case}, in {each.answers:,} of {each.of:,} answers,"
                f" for {each.subjects:,} different subjects.",
                parties=each.parties,
            )  # fmt: skip
            yield finding, each


def read_by_many(found: Iterable[Read], window: Days, than: Thresholds) -> Iterator[tuple[Finding, Read]]:
    """Each with the subject, for whoever looks for its answers; the finding itself does not say who it is."""
    for each in found:
        if len(each.agencies) >= than.agencies_least:
            names = ", ".join(each.agencies)
            finding = Finding(
                kind=FindingKind.READ_BY_MANY, days=window, counted=len(each.agencies), from_=than.agencies_least,
                vietnamese=f"{len(each.agencies)} cơ quan đọc dữ liệu của cùng một người: {names}.",
                english=f"{len(each.agencies)} agencies read the same person: {names}.",
            )  # fmt: skip
            yield finding, each


def _than_usual(usual: float | None, word: str) -> str:
    return "" if usual is None else f"; {word} {usual:.0%}"
