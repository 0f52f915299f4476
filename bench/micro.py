"""What single steps of a request cost, each by itself: CPU of this process, without a server and without load.

Of each step the quickest of several rounds counts: whatever else the machine does can only add.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from itertools import count
from timeit import Timer
from typing import Any

from auth.opening import opened
from auth.policy.quotas import Quotas
from bench.clients import bound
from bench.parts import Figure
from bench.place import Place
from bench.questions import LIST, PEOPLE_ON_A_LIST, PROFILE
from domains.kit import statements
from domains.kit.rules import Rule
from domains.kit.units import communes_of
from graph.answer import Graph, Question
from graph.compose import compose
from graph.composed import Composed
from graph.cursors import KEY_BYTES, Cursors
from graph.document import Documents
from graph.plan import Plan
from graph.registry import installed_domains
from installation.home import KeyFolder, key_file
from installation.memory import memory_file
from ledger import KeyRing, Ledger, Outcome, Step, Way
from shapes.rights import catalogue_of

ROUNDS = 7
MICROSECONDS, MILLISECONDS = 1e6, 1e3
NUMBERS = [f"0010{number:08}" for number in range(PEOPLE_ON_A_LIST)]
PROFILED = Question(PROFILE, None, {"pin": NUMBERS[0]})
LISTED = Question(LIST, None, {"pins": NUMBERS})
SHARED = 16  # answers that share a write


def figures(place: Place) -> list[Figure]:
    """Every step, in the order in which a request takes them."""
    composed = compose(installed_domains())
    authorization, caller = f"Bearer {place.token()}", bound(place)
    proved, proofs = caller.authorization(), caller.proofs(100 * ROUNDS) if caller.proofs is not None else ()
    return [
        *asyncio.run(_callers(place, composed, authorization, proved, iter(proofs))),
        *_plans(place, composed),
        *asyncio.run(_records(place)),
    ]


def _spent(work: Callable[[], object], times: int) -> float:
    """Seconds of CPU for one `work`."""
    return min(Timer(work, timer=time.process_time).repeat(ROUNDS, times)) / times


def _without_waiting(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run it to its end, which is reached at once where one host remembers proofs."""
    with suppress(StopIteration):
        coroutine.send(None)


async def _callers(
    place: Place, composed: Composed, authorization: str, proved: str, proofs: Iterator[str]
) -> list[Figure]:
    """Tokens and proofs become callers."""
    async with opened(
        place.urls["auth"],
        issuer=place.settings.issuer,
        catalogue=catalogue_of(composed, place.settings),
        communes_of=communes_of,
        files=partial(key_file, place.settings.home),
        proofs=memory_file(place.settings.home, "proofs.db"),
    ) as server:
        caller = server.authority.caller
        await caller(authorization)
        seen = _spent(lambda: _without_waiting(caller(authorization)), 1_000)
        proof = _spent(lambda: _without_waiting(caller(proved, next(proofs))), 100)
    return [
        Figure("token-seen", "a bearer token that was seen before", seen * MICROSECONDS, "µs"),
        Figure("proof", "a DPoP proof checked and remembered, its token seen before", proof * MILLISECONDS, "ms"),
    ]


def _plans(place: Place, composed: Composed) -> list[Figure]:
    """Documents and variables become plans and values."""
    graph, unseen = _graph(place, composed), _unseen()
    documents, plan = Documents(composed.schema), graph.compile(PROFILED)[0]
    return [
        Figure("hot-lookup", "the plan of the profile, known: found with its values", _hot(graph, PROFILED), "µs"),
        Figure("hot-list", "the plan of the list, known: found with its hundred numbers", _hot(graph, LISTED), "µs"),
        Figure("cold-document", "the profile parsed and validated", _made(lambda: documents.get(next(unseen))), "ms"),
        Figure("cold-plan", "the profile parsed, validated and compiled", _made(lambda: _compile(graph, unseen)), "ms"),
        Figure("known-statements", "the SQL of a new plan, known from others", _made(lambda: _write(plan)), "ms"),
        Figure("cold-statements", "the SQL of the profile written", _made(lambda: _write(plan, anew=True)), "ms"),
    ]


def _hot(graph: Graph, question: Question) -> float:
    graph.compile(question)
    return _spent(lambda: graph.compile(question), 1_000) * MICROSECONDS


def _unseen() -> Iterator[str]:
    """The profile under names that nobody has used before, in a process that has long been at work."""
    return (PROFILE.replace("Profile", f"Profile{number}", 1) for number in count())


def _compile(graph: Graph, unseen: Iterator[str]) -> None:
    graph.compile(Question(next(unseen), None, PROFILED.variables))


def _write(plan: Plan, *, anew: bool = False) -> None:
    if anew:
        statements.known.cache_clear()
    for read in plan.reads:
        read.write([Rule.NONE] * len(read.steps))


def _made(work: Callable[[], object]) -> float:
    work()
    return _spent(work, 10) * MILLISECONDS


def _graph(place: Place, composed: Composed) -> Graph:
    """A graph that compiles and cannot read."""
    ledger, cursors = Ledger("", KeyRing(KeyFolder(place.settings.home))), Cursors([bytes(range(KEY_BYTES))])
    return Graph(composed, {}, ledger, cursors, 1.0, confirm=lambda _: None, quotas=Quotas(""))


async def _records(place: Place) -> list[Figure]:
    """Answers go on record: packed, written and durable, by themselves and together."""
    async with AsyncExitStack() as stack:
        ledger = Ledger(place.urls["ledger"], KeyRing(KeyFolder(place.settings.home)))
        await ledger.open()
        stack.push_async_callback(ledger.close)
        alone, together = [await _recorded(ledger, count) for count in (1, SHARED)]
    return [
        Figure("record-alone", "an answer recorded, alone in its write", alone * MICROSECONDS, "µs"),
        Figure("record-shared", f"an answer recorded, {SHARED} to a write", together * MICROSECONDS, "µs"),
    ]


async def _recorded(ledger: Ledger, count: int, times: int = 100) -> float:
    recipient = ledger.recipient(agency="G01", client="bench", grants_revision=1)
    steps = [Step("citizen", ("Citizen.fullName",), Way.OPENED)]
    operation = ledger.operation(document=bytes(16), name="Bench", steps=steps)
    looked_at = [(0, NUMBERS[:1])]
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times):
            request_id = ledger.new_request_id()
            write = [ledger.record(request_id, recipient, operation, Outcome.GRANTED, looked_at) for _ in range(count)]
            await asyncio.gather(*write)
        rounds.append((time.process_time() - begun) / times / count)
    return min(rounds)
