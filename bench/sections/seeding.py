"""How long nations take to be invented."""

from collections.abc import Iterator

from bench import seeding
from bench.place import ROOT, home_of
from bench.record import Record
from bench.report import table, under
from bench.sections.section import Section
from bench.seeding import Seeding
from bench.setting import Setting


def measure(setting: Setting) -> list[Seeding]:
    """Of every size; a nation that the benchmark did not see invented is invented again."""
    return [_of(setting, size) for size in setting.form.sizes]


def _of(setting: Setting, size: int) -> Seeding:
    setting.place(size)
    home = home_of(size)
    known = seeding.known(home)
    if known is not None:
        return known
    with setting.display.while_(f"Invent {size:,} citizens again, to see how long it takes"):
        return seeding.seed(size, home, ROOT)


def lines(record: Record[list[Seeding]]) -> Iterator[str]:
    yield from ("## Inventing a nation", "", under(record.circumstances), "")
    head = ("citizens", "seconds", "citizens in a second", "memory of the largest process, MB")
    yield from table(head, (_row(each) for each in record.figures))


def _row(each: Seeding) -> list[str]:
    return [f"{each.citizens:,}", f"{each.seconds:,.0f}", f"{each.citizens / each.seconds:,.0f}", f"{each.megabytes:,}"]


SEEDING = Section("seeding", "how long nations take to be invented", list[Seeding], measure, lines)
