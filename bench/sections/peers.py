"""Side by side with the peers: the same questions over the same rows, ours with every check on and theirs with none."""

from collections.abc import Iterator, Sequence

from bench import contenders, equality, peers
from bench.contenders import OURS, Contender, Running
from bench.measure import Cell, Subject, Window
from bench.parts import Asked
from bench.place import Place
from bench.plots import Bars, Plot
from bench.ratios import application, best_peer, both, middle, only, rate, sizes_of
from bench.record import Record
from bench.report import cells_of, contenders_of, figures, loaded, table
from bench.sections.section import Section
from bench.setting import Setting

RATIOS = (
    ("application CPU, best peer / ours", application),
    ("application and PostgreSQL CPU, best peer / ours", both),
    ("answers per second, ours / best peer", rate),
)
SHOWN_AT = 16  # connections, in the plots


def measure(setting: Setting) -> list[Window]:
    return [window for size in setting.form.peer_sizes for window in _of(setting, setting.place(size))]


def check(setting: Setting, place: Place, running: Sequence[Running]) -> equality.Answers:
    """The first contender's answers; the others give the same ones, and the first one's ledger holds them."""
    asked = [setting.questions(place)[name] for name in setting.form.peer_cells]
    ours, *others = (each.contender for each in running)
    before = equality.recorded(place.urls["ledger"])
    answers = equality.answers(ours, asked, place.caller)
    if equality.recorded(place.urls["ledger"]) - before != sum(map(len, answers.values())):
        raise equality.NotAlike("the ledger does not hold every answer that was given")
    for other in others:
        equality.require_alike(answers, equality.answers(other, asked, place.caller), other)
    return answers


def chosen(setting: Setting, place: Place) -> list[Contender]:
    """Ours first, then the peers of this form, with what they need."""
    display = setting.display
    with display.while_("Have the peers installed"):
        return [contenders.our_server(), *peers.peers(place, display.say, few=setting.form.few)]


def _of(setting: Setting, place: Place) -> list[Window]:
    asked = setting.questions(place)
    with setting.started(chosen(setting, place), place) as running:
        check(setting, place, running)
        subjects = [
            Subject(each, place, Asked(asked[name], connections))
            for name, counts in setting.form.peer_cells.items()
            for connections in counts
            for each in running
            if each.contender.questions is None or name in each.contender.questions
        ]
        return setting.measured(subjects, f"Ours and {len(running) - 1} peers, {place.citizens:,} citizens")


def lines(record: Record[list[Window]]) -> Iterator[str]:
    yield from ("## Side by side with the peers", "", loaded(record.circumstances))
    everybody = contenders_of(record.figures)
    for citizens in sizes_of(record.figures):
        windows = only(record.figures, citizens=citizens)
        yield from _size(windows, citizens)
        if missing := [name for name in everybody if name not in contenders_of(windows)]:
            yield from ("", f"Left out here: {', '.join(missing)}, for want of room on the disk.")


def _size(windows: Sequence[Window], citizens: int) -> Iterator[str]:
    cells = cells_of(windows)
    yield from ("", f"### {citizens:,} citizens", "")
    yield from table(["", *(f"{cell.question}, {cell.connections}" for cell in cells)], _ratios(windows, cells))
    for question in dict.fromkeys(cell.question for cell in cells):
        yield from ("", f"#### {question.capitalize()}", "")
        yield from figures([window for window in windows if window.cell.question == question])


def _ratios(windows: Sequence[Window], cells: Sequence[Cell]) -> Iterator[Sequence[str]]:
    others = [name for name in contenders_of(windows) if name != OURS]
    for title, of in RATIOS:
        best = [best_peer(windows, cell, of, OURS, others) for cell in cells]
        yield title, *(f"**{each.ratio:.2f}** ({each.peer})" if each else "" for each in best)


def plots(record: Record[list[Window]]) -> Sequence[Plot]:
    """One for each question and size: what a request costs whom, the cheapest first."""
    seen = dict.fromkeys((window.cell.question, window.citizens) for window in record.figures)
    return [_plot(record.figures, question, citizens) for question, citizens in seen]


def _plot(windows: Sequence[Window], question: str, citizens: int) -> Plot:
    cell = Cell(question, SHOWN_AT)
    found = {name: only(windows, name, cell, citizens) for name in contenders_of(windows)}
    spent = {
        name: (middle(each, application), middle(each, lambda window: window.database))
        for name, each in found.items()
        if each
    }
    return Bars(
        f"peers-{question}-{citizens}",
        f"CPU of a request: {question}, {SHOWN_AT} connections",
        f"ms: application (dark), PostgreSQL (light); {citizens:,} citizens",
        dict(sorted(spent.items(), key=lambda each: sum(each[1]))),
        ("application", "PostgreSQL"),
        frozenset({OURS}),
    )


PEERS = Section("peers", "side by side with the peers", list[Window], measure, lines, plots)
