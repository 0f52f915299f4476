"""How long a right outlives its revocation, and what happens when nobody can say which rights there are.

Two processes of the product answer a client without pause. Each round revokes the grant that the client reads by, waits
until the answer "in force on n of n processes" is there, and gives the client an equal grant for the next round. Then
the database is stopped: a process must refuse once its lease is over, and answer again when the database is back.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import asyncpg

from auth.acts.actors import Actor
from auth.acts.desk import Desk, desk_at
from auth.acts.grants import RevokeGrant
from auth.acts.perform import perform
from auth.demo.agencies import CLIENTS, WIDEST
from auth.policy.acknowledgements import InForce, in_force
from bench import contenders
from bench.circumstances import Circumstances
from bench.hammer import Answer, NotMeasured, clock, first, hammering, request_of
from bench.place import Place
from bench.report import under
from commands.demo import PERSONA
from domains.kit.units import communes_of
from graph.compose import compose
from graph.registry import installed_domains
from installation.databases import embedded
from installation.home import key_file
from shapes.rights import catalogue_of

CONNECTIONS_EACH = 6
ROUNDS = 12
BEFORE_S, AFTER_S = 0.4, 1.2  # of load around each revocation
WIDEST_CLIENT = next(client for client in CLIENTS if client.client == WIDEST)
OK, FORBIDDEN, UNCONFIRMED = 200, 403, 503
CHEAP = b'{"query":"{ __typename }"}'
NAME = b'{"query":"{ citizen(pin: \\"%s\\") { fullName } }"}' % PERSONA.encode()

_ACTIVE = "select grant_id from grants where agency = $1 and purpose = $2 and state = 'active' order by grant_id"
_AGAIN = """\
insert into grants (agency, purpose, scopes, sets, exceptions, reach, units, state, proposed_by, approved_by, reason)
select agency, purpose, scopes, sets, exceptions, reach, units, 'active', proposed_by, approved_by, reason
from grants where agency = $1 and purpose = $2 order by grant_id desc limit 1 returning grant_id"""

Revoke = Callable[[int], Awaitable[InForce]]
"""Revokes the grant of this number, and returns once it is known where that is in force."""


@dataclass(frozen=True, slots=True)
class Round:
    """One revocation under load; seconds after it was sent."""

    rate: float  # requests in a second
    last_sent: float  # when the last request began that was still allowed; 0: before the revocation was sent
    last_answered: float  # when the last answer was there that was still allowed
    told: float  # when the revocation was answered
    in_force: InForce


@dataclass(frozen=True, slots=True)
class Outage:
    """The database stopped and started again; the slower of the processes counts."""

    refusal: float  # seconds from asking the database to stop until the first refusal
    recovery: float  # seconds from the return of the database until the first answer


@dataclass(frozen=True, slots=True)
class Revocations:
    """Everything that was measured of them."""

    rounds: Sequence[Round]
    outage: Outage


def revoking(desk: Desk) -> Revoke:
    """As an operator at the machine revokes: the act and its record, then the wait for every process."""

    async def revoke(grant: int) -> InForce:
        done = await perform(desk, Actor("machine", "bench"), RevokeGrant(grant, "measured"))
        return await in_force(desk.engine, done.revision)

    return revoke


async def measured_rounds(
    place: Place, ports: Sequence[int], request: bytes, revoke: Revoke, rounds: int
) -> list[Round]:
    """Revoke so many times. Afterwards the client holds its grant again, whatever happened."""
    connection = await asyncpg.connect(place.urls["auth"])
    try:
        return [await _round(connection, ports, request, revoke, number) for number in range(rounds)]
    finally:
        await _granted(connection)
        await connection.close()


async def measured_outage(place: Place, ports: Sequence[int], cheap: bytes, request: bytes) -> Outage:
    """`cheap` reads no register, so that what refuses it is the lease and nothing else."""
    database = embedded(place.settings)
    async with hammering(ports, cheap) as answers:
        await asyncio.sleep(BEFORE_S)
        stopped = clock()
        await asyncio.to_thread(database.stop)
        refusal = await first(answers, ports, UNCONFIRMED, stopped)
    await asyncio.to_thread(database.start)
    returned = clock()
    async with hammering(ports, request) as answers:
        recovery = await first(answers, ports, OK, returned)
    return Outage(refusal, recovery)


async def _round(
    connection: "asyncpg.Connection[asyncpg.Record]", ports: Sequence[int], request: bytes, revoke: Revoke, number: int
) -> Round:
    grant = await _granted(connection)
    busy = [port for port in ports for _ in range(CONNECTIONS_EACH)]
    async with hammering(busy, request) as answers:
        await first(answers, ports, OK, clock())
        await asyncio.sleep(BEFORE_S + 0.03 * (number % 5))  # not always at the same point of a process's polling
        sent = clock()
        in_force = await revoke(grant)
        told = clock() - sent
        await asyncio.sleep(AFTER_S)
        seen = list(answers)
    _require_obeyed(seen, ports, sent + told)
    allowed = [answer for answer in seen if answer.status == OK]
    last_sent, last_answered = max(a.sent for a in allowed) - sent, max(a.answered for a in allowed) - sent
    rate = len(seen) / (seen[-1].answered - seen[0].sent)
    return Round(rate, max(last_sent, 0.0), max(last_answered, 0.0), told, in_force)


def _require_obeyed(answers: Sequence[Answer], ports: Sequence[int], told: float) -> None:
    """Every process refused in the end, with nothing but refusals for want of a right after the officer was told."""
    for port in ports:
        late = [answer.status for answer in answers if answer.port == port and answer.sent > told]
        if not late or set(late) != {FORBIDDEN}:
            raise NotMeasured(f"after the revocation was in force, a process answered {sorted(set(late))}")


async def _granted(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """The number of the client's grant; an equal one is made where it was revoked."""
    held = (WIDEST_CLIENT.agency, WIDEST_CLIENT.purpose)
    number = await connection.fetchval(_ACTIVE, *held) or await connection.fetchval(_AGAIN, *held)
    if number is None:
        raise NotMeasured("the demo client was never granted anything")
    return int(number)


