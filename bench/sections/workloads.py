"""Further workloads, of ours alone: searches, hops, a mixture, refusals, texts never seen before, registered ones."""

from collections.abc import Iterator, Sequence

from bench import contenders, workloads
from bench.measure import Subject, Window
from bench.parts import Asked
from bench.plots import Bars, Plot
from bench.ratios import application, middle, only
from bench.record import Record
from bench.report import cells_of, figure, loaded, table
from bench.sections.section import Section
from bench.setting import Setting

CONNECTIONS = 16


def measure(setting: Setting) -> list[Window]:
    place = setting.place(setting.form.size)
    asked, further = setting.questions(place), workloads.workloads(place)
    with setting.started([contenders.our_server()], place) as (ours,):
        subjects = [Subject(ours, place, Asked(question, CONNECTIONS)) for question in asked.values()]
        subjects += [Subject(ours, place, Asked(each.question, CONNECTIONS), each.caller) for each in further]
        return setting.measured(subjects, "Workloads")


def lines(record: Record[list[Window]]) -> Iterator[str]:
    windows = record.figures
    yield from ("## Workloads", "", loaded(record.circumstances), "")
    yield f"Ours alone, every check on, {CONNECTIONS} connections, {windows[0].citizens:,} citizens."
    yield ""
    head = ("", "app CPU, ms", "PostgreSQL CPU, ms", "answers/s", "p50, ms", "p99, ms", "±")
    yield from table(head, ([cell.question, *figure(only(windows, cell=cell))] for cell in cells_of(windows)))


def plots(record: Record[list[Window]]) -> Sequence[Plot]:
    bars = {}
    for cell in cells_of(record.figures):
        found = only(record.figures, cell=cell)
        bars[cell.question] = (middle(found, application), middle(found, lambda window: window.database))
    title = f"CPU of a request by workload, {CONNECTIONS} connections"
    return [Bars("workloads", title, "ms: application (dark), PostgreSQL (light)", bars, ("application", "PostgreSQL"))]


WORKLOADS = Section("workloads", "further workloads of ours alone", list[Window], measure, lines, plots)
