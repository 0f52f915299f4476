"""How far ours is from the least: the same bytes from a static route, and the same statements without any server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import contenders, floor, ours
from bench.contenders import OURS
from bench.equality import Answers
from bench.measure import Cell, Subject, Window
from bench.parts import Asked, Figure
from bench.ratios import application, ratio
from bench.record import Record
from bench.report import cells_of, contenders_of, figures, loaded, table
from bench.sections import peers
from bench.sections.section import Section
from bench.setting import Setting
from bench.statements import statements

ASKED, CONNECTIONS = "profile", 64


@dataclass(frozen=True, slots=True)
class Floors:
    """Over HTTP, and without it."""

    windows: list[Window]
    statements: list[Figure]


def measure(setting: Setting) -> Floors:
    place = setting.place(setting.form.size)
    asked = setting.questions(place)
    recording = [contenders.our_server(), contenders.our_server(ours.LEDGER_OFF, f"--variant={ours.LEDGER_OFF}")]
    with setting.started(recording, place) as servers:
        answers = peers.check(setting, place, servers)
        with setting.started(floor.floors(_kept(answers, setting.directory)), place) as floors:
            subjects = [Subject(each, place, Asked(asked[ASKED], CONNECTIONS)) for each in (*servers, *floors)]
            windows = setting.measured(subjects, "Ours and the floors")
    if setting.form.few:
        return Floors(windows, [])
    with setting.display.while_("The same statements through bare asyncpg"):
        return Floors(windows, statements(place, asked))


def _kept(answers: Answers, directory: Path) -> Path:
    """One answer of middling length for each question, for the floors to send."""
    place = directory / "answers"
    place.mkdir(exist_ok=True)
    for question, given in answers.items():
        (place / f"{question}.json").write_bytes(sorted(given, key=len)[len(given) // 2])
    return place


def lines(record: Record[Floors]) -> Iterator[str]:
    windows = record.figures.windows
    yield from ("## Floors", "", loaded(record.circumstances), "")
    yield "Static routes send an answer's bytes and do nothing else. Profile of one citizen:"
    yield ""
    yield from figures(windows)
    yield ""
    others = [name for name in contenders_of(windows) if name != OURS]
    cells = cells_of(windows)
    yield from table(
        ["application CPU, ours / the other", *(f"{cell.question}, {cell.connections}" for cell in cells)],
        ([name, *(_ratio(windows, cell, name) for cell in cells)] for name in others),
    )
    if record.figures.statements:
        yield from ("", "The plans' own statements with the same keys, through bare asyncpg and without a server:", "")
        yield from table(
            ["", "", ""], ([each.title, f"{each.value:.3f}", each.unit] for each in record.figures.statements)
        )


def _ratio(windows: list[Window], cell: Cell, other: str) -> str:
    found = ratio(windows, cell, application, OURS, other)
    return "" if found is None else f"{found:.2f}"


FLOORS = Section("floors", "ours beside static routes and bare statements", Floors, measure, lines)
