"""`python -m bench`: sets everything up, lets the contenders answer side by side, and says what came of it.

Raw figures are kept in `.lienthong-bench/figures`; with `--write` they go to `docs/performance` as well, with plots,
and to their places on the page.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any

from rich.markup import escape

from bench import check, outcome
from bench.circumstances import Circumstances, circumstances
from bench.contenders import DidNotStart
from bench.display import display, err
from bench.equality import NotAlike
from bench.forms import FORMS, PLAIN, Form
from bench.hammer import NotMeasured
from bench.load import PINNING, TOOLS, LoadFailed, missing_tools
from bench.place import HOME, ROOT
from bench.record import Record, Records
from bench.sections import SECTIONS
from bench.sections.floors import FLOORS
from bench.sections.peers import PEERS
from bench.sections.section import Section
from bench.sections.switches import SWITCHES
from bench.seeding import NotSeeded
from bench.setting import Setting, setting
from installation.errors import Refusal

INSTALL = "make bench-install"
FAILURES = (Refusal, LoadFailed, NotAlike, DidNotStart, NotMeasured, NotSeeded, OSError, ValueError)


def main() -> int:
    wanted = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it ends its servers, too
    try:
        return _main(wanted)
    except KeyboardInterrupt:
        err.print("Broken off. What was measured is kept: `--resume` goes on with the rest.", highlight=False)
        return 130


def _main(wanted: argparse.Namespace) -> int:
    if missing := _missing(timed=not wanted.check):
        err.print(*missing, sep="\n", highlight=False)
        return 1
    form = _form(wanted)
    with display() as shown, setting(form, shown) as found:
        if wanted.check:
            return 0 if _tried("equal answers", found, lambda: check.everybody(found)) else 1
        return _run(found, _sections(wanted, form), wanted)


def _run(found: Setting, sections: Sequence[Section[Any]], wanted: argparse.Namespace) -> int:
    """Each section, whatever became of the others; what was measured is kept at once.

    Of a section that failed nothing is shown: what is known of it is of another run.
    """
    records = Records(HOME / "figures" / found.form.name)
    names = {
        section.name
        for section in sections
        if (wanted.resume and _is_known(section, records, found.form))
        or _tried(section.says, found, partial(_measure, section, found, records))
    }
    measured = {name: record for name, record in outcome.known(records).items() if name in names}
    for _, lines in outcome.lines_of(measured):
        print(*lines, "", sep="\n")
    if wanted.write:
        outcome.publish(measured, ROOT)
    return 0 if len(names) == len(sections) else 1


def _measure(section: Section[Any], found: Setting, records: Records) -> None:
    placed = replace(found, form=_form_of(section, found.form))
    seen = circumstances(placed.form)
    records.keep(Record(section.name, seen, section.measure(placed)))


def _tried(what: str, found: Setting, act: Callable[[], None]) -> bool:
    """Whether it went well; if not, why is said."""
    found.display.say(f"[bold]{what[0].upper()}{what[1:]}[/]")
    try:
        act()
    except FAILURES as failure:
        found.display.say(f"[red]Failed: {what}:[/] {escape(str(failure))}")
        return False
    return True


def _is_known(section: Section[Any], records: Records, form: Form) -> bool:
    """Whether this very revision was measured in this form, as often and as long."""
    record, current = records.known(section.name, section.figures), circumstances(_form_of(section, form))
    if record is None:
        return False
    return _repeatable(record.circumstances) == _repeatable(current)


def _repeatable(seen: Circumstances) -> tuple[str, int, int]:
    return seen.revision, seen.rounds, seen.seconds


def _form_of(section: Section[Any], form: Form) -> Form:
    if section is PEERS:
        return form
    return form.beside() if section in {FLOORS, SWITCHES} else form.alone()


def _missing(*, timed: bool) -> list[str]:
    """One line for each thing that is needed, for measuring or only for comparing answers, and not there."""
    if sys.platform != "linux":
        return ["Linux is needed: processor time is read from its /proc, and processes are kept on their cores"]
    lines = missing_tools(TOOLS if timed else [PINNING])
    if len(os.sched_getaffinity(0)) < 2:
        lines.append("two cores are needed: one for the application, one for everything else")
    if timed and find_spec("matplotlib") is None:
        lines.append(f"matplotlib is missing; it draws the plots: `{INSTALL}`")
    return lines


def _sections(wanted: argparse.Namespace, form: Form) -> list[Section[Any]]:
    """The ones that are named; else those of the form."""
    named = [section for section in SECTIONS if getattr(wanted, section.name)]
    return named or [section for section in SECTIONS if section.name in form.sections]


def _form(wanted: argparse.Namespace) -> Form:
    """The one that is chosen, with what is given otherwise."""
    form: Form = wanted.form
    if wanted.rounds:
        form = replace(form, rounds=wanted.rounds, rounds_alone=wanted.rounds)
    if wanted.seconds:
        form = replace(form, seconds=wanted.seconds, seconds_alone=wanted.seconds)
    if wanted.minutes is not None:
        form = replace(form, soak_minutes=wanted.minutes)
    if wanted.citizens:
        named = f"{form.name}-{wanted.citizens}"  # what another nation gave is kept apart
        form = replace(form, name=named, size=wanted.citizens, peer_sizes=(wanted.citizens,))
    return form


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    forms = parser.add_mutually_exclusive_group()
    parser.set_defaults(form=PLAIN)
    for form in FORMS:
        forms.add_argument(f"--{form.name}", dest="form", action="store_const", const=form, help=form.says)
    for section in SECTIONS:
        parser.add_argument(f"--{section.name}", action="store_true", help=f"measure only: {section.says}")
    parser.add_argument("--check", action="store_true", help="compare all contenders' answers, and measure nothing")
    parser.add_argument("--resume", action="store_true", help="leave out what was measured of this revision already")
    parser.add_argument("--write", action="store_true", help=f"put what was measured on {outcome.PAGE}, with plots")
    parser.add_argument("--rounds", type=int, help="how often everything is measured, instead of the form's")
    parser.add_argument("--seconds", type=int, help="how long a window of load takes, instead of the form's")
    parser.add_argument("--citizens", type=int, help="size of the nation, where one is enough, instead of the form's")
    parser.add_argument("--minutes", type=float, help="how long memory is watched, instead of the form's")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
