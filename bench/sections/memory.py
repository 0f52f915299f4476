"""What a process keeps in memory: at its start, and as it answers the mixed load for as long as the form says."""

from collections.abc import Iterator, Sequence

from bench import soak
from bench.plots import Lines, Plot
from bench.record import Record
from bench.report import table, under
from bench.sections.section import Section
from bench.setting import Setting
from bench.soak import Soak

RATE = 200  # requests in a second
SHOWN = 12  # rows of the table


def measure(setting: Setting) -> Soak:
    place = setting.place(setting.form.size)
    minutes = setting.form.soak_minutes
    with setting.display.while_(f"The mixed load for {minutes:g} minutes"):
        return soak.soak(place, minutes, RATE, setting.display.say)


def lines(record: Record[Soak]) -> Iterator[str]:
    samples = record.figures.samples
    yield from ("## Memory", "", under(record.circumstances), "")
    yield f"The mixed load, {RATE} requests a second."
    yield ""
    shown = [*samples[:: max(1, len(samples) // SHOWN)], samples[-1]]
    rows = ([f"{each.second / 60:.0f}", f"{each.megabytes:.0f}", f"{each.requests:,}"] for each in shown)
    yield from table(("minute", "MB of the process", "requests answered"), rows)


def plots(record: Record[Soak]) -> Sequence[Plot]:
    points = [(each.second / 60, each.megabytes) for each in record.figures.samples]
    return [Lines("memory", "Memory of a process under the mixed load", "minutes", "MB", {"ours": points}, bound=400)]


MEMORY = Section("memory", "memory of a process over time", Soak, measure, lines, plots)
