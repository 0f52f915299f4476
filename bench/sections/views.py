"""How long the first page of each list of disclosures takes."""

from collections.abc import Iterator

from bench import views
from bench.record import Record
from bench.sections.section import Section
from bench.setting import Setting
from bench.views import Took


def measure(_: Setting) -> list[Took]:
    return views.measured(views.ROWS)


def lines(record: Record[list[Took]]) -> Iterator[str]:
    yield from views.as_markdown(record.figures, record.circumstances)


VIEWS = Section("views", "the views of the ledger with ten million disclosures", list[Took], measure, lines)
