"""`python -m bench`: sets everything up, lets the contenders answer side by side, and prints a page of ratios."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from bench import contenders, equality, ledger_cost, page, peers, processes, report, revocation, views
from bench.contenders import Contender, Running
from bench.equality import Answers
from bench.load import Loader, LoadFailed, missing_tools
from bench.measure import Bench
from bench.place import HOME, ROOT, Place, prepare
from bench.questions import Question, questions
from installation.errors import Refusal

APPLICATION_CORE, OTHER_CORE = 0, 1
PAGE = ROOT / "docs" / "benchmark.md"

err = Console(stderr=True)


def main() -> int:
    wanted = _arguments()
    missing = missing_tools()
    if missing or len(os.sched_getaffinity(0)) < 2:
        err.print(*missing or ["two cores are needed: one for the application, one for everything else"], sep="\n")
        return 1
    try:
        measured = _chosen(wanted)(wanted)
    except (Refusal, LoadFailed, equality.NotAlike, contenders.DidNotStart, OSError, ValueError) as error:
        err.print(f"Nothing was measured: {error}", highlight=False)
        return 1
    print(measured)
    if wanted.write:
        page.write(PAGE, measured)
    return 0


def _chosen(wanted: argparse.Namespace) -> Callable[[argparse.Namespace], str]:
    """What is measured: one section alone, or the comparison with the peers."""
    sections = {"revocation": _revocation, "ledger": _ledger, "views": _views}
    return next((measure for name, measure in sections.items() if getattr(wanted, name)), _measured)


def _ledger(wanted: argparse.Namespace) -> str:
    """The section on what the ledger costs alone."""
    place = prepare(wanted.citizens)
    with ExitStack() as stack:
        stack.callback(place.close)
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="lienthong-bench-")))
        asked = asyncio.run(questions(place.urls))
        return ledger_cost.report(place, asked, wanted.rounds, wanted.seconds, directory)


def _views(_: argparse.Namespace) -> str:
    """The section on the views of the ledger alone."""
    return views.report(views.ROWS)


def _revocation(wanted: argparse.Namespace) -> str:
    """The section on revocation alone."""
    place = prepare(wanted.citizens)
    with ExitStack() as stack:
        stack.callback(place.close)
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="lienthong-bench-")))
        return revocation.report(place, max(wanted.rounds, revocation.ROUNDS), directory, place.token())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured (%(default)s)")
    parser.add_argument("--seconds", type=int, default=2, help="how long a window of load takes (%(default)s)")
    parser.add_argument("--citizens", type=int, default=50_000, help="size of the nation (%(default)s)")
    parser.add_argument("--revocation", action="store_true", help="measure how fast a right ends, and nothing else")
    parser.add_argument("--ledger", action="store_true", help="measure what the ledger costs, and nothing else")
    parser.add_argument("--views", action="store_true", help="measure the views of the ledger, and nothing else")
    parser.add_argument("--write", action="store_true", help=f"write the page to {PAGE.relative_to(ROOT)} as well")
    return parser.parse_args()


def _measured(wanted: argparse.Namespace) -> str:
    load_before = os.getloadavg()[0]
    place = prepare(wanted.citizens)
    with ExitStack() as stack:
        stack.callback(place.close)
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="lienthong-bench-")))
        processes.pin(place.postmaster, OTHER_CORE)
        asked = asyncio.run(questions(place.urls))
        err.print("Starting the contenders and comparing their answers")
        running = _contenders(place, asked, directory, stack)
        bench = Bench(place, Loader(directory, OTHER_CORE), asked, running, wanted.seconds)
        bench.warm()
        windows = list(
            track(bench.measured(wanted.rounds), "Measuring", total=bench.windows(wanted.rounds), console=err)
        )
    seen = report.Circumstances(os.cpu_count() or 0, load_before, wanted.rounds, wanted.seconds, wanted.citizens)
    return report.as_markdown(windows, asked, seen)


def _contenders(place: Place, asked: list[Question], directory: Path, stack: ExitStack) -> list[Running]:
    """Start them all. Raises where they do not answer alike, or where ours does not record what it answers."""
    peers.install(place)

    def started(contender: Contender) -> Running:
        log = HOME / f"{contender.name.replace(' ', '-')}.log"
        return stack.enter_context(contenders.running(contender, APPLICATION_CORE, log))

    ours, unrecorded = map(started, contenders.our_servers())
    before = equality.recorded(place.urls["ledger"])
    answers = equality.answers(ours.contender, asked, place.token())
    if equality.recorded(place.urls["ledger"]) - before != sum(map(len, answers.values())):
        raise equality.NotAlike("the ledger does not hold every answer that was given")
    peer = started(peers.peers(place)[0])
    for other in (unrecorded, peer):
        given = equality.answers(other.contender, asked, place.token())
        equality.require_alike(answers, given, other.contender.name)
    floor = started(contenders.floor_server(_keep(answers, directory)))
    return [ours, unrecorded, peer, floor]


def _keep(answers: Answers, directory: Path) -> Path:
    """One answer of middling length for each question, for the floor to send."""
    place = directory / "answers"
    place.mkdir()
    for question, given in answers.items():
        (place / f"{question}.json").write_bytes(sorted(given, key=len)[len(given) // 2])
    return place


if __name__ == "__main__":
    sys.exit(main())