def measured(place: Place, rounds: int, directory: Path) -> Revocations:
    """Start two processes of the product, measure, and stop them."""
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        for number, contender in enumerate(processes := contenders.alike(2, **place.environment)):
            log = directory / f"process-{number}.log"
            stack.enter_context(contenders.running(contender, cores[number % len(cores)], log))
        return asyncio.run(_measured(place, [process.port for process in processes], rounds))


async def _measured(place: Place, ports: Sequence[int], rounds: int) -> Revocations:
    token = await asyncio.to_thread(place.token)
    cheap, request = request_of(CHEAP, token), request_of(NAME, token)
    catalogue = catalogue_of(compose(installed_domains()), place.settings)
    files = partial(key_file, place.settings.home)
    async with desk_at(place.urls["auth"], catalogue=catalogue, communes_of=communes_of, files=files) as desk:
        found = await measured_rounds(place, ports, request, revoking(desk), rounds)
    return Revocations(found, await measured_outage(place, ports, cheap, request))


def as_markdown(found: Revocations, seen: Circumstances) -> Iterator[str]:
    """The section of the page."""
    rounds, outage = found.rounds, found.outage
    rate = median(each.rate for each in rounds)
    processes = sorted({(each.in_force.serving, each.in_force.of) for each in rounds})
    yield from ("## Revocation", "", under(seen), "")
    yield (
        f"Two processes answer {CONNECTIONS_EACH} connections each, {rate:.0f} requests a second in all, while the"
        f" grant that they read by is revoked, {len(rounds)} times. Times run from the moment at which the revocation"
        " was sent. Once the officer was told, no request was allowed any more."
    )
    yield ""
    yield "| | median | longest |"
    yield "|---|---:|---:|"
    yield _row("last request that was still allowed, sent after", [each.last_sent for each in rounds])
    yield _row("its answer was there after", [each.last_answered for each in rounds])
    yield _row(f'the officer was told "in force on {_of(processes)} processes" after', [e.told for e in rounds])
    yield ""
    yield (
        f"With the database stopped, every process refused after {outage.refusal:.1f} s; {outage.recovery:.1f} s after"
        " the database had come back, every process answered again."
    )


def _of(processes: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{serving} of {of}" for serving, of in processes)


def _row(title: str, seconds: Sequence[float]) -> str:
    return f"| {title} | {median(seconds) * 1000:.0f} ms | {max(seconds) * 1000:.0f} ms |"
