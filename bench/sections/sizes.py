"""Whether cost stays the same as the nation grows: the same questions of nations side by side, each on its server."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from bench import contenders, workloads
from bench.measure import Subject, Window
from bench.parts import Asked
from bench.place import Place
from bench.plots import Lines, Plot
from bench.ratios import both, growth, middle, only, sizes_of
from bench.record import Record
from bench.report import cells_of, figure, loaded, table
from bench.sections.section import Section
from bench.setting import Setting

FURTHER, CONNECTIONS = ("search", "deep"), 16


def measure(setting: Setting) -> list[Window]:
    with ExitStack() as stack:
        subjects = []
        for place in [setting.place(size) for size in setting.form.sizes]:
            (ours,) = stack.enter_context(setting.started([contenders.our_server()], place))
            subjects += [Subject(ours, place, asked) for asked in _asked(setting, place)]
        subjects.sort(
            key=lambda each: each.asked.question.name
        )  # the same question of every nation, next to each other
        return setting.measured(subjects, f"Nations of {', '.join(f'{size:,}' for size in setting.form.sizes)}")


def _asked(setting: Setting, place: Place) -> list[Asked]:
    further = (each.question for each in workloads.workloads(place) if each.question.name in FURTHER)
    return [Asked(question, CONNECTIONS) for question in (*setting.questions(place).values(), *further)]


def lines(record: Record[list[Window]]) -> Iterator[str]:
    windows = record.figures
    yield from ("## As the nation grows", "", loaded(record.circumstances), "")
    yield f"Ours, {CONNECTIONS} connections, the nations side by side in one run. The ratio is to the smallest."
    yield ""
    head = ("", "app CPU, ms", "PostgreSQL CPU, ms", "answers/s", "p50, ms", "p99, ms", "±", "app + PostgreSQL, ratio")
    yield from table(head, _rows(windows))


def _rows(windows: Sequence[Window]) -> Iterator[Sequence[str]]:
    sizes = sizes_of(windows)
    for cell in cells_of(windows):
        for citizens in sizes:
            value = growth(windows, cell.question, citizens)
            found = only(windows, cell=cell, citizens=citizens)
            yield f"{cell.question}, {citizens:,}", *figure(found), "" if value is None else f"{value:.2f}"


def plots(record: Record[list[Window]]) -> Sequence[Plot]:
    windows = record.figures
    found = {
        cell.question: [
            (float(size), middle(only(windows, cell=cell, citizens=size), both)) for size in sizes_of(windows)
        ]
        for cell in cells_of(windows)
    }
    title = f"CPU of a request as the nation grows, {CONNECTIONS} connections"
    return [Lines("sizes", title, "citizens", "ms, application and PostgreSQL", found, logarithmic=True)]


SIZES = Section("sizes", "the same questions of growing nations", list[Window], measure, lines, plots)
