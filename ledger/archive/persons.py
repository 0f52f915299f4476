"""What was read of one person, whole: for officers under a case. The latest first.

Unlike the citizen's own list nothing is guarded here, and one ledger is read: this installation's own.
"""

from dataclasses import dataclass

from ledger.archive.answers import Wanted
from ledger.archive.archives import LOOKED_THROUGH, Archive
from ledger.archive.rows import Row
from ledger.archive.subjects import BEGINNING, END, Place


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Shorter than was asked for where too many were looked at; None: there are no more."""

    rows: tuple[Row, ...]
    next: Place | None


async def person_page(
    archive: Archive, pin: str, wanted: Wanted, first: int, before: Place | None = None
) -> PersonPage:
    """Raises `LedgerSilent`."""
    parties = await archive.books.matching(wanted.agency, wanted.client, wanted.purpose)
    if parties == []:
        return PersonPage((), None)
    window = first + 1 if wanted == Wanted() else LOOKED_THROUGH
    found = await archive.subjects.latest(archive.pseudonyms(pin), before or BEGINNING, window, parties)
    rows = [row for row in found.rows if is_wanted(row, wanted)]
    if len(rows) > first:
        rows = rows[:first]
        return PersonPage(tuple(rows), Place(rows[-1].answer.leaf, rows[-1].place))
    return PersonPage(tuple(rows), None if found.upto == END else found.upto)


def is_wanted(row: Row, wanted: Wanted) -> bool:
    """Whether a row is what was asked for, its party apart."""
    read = row.coordinates if wanted.coordinate is None else (*row.coordinates, *_looked_up_by(row))
    return (
        (wanted.since is None or row.answer.at >= wanted.since)
        and (wanted.until is None or row.answer.at < wanted.until)
        and (wanted.kind is None or row.kind is wanted.kind)
        and (wanted.coordinate is None or wanted.coordinate in read)
    )


def _looked_up_by(row: Row) -> tuple[str, ...]:
    return tuple(name for step in row.reading.steps for name in step.looks_up)
