"""How long a right outlives its revocation."""

from collections.abc import Iterator

from bench import revocation
from bench.record import Record
from bench.revocation import Revocations
from bench.sections.section import Section
from bench.setting import Setting


def measure(setting: Setting) -> Revocations:
    place = setting.place(setting.form.size)
    rounds = max(setting.form.rounds, revocation.ROUNDS)
    with setting.display.while_(f"{rounds} revocations under load"):
        return revocation.measured(place, rounds, setting.directory)


def lines(record: Record[Revocations]) -> Iterator[str]:
    yield from revocation.as_markdown(record.figures, record.circumstances)


REVOCATION = Section("revocation", "how fast a right ends", Revocations, measure, lines)
