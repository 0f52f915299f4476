"""The contenders: how each is started on its core, asked one question, and stopped."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import ours, processes
from bench.callers import Caller
from bench.place import ROOT
from bench.ports import free_port
from bench.questions import Question
from installation.settings import PREFIX

ACCEPT = "application/graphql-response+json, application/json"  # as wrk sends it, see load.lua
PATIENCE = 120.0  # seconds until a contender accepts connections and is at rest
LOOK_S, RESTING = 0.3, 0.1  # how long a contender is looked at, and how much of a core it may use, at rest

OURS, UNRECORDED = "ours", "without ledger"


class DidNotStart(RuntimeError):
    """A contender ended, or accepts no connection; the message names its log."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that can be measured."""

    name: str
    command: tuple[str, ...]
    port: int
    path: str = "/graphql"  # may name the question: `{question}`
    environment: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)  # by question, where its own differ from ours
    heard: Callable[[str, Any], Any] = lambda _, answer: answer  # its parsed answer to a question in our names
    questions: Collection[str] | None = None  # the ones it can answer; None: all that peers are asked

    def path_of(self, question: str) -> str:
        return self.path.format(question=question)

    def bodies_of(self, question: Question) -> Sequence[bytes]:
        """The question's bodies, with its own document where it has one; variables stay."""
        own = self.documents.get(question.name)
        if own is None:
            return question.bodies
        return [json.dumps({**json.loads(body), "query": own}).encode() for body in question.bodies]

    def ask(self, question: str, body: bytes, caller: Caller) -> bytes:
        """One answer, outside of any measurement."""
        headers = {"Accept": ACCEPT, "Content-Type": "application/json", "Authorization": caller.authorization()}
        if caller.proofs is not None:
            (headers["DPoP"],) = caller.proofs(1)
        url = f"http://127.0.0.1:{self.port}{self.path_of(question)}"
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=PATIENCE) as answer:
            content: bytes = answer.read()
            return content


@dataclass(frozen=True, slots=True)
class Running:
    """A contender and its process."""

    contender: Contender
    pid: int


def our_server(name: str = OURS, *arguments: str, **environment: str) -> Contender:
    """The product, or with arguments a variant of it that `bench.ours` knows, on a port of its own."""
    started = _ours(name, *arguments)
    return replace(started, environment={**started.environment, **environment})


def alike(count: int, name: str = OURS, **environment: str) -> list[Contender]:
    """So many processes of the product, or of the same without its ledger, on the same databases."""
    arguments = [ours.WITHOUT_LEDGER] if name == UNRECORDED else []
    servers = (_ours(f"{name} {number}", *arguments) for number in range(1, count + 1))
    return [replace(each, environment={**each.environment, **environment}) for each in servers]


@contextmanager
def running(contender: Contender, core: int, log: Path) -> Iterator[Running]:
    """The contender, on its core once it is ready, until the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            contender.command, cwd=ROOT, env={**os.environ, **contender.environment},
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _await(contender, process, log)
        processes.pin(process.pid, core)
        yield Running(contender, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            processes.kill(process.pid)  # with the processes that it started, which would outlive it
            process.wait()


def _ours(name: str, *arguments: str) -> Contender:
    port = free_port()
    return Contender(
        name, (sys.executable, "-m", ours.__name__, *arguments), port, environment={f"{PREFIX}PORT": str(port)}
    )


def _await(contender: Contender, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (_accepts(contender.port) and _rests(process.pid)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise DidNotStart(f"the contender '{contender.name}' did not start; see {log}")
        time.sleep(0.1)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _rests(pid: int) -> bool:
    """Whether all its processes have started: one may accept connections while others still do."""
    before = processes.reading(pid)
    time.sleep(LOOK_S)
    return processes.between(before, processes.reading(pid)) < RESTING * LOOK_S * 1e9
