"""What the ledger costs in three arrangements, and what happens when its server is gone."""

from collections.abc import Iterator

from bench import ledger_cost, ledger_page
from bench.ledger_page import LedgerCost
from bench.record import Record
from bench.sections.section import Section
from bench.setting import Setting


def measure(setting: Setting) -> LedgerCost:
    place = setting.place(setting.form.size)
    asked = list(setting.questions(place).values())
    with setting.display.while_("The ledger, in three arrangements"):
        return ledger_cost.measured(place, asked, setting.form.rounds, setting.form.seconds, setting.directory)


def lines(record: Record[LedgerCost]) -> Iterator[str]:
    yield from ledger_page.as_markdown(record.figures, record.circumstances)


LEDGER = Section("ledger", "what the ledger costs in three arrangements", LedgerCost, measure, lines)
