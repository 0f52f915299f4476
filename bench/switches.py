"""What is turned on or off, one thing at a time, and what each variant is asked beside the product.

Whatever is on, the answers are the same: the province's client is asked about people of its province.
"""

import asyncio
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bench import clients, nation, ours
from bench.contenders import Contender, our_server
from bench.parts import Asked, Switch
from bench.place import Place
from bench.questions import LIST, PROFILE, SEED, SINGLES, Question, drawn, some
from installation.settings import PREFIX

USUAL = 16  # connections
COUNTS = (1, 2, 4)  # of processes


def switches(place: Place, questions: Mapping[str, Question]) -> list[Switch]:
    """Every switch, in the order of the page."""
    return [*without(questions), *_with(place, questions), *processes(questions)]


def without(questions: Mapping[str, Question]) -> Iterator[Switch]:
    profile, listed = questions["profile"], questions["list"]
    usual = [Asked(profile, USUAL), Asked(listed, USUAL)]
    targeted = [Asked(profile, 1), Asked(profile, USUAL), Asked(profile, 64), Asked(listed, USUAL), Asked(listed, 64)]
    for name, title, cells in (
        (ours.DECISION_OFF, "decision off", usual),
        (ours.LEDGER_OFF, "ledger off", targeted),
        (ours.ENFORCEMENT_OFF, "decision, row rules, ledger and token off", targeted),
        (ours.TOKENS_FORGOTTEN, "every token verified anew", [Asked(profile, USUAL)]),
        (ours.COALESCING_OFF, "coalescing off, 8 connections to each register", usual),
    ):
        yield Switch(name, title, our_server(name, f"--variant={name}"), cells)


def _with(place: Place, questions: Mapping[str, Question]) -> Iterator[Switch]:
    at_home = [Asked(question, USUAL) for question in asyncio.run(_of_province(place.urls))]
    held = clients.held_to_province(place)
    yield Switch("row-rules-on", "row rules of a province on", our_server("row-rules-on"), at_home, held)
    signed = [Asked(questions["profile"], USUAL)]
    yield Switch("dpop-on", "DPoP on", our_server("dpop-on"), signed, clients.bound(place))


def processes(questions: Mapping[str, Question]) -> Iterator[Switch]:
    """As many connections as one process has, shared by several; and as many for each."""
    for count in COUNTS:
        cells = [Asked(questions["profile"], connections) for connections in sorted({USUAL, USUAL * count})]
        said = "one process" if count == 1 else f"{count} processes"
        yield Switch(f"processes-{count}", f"{said}, as `lienthong serve` starts them", _served(count), cells)


def _served(processes: int) -> Contender:
    """The product by its own command. The sealer, which works behind the answers, does not run."""
    name = f"processes-{processes}"
    contender = our_server(name, **{f"{PREFIX}PROCESSES": str(processes), f"{PREFIX}SEALING": "false"})
    return replace(contender, command=(sys.executable, "-m", "cli", "serve"))


async def _of_province(urls: dict[str, str]) -> Sequence[Question]:
    """A profile and a list of people about whom the province's client may know everything."""
    people = await nation.at_home(urls)
    chance = random.Random(SEED)  # noqa: S311 -- the same questions in every run
    return [
        drawn("province-profile", "Profile in a province", PROFILE, lambda: {"pin": chance.choice(people)}, SINGLES),
        drawn("province-list", "List in a province", LIST, lambda: {"pins": some(chance, people)}),
    ]
