"""What was read of one person, whole: for officers under a case. The latest first.

Unlike the citizen's own list nothing is guarded here, and one ledger is read: this installation's own.
"""

from dataclasses import dataclass

from ledger.archive.answers import Wanted
from ledger.archive.archives import LOOKED_THROUGH, Archive
from ledger.archive.conditions import Conditions
from ledger.archive.rows import Row
from ledger.archive.subjects import BEGINNING, END, Place, window_for


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
    operations = await archive.books.with_coordinate(wanted.coordinate, 1)
    if [] in (parties, operations):
        return PersonPage((), None)
    conditions = Conditions(parties, wanted.coordinate, wanted.since, wanted.until, wanted.kind)
    subjects = archive.pseudonyms(pin, wanted.since, wanted.until)
    place, rows = before or BEGINNING, list[Row]()
    looked, window = 0, window_for(first + 1)
    while place != END and len(rows) <= first and looked < LOOKED_THROUGH:
        found = await archive.subjects.latest(subjects, place, window, conditions)
        rows += [row for row in found.rows if is_wanted(row, wanted)]
        place, looked, window = found.upto, looked + window, window_for(4 * window)
    if len(rows) > first:
        rows = rows[:first]
        place = Place(rows[-1].answer.leaf, rows[-1].place)
    return PersonPage(tuple(rows), None if place == END else place)


def is_wanted(row: Row, wanted: Wanted) -> bool:
    """Whether the person's own reading is what was asked for; what else is asked, the statement looks at."""
    read = {name for step in row.reading.steps for name in (*step.reads, *step.looks_up)}
    return (wanted.kind is None or row.kind is wanted.kind) and (
        wanted.coordinate is None or wanted.coordinate in read
    )  # fmt: skip
