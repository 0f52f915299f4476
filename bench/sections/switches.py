"""What each check and each lever costs: ours with one thing turned on or off, right beside the product as it is."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bench import contenders, equality, switches
from bench.contenders import OURS
from bench.measure import Cell, Subject, Window
from bench.parts import Asked, Switch
from bench.place import Place
from bench.plots import Bars, Plot
from bench.ratios import added, application, both, rate, ratio
from bench.record import Record
from bench.report import cells_of, contenders_of, loaded, table
from bench.sections.section import Section
from bench.setting import Setting

BESIDE = 5  # variants next to each window of the product: neighbors in time
FEW = ("ledger-off", "enforcement-off", "dpop-on")
PLOTTED = Cell("profile", 16)


def measure(setting: Setting) -> list[Window]:
    place = setting.place(setting.form.size)
    wanted = chosen(setting, place)
    return [window for number in range(setting.form.rounds) for window in _round(setting, place, wanted, number)]


def _round(setting: Setting, place: Place, wanted: Sequence[Switch], number: int) -> list[Window]:
    """One round, with processes of its own: two of the same code differ by as much as a check may cost."""
    servers = [contenders.our_server(), *(switch.server for switch in wanted)]
    with setting.started(servers, place) as (product, *variants):
        for switch in wanted if number == 0 else ():
            check(product.contender, switch, place)
        running = dict(zip((switch.name for switch in wanted), variants, strict=True))
        subjects = []
        for at, (asked, together) in enumerate(grouped(wanted)):
            group = f"{at}"
            subjects.append(Subject(product, place, asked, group=group))
            subjects += [Subject(running[each.name], place, asked, each.caller, group) for each in together]
        what = f"The product beside {len(wanted)} variants, round {number + 1} of {setting.form.rounds}"
        return setting.measured(subjects, what, [number])


def chosen(setting: Setting, place: Place) -> list[Switch]:
    """The switches of this form."""
    found = switches.switches(place, setting.questions(place))
    return [switch for switch in found if switch.name in FEW] if setting.form.few else found


def check(product: contenders.Contender, switch: Switch, place: Place) -> None:
    """The variant answers as the product does. Raises NotAlike."""
    questions = [asked.question for asked in switch.cells]
    given = equality.answers(switch.server, questions, switch.caller or place.caller)
    equality.require_alike(equality.answers(product, questions, place.caller), given, switch.server)


def grouped(wanted: Sequence[Switch]) -> Iterator[tuple[Asked, list[Switch]]]:
    """What is asked, and the few variants that are asked it right after the product."""
    cells: dict[tuple[str, int], tuple[Asked, list[Switch]]] = {}
    for switch in wanted:
        for asked in switch.cells:
            cells.setdefault((asked.question.name, asked.connections), (asked, []))[1].append(switch)
    for asked, together in cells.values():
        waiting = iter(together)
        while few := list(islice(waiting, BESIDE)):
            yield asked, few


def lines(record: Record[list[Window]]) -> Iterator[str]:
    windows = record.figures
    yield from ("## What each check costs", "", loaded(record.circumstances), "")
    yield (
        "Ours in a variant that the benchmark composes, over the product right beside it in time; below 1: the product"
        " would be cheaper without what the variant leaves out. Medians of ratios inside a round;"
        " each round has processes of its own."
    )
    yield ""
    names = ("variant / product", "asked", "app CPU", "app + PostgreSQL CPU", "answers/s", "app CPU added, ms")
    yield from table(names, _rows(windows))


def _rows(windows: Sequence[Window]) -> Iterator[Sequence[str]]:
    for name in contenders_of(windows):
        for cell in cells_of(windows):
            costs = [ratio(windows, cell, of, name, OURS) for of in (application, both, rate)]
            more = added(windows, cell, application, name, OURS)
            if name != OURS and more is not None:
                asked = f"{cell.question}, {cell.connections}"
                yield name, asked, *(f"{each:.2f}" for each in costs if each is not None), f"{more:+.3f}"


def plots(record: Record[list[Window]]) -> Sequence[Plot]:
    found = {
        name: added(record.figures, PLOTTED, application, name, OURS)
        for name in contenders_of(record.figures)
        if name != OURS
    }
    bars = {name: (value,) for name, value in found.items() if value is not None}
    title = f"CPU added by a variant: {PLOTTED.question}, {PLOTTED.connections} connections"
    return [Bars("switches", title, "ms of the application, beside the product", bars, ("application",))]


SWITCHES = Section("switches", "what each check and lever costs", list[Window], measure, lines, plots)
