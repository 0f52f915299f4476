"""Guards: rules of the purpose. Whatever the row and the rules, a guarded row tells nothing that is withheld."""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as some

from ledger.archive.guard import Guard, PurposeRule, Rules, guard
from ledger.archive.own import HERE, Filter, Told, is_shown, own_row
from ledger.archive.rows import Answer, Mark, Operation, Row
from ledger.segments.entries import Outcome, Subject, Way
from ledger.tree.leaves import Party, Reading, StepRead

CODES = ("tax", "will", "police", "unheard_of")
MOMENTS = some.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001
# Every text of a row is one that stands nowhere else, so that finding it in what is shown means that it was told.
TEXTS = some.uuids().map(lambda made: f"t{made.hex}")


@some.composite
def rules(draw: some.DrawFn) -> Rules:
    codes = draw(some.sets(some.sampled_from(CODES[:3])))
    days, sensitive = some.just(0) | some.integers(0, 400), some.booleans()
    return Rules.of(PurposeRule(code, (code, code), 24, draw(days), draw(sensitive)) for code in codes)


@some.composite
def rows(draw: some.DrawFn) -> Row:
    steps = (StepRead(draw(TEXTS), draw(some.sampled_from(Way)), ("Citizen.fullName",), ("Citizen.pin",)),)
    party = Party(
        agency=draw(TEXTS),
        client=draw(TEXTS),
        supplier=draw(some.none() | TEXTS),
        through=(draw(TEXTS),),
        purpose=draw(some.none() | some.sampled_from(CODES)),
        legal_basis=draw(TEXTS),
    )
    answer = Answer(
        origin="lienthong.example/ledger",
        leaf=draw(some.integers(0, 2**40)),
        request_id=draw(some.uuids()),
        at=draw(MOMENTS),
        outcome=draw(some.sampled_from(Outcome)),
        party=party,
        operation=Operation(draw(TEXTS), draw(TEXTS), draw(TEXTS), ("Citizen.fullName",)),
        case_reference=draw(TEXTS),
        officer=draw(TEXTS),
        grants_revision=7,
        emergencies=(),
        missing=(draw(TEXTS),),
        people=1,
        marks=(Mark("withheld", "client_left", frozenset()),) if draw(some.booleans()) else (),
    )
    return Row(answer, 0, Reading(Subject.PERSON, steps))


def withheld(row: Row) -> list[str]:
    """Every text of a row that general terms keep back."""
    answer, party = row.answer, row.answer.party
    said = [party.agency, party.client, party.supplier, *party.through, party.legal_basis, answer.case_reference]
    said += [answer.operation.name, answer.operation.document, answer.officer, *answer.missing]
    said += [step.path for step in row.reading.steps] + [str(answer.request_id), answer.at.isoformat()]
    return [text for text in said if text]


def shown(row: Row, by: Rules, now: datetime) -> dict[str, Any]:
    return asdict(own_row((("id", row),), by, now))


@given(rows(), rules(), MOMENTS)
def test_a_row_in_general_terms_tells_its_day_its_kind_and_what_was_read(row: Row, by: Rules, now: datetime) -> None:
    assume(guard(by[row.answer.party.purpose], row.answer.at, now) is Guard.GENERAL)

    said = json.dumps(shown(row, by, now), default=str)

    assert [text for text in withheld(row) if text in said] == []
    assert row.answer.at.astimezone(HERE).date().isoformat() in said
    assert "Citizen.fullName" in said


@given(rows(), rules(), MOMENTS)
def test_an_open_row_tells_everything_but_the_agencys_officer(row: Row, by: Rules, now: datetime) -> None:
    assume(guard(by[row.answer.party.purpose], row.answer.at, now) is Guard.OPEN)

    told = shown(row, by, now)["told"]

    assert set(told) == {field.name for field in fields(Told)}
    assert (told["agency"], told["at"]) == (row.answer.party.agency, row.answer.at)
    assert str(row.answer.officer) not in json.dumps(told, default=str)


@given(rows(), rules(), MOMENTS)
def test_nothing_is_shown_before_its_time_and_everything_after(row: Row, by: Rules, now: datetime) -> None:
    rule = by[row.answer.party.purpose]
    is_early = now < row.answer.at + timedelta(days=rule.shown_after_days) and rule.shown_after_days > 0

    assert is_shown(row, by, Filter(), now) is not is_early


@given(rows(), rules(), MOMENTS, some.sampled_from(CODES))
def test_no_filter_tells_guarded_rows_apart(row: Row, by: Rules, now: datetime, purpose: str) -> None:
    """Whoever asks for the very agency and purpose of a guarded row finds as much as whoever asks for another."""
    assume(guard(by[row.answer.party.purpose], row.answer.at, now) is not Guard.OPEN)
    agency = row.answer.party.agency

    for wanted in (Filter(purpose, None), Filter(None, agency), Filter(row.answer.party.purpose, agency)):
        assert wanted.is_empty or not is_shown(row, by, wanted, now)


@given(rows(), rules(), MOMENTS)
def test_the_guard_is_the_purposes_and_never_the_rows(row: Row, by: Rules, now: datetime) -> None:
    other = Row(row.answer, 5, Reading(Subject.PERSON, ()))

    assert is_shown(row, by, Filter(), now) is is_shown(other, by, Filter(), now)
    assert (own_row((("a", row),), by, now).told is None) is (own_row((("b", other),), by, now).told is None)


@given(rules(), MOMENTS, MOMENTS)
def test_a_purpose_on_no_list_is_guarded_as_the_strictest(by: Rules, at: datetime, now: datetime) -> None:
    strict = {Guard.OPEN: 0, Guard.GENERAL: 1, Guard.NOT_YET: 2}
    unknown = strict[guard(by["unheard_of"], at, now)]

    assert unknown >= max((strict[guard(rule, at, now)] for rule in by.by_code.values()), default=1)


def test_guarded_purposes_are_listed_openly_in_the_order_of_their_codes() -> None:
    plain = PurposeRule("tax", ("a", "a"))
    delayed = PurposeRule("police", ("b", "b"), shown_after_days=90)
    sensitive = PurposeRule("notary", ("c", "c"), third_party_sensitive=True)

    assert Rules.of([plain, delayed, sensitive]).guarded == (sensitive, delayed)


def test_a_refusal_without_a_purpose_is_shown_at_once() -> None:
    by = Rules.of([PurposeRule("police", ("b", "b"), shown_after_days=90, third_party_sensitive=True)])
    now = datetime.now(UTC)

    assert guard(by[None], now, now) is Guard.OPEN


def test_no_day_is_told_in_another_time_zone_than_vietnams() -> None:
    late = datetime(2026, 11, 2, 17, 30, tzinfo=UTC)
    party = Party(agency="a", client="b", supplier=None, through=(), purpose=None, legal_basis=None)
    operation = Operation("", None, "", ())
    answer = Answer("o", 0, UUID(int=0), late, Outcome.GRANTED, party, operation, None, None, 1, (), (), 1)

    row = own_row((("id", Row(answer, 0, Reading(Subject.PERSON, ()))),), Rules.of([]), late)

    assert row.day.isoformat() == "2026-11-03"
