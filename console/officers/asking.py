"""Asks the office for a page, as the officer who reads it: with the rights, limits and record that hold at its door."""

from datetime import date, datetime, time, timedelta
from typing import Any

from auth.officers.refusals import Malformed
from auth.officers.sessions import OfficerSession
from ledger.archive.own import HERE
from office import visitor
from office.answer import Question, answer
from office.context import Context, Office
from office.schema import executable, schema


async def ask(office: Office, session: OfficerSession, document: str, **variables: Any) -> dict[str, Any]:
    """The data of the answer. Raises `NotAnswered`."""
    context = Context(visitor.officer(session), office)
    return await answer(executable(schema()), Question(document, None, variables), context)


def begins(day: str | None) -> str | None:
    """The first moment of a day here, as the office takes it. Raises Malformed."""
    return None if not day else _midnight(_day(day))


def ends(day: str | None) -> str | None:
    """The first moment after a day here."""
    return None if not day else _midnight(_day(day) + timedelta(days=1))


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), HERE).isoformat()


def _day(text: str) -> date:
    try:
        return min(date.fromisoformat(text), date(9998, 12, 31))
    except ValueError as error:
        raise Malformed from error
