"""Single steps of a request by themselves: a plan looked up, a plan made, a token seen, a proof, an entry."""

from collections.abc import Iterator

from bench import micro
from bench.parts import Figure
from bench.record import Record
from bench.report import table, under
from bench.sections.section import Section
from bench.setting import Setting


def measure(setting: Setting) -> list[Figure]:
    place = setting.place(setting.form.size)
    with setting.display.while_("Single steps"):
        return micro.figures(place)


def lines(record: Record[list[Figure]]) -> Iterator[str]:
    yield from ("## Single steps", "", under(record.circumstances), "")
    yield from ("Without a server and without load; of each step the quickest of several rounds.", "")
    yield from table(["", "CPU", ""], ([each.title, f"{each.value:.3g}", each.unit] for each in record.figures))


MICRO = Section("micro", "single steps of a request", list[Figure], measure, lines)
