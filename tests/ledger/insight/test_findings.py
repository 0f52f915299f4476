"""What an auditor is shown: the unusual, with what was counted and against what, and nothing where all is as usual."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest

from ledger import Outcome, Way
from ledger.insight.books import BooksReader
from ledger.insight.days import Days
from ledger.insight.finding import Finding, FindingKind
from ledger.insight.findings import findings
from ledger.insight.thresholds import Thresholds
from ledger.segments.keyring import VIETNAM
from tests.ledger.insight.filled import LISTS, NAME, Filled

UNTIL = date(2026, 11, 1)  # a Sunday; the week before it begins on Sunday, too
MONDAY = date(2026, 10, 26)
LOW = Thresholds(
    people_least=20, people_unknown=50, refused_least=5, missed_least=5, listed_least=20, outside_least=5, case_least=5,
    agencies_least=3, rows=3,
)  # fmt: skip


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), VIETNAM).astimezone(UTC)


async def found(books: BooksReader, kind: FindingKind | None = None, agency: str | None = None) -> Sequence[Finding]:
    async with books.reading() as connection:
        return [each for each in await findings(connection, UNTIL, agency, LOW) if kind in {None, each.kind}]


async def usual_weeks(filled: Filled, party: int, operation: int, people: Sequence[int] = (1, 2)) -> None:
    """Ten working days with two persons a day."""
    for day in (MONDAY - timedelta(days=back) for back in range(1, 15)):
        if day.isoweekday() <= 5:
            await filled.answer(party, operation, at(day), people)


async def test_an_ordinary_month_has_no_findings(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    await usual_weeks(filled, party, operation)
    await filled.answer(party, operation, at(MONDAY), [1, 2, 3], case="HS-1")

    assert await found(books) == []


async def test_a_client_that_reads_ten_times_its_usual_day_is_shown(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    await usual_weeks(filled, party, operation)
    leaf = await filled.answer(party, operation, at(MONDAY), range(20))

    [finding] = await found(books)

    assert finding.kind is FindingKind.MANY_PEOPLE
    assert (finding.agency, finding.client, finding.purpose) == ("G01", "desk", "tax")
    assert (finding.counted, finding.usual, finding.from_) == (20, 2.0, 20)
    assert finding.days == Days(MONDAY, date(2026, 10, 27))
    assert finding.english == "20 subjects read on 2026-10-26; 2 on its usual day."
    assert [row.leaf for row in finding.rows] == [leaf]


@pytest.mark.parametrize(("people", "shown"), [(49, 0), (50, 1)])
async def test_a_client_that_is_not_known_yet_is_shown_for_very_many(
    filled: Filled, books: BooksReader, people: int, shown: int
) -> None:
    await filled.answer(await filled.party(), await filled.operation(NAME), at(MONDAY), range(people))

    assert len(await found(books, FindingKind.MANY_PEOPLE)) == shown


async def test_a_client_that_tries_what_it_may_do_is_shown(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    await filled.answer(party, operation, at(MONDAY), [1], times=20)
    assert await found(books, FindingKind.REFUSALS) == []
    last = await filled.answer(party, operation, at(MONDAY), outcome=Outcome.REFUSED, missing=["x"], times=5)

    [finding] = await found(books, FindingKind.REFUSALS)

    assert (finding.counted, finding.of, finding.from_) == (5, 25, 5)
    assert [row.leaf for row in finding.rows] == [last, last - 1, last - 2]


async def test_a_few_refusals_among_many_answers_are_usual(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    await filled.answer(party, operation, at(MONDAY), [1], times=21)
    await filled.answer(party, operation, at(MONDAY), outcome=Outcome.REFUSED, times=5)

    assert await found(books, FindingKind.REFUSALS) == []


async def test_a_client_that_guesses_numbers_is_shown(filled: Filled, books: BooksReader) -> None:
    """Also where its answers were recorded before it was known that nobody was there."""
    party, operation = await filled.party(), await filled.operation(NAME)
    await filled.answer(party, operation, at(MONDAY), outcome=Outcome.NO_HIT, times=2)
    leaf = await filled.answer(party, operation, at(MONDAY, 11), range(5))
    assert await found(books, FindingKind.GUESSING) == []

    await filled.not_found(leaf, [0, 2, 4])

    [finding] = await found(books, FindingKind.GUESSING)
    assert (finding.counted, finding.of) == (5, 7)
    assert [row.leaf for row in finding.rows] == [leaf, leaf - 1, leaf - 2]


async def test_a_client_that_takes_lists_and_opens_nobody_is_shown(filled: Filled, books: BooksReader) -> None:
    party, lists = await filled.party(), await filled.operation(NAME, steps=LISTS)
    await filled.answer(party, lists, at(MONDAY), range(20), way=Way.LISTED)
    [finding] = await found(books, FindingKind.HIT_LISTS)
    assert (finding.counted, finding.of) == (20, 20)

    await filled.answer(party, await filled.operation(NAME), at(MONDAY), [1])
    assert await found(books, FindingKind.HIT_LISTS) == []


@pytest.mark.parametrize("when", [at(MONDAY, 5), at(MONDAY, 20), at(date(2026, 10, 31)), at(date(2026, 10, 25))])
async def test_a_client_that_reads_outside_working_hours_is_shown(
    filled: Filled, books: BooksReader, when: datetime
) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    await usual_weeks(filled, party, operation)
    last = await filled.answer(party, operation, when, [1], times=5)
    await filled.answer(party, operation, at(MONDAY, 19), [1], times=45)

    [finding] = await found(books, FindingKind.OUTSIDE_HOURS)

    assert (finding.counted, finding.of, finding.usual) == (5, 50, 0.0)
    assert [row.leaf for row in finding.rows] == [last, last - 1, last - 2]
    assert "(Monday to Friday, 06:00-20:00)" in finding.english


async def test_a_client_on_duty_at_night_is_not_unusual(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    for back in range(1, 15):
        await filled.answer(party, operation, at(MONDAY - timedelta(days=back), 3), [1])
    await filled.answer(party, operation, at(MONDAY, 3), [1], times=20)

    assert await found(books, FindingKind.OUTSIDE_HOURS) == []


async def test_a_client_that_names_one_case_for_everybody_is_shown(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME)
    leaves = [await filled.answer(party, operation, at(MONDAY), [number], case="TEST") for number in range(5)]
    await filled.answer(party, operation, at(MONDAY), [9], case="HS-1")

    [finding] = await found(books, FindingKind.CONSTANT_CASE)

    assert (finding.counted, finding.of, finding.from_) == (5, 5, 5)
    assert finding.english == "The same case, TEST, in 5 of 6 answers, for 5 different subjects."
    assert [row.leaf for row in finding.rows] == leaves[:1:-1]


async def test_a_case_about_one_family_is_usual(filled: Filled, books: BooksReader) -> None:
    await filled.answer(
        await filled.party(), await filled.operation(NAME), at(MONDAY), [1, 2, 3, 4], case="HS-1", times=9
    )

    assert await found(books, FindingKind.CONSTANT_CASE) == []


async def test_a_person_whom_many_agencies_read_is_shown_and_not_named(filled: Filled, books: BooksReader) -> None:
    operation = await filled.operation(NAME)
    for agency, other in (("G01", 8), ("H56", 9), ("T29", 9)):
        await filled.answer(await filled.party(agency), operation, at(MONDAY), [7, other])

    [finding] = await found(books, FindingKind.READ_BY_MANY)

    assert (finding.counted, finding.agency, finding.client) == (3, None, None)
    assert finding.english == "3 agencies read the same person: G01, H56, T29."
    assert [row.leaf for row in finding.rows] == [2, 1, 0]


@pytest.mark.parametrize("how", [{"way": Way.LISTED}, {"outcome": Outcome.REFUSED}])
async def test_a_person_who_only_stood_on_lists_is_not_shown(
    filled: Filled, books: BooksReader, how: dict[str, object]
) -> None:
    operation = await filled.operation(NAME)
    for agency in ("G01", "H56", "T29"):
        await filled.answer(await filled.party(agency), operation, at(MONDAY), [7], **how)  # type: ignore[arg-type]

    assert await found(books, FindingKind.READ_BY_MANY) == []


async def test_the_findings_of_one_agency_are_its_own(filled: Filled, books: BooksReader) -> None:
    operation = await filled.operation(NAME)
    for agency in ("G01", "H56"):
        await filled.answer(await filled.party(agency), operation, at(MONDAY), outcome=Outcome.REFUSED, times=5)

    assert [each.agency for each in await found(books)] == ["G01", "H56"]
    assert [each.agency for each in await found(books, agency="H56")] == ["H56"]


@pytest.mark.parametrize("day", [date(2026, 10, 24), UNTIL])
async def test_what_happened_before_or_after_is_not_shown(filled: Filled, books: BooksReader, day: date) -> None:
    await filled.answer(
        await filled.party(), await filled.operation(NAME), at(day), outcome=Outcome.REFUSED, case="TEST", times=9
    )

    assert await found(books) == []
