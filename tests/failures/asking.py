"""Clients that go on asking while parts of an installation fail, and what each of their answers was."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

QUERY = """{citizen(pin: "%s") {fullName residences {kind} landRights(first: 2) {edges {node {kind}}}}}"""
AWAY = frozenset({"SOURCE_UNAVAILABLE", "DEADLINE_EXCEEDED"})
CLIENTS = 4
APART_S = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: when it was asked for (monotonic), how long it took, and what it was."""

    asked_at: float
    seconds: float
    status: int
    request_id: str
    answer: Any

    @property
    def ended_at(self) -> float:
        return self.asked_at + self.seconds

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Code and path of each error."""
        return [
            (error["extensions"]["code"], ".".join(map(str, error["path"]))) for error in self.answer.get("errors", [])
        ]


@dataclass(slots=True)
class Clients:
    """A few clients that ask one question again and again."""

    port: int
    token: str
    query: str
    seen: list[Seen] = field(default_factory=list)

    @contextmanager
    def asking(self) -> Iterator["Clients"]:
        """For as long as the block lasts."""
        over = threading.Event()
        threads = [threading.Thread(target=self._ask_until, args=(over,), daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            over.set()
            for thread in threads:
                thread.join(30)

    def between(self, since: float, until: float) -> Sequence[Seen]:
        """Answers to what was asked in this time."""
        return [each for each in self.seen if since <= each.asked_at < until]

    def until(self, holds: Callable[[Seen], bool], patience: float) -> float:
        """Seconds until an answer to something asked from now on is such a one."""
        began = time.monotonic()
        while time.monotonic() < began + patience:
            found = [each.ended_at for each in self.between(began, float("inf")) if holds(each)]
            if found:
                return min(found) - began
            time.sleep(APART_S)
        raise AssertionError(f"no such answer within {patience} s")

    def _ask_until(self, over: threading.Event) -> None:
        while not over.is_set():
            self.seen.append(self._ask())
            time.sleep(APART_S)

    def _ask(self) -> Seen:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
            connection.request("POST", "/graphql", json.dumps({"query": self.query}), headers)
            response = connection.getresponse()
            body = response.read()
            request_id = response.headers["x-request-id"] or ""
            return Seen(began, time.monotonic() - began, response.status, request_id, json.loads(body))
        finally:
            connection.close()


def is_whole(seen: Seen) -> bool:
    """Nothing is missing."""
    return seen.status == 200 and not seen.errors


def check_others(seen: Sequence[Seen]) -> None:
    """Every answer came, and of it all that is of other registers than land."""
    assert {each.status for each in seen} == {200}
    for each in seen:
        citizen = each.answer["data"]["citizen"]
        assert citizen["fullName"]
        assert citizen["residences"]
        assert (citizen["landRights"] is None) == bool(each.errors)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process and its children are stopped where they stand."""
    stopped = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(stopped):
            os.kill(each, signal.SIGCONT)


def middle(seen: Sequence[Seen]) -> float:
    """The median wait, in seconds."""
    return sorted(each.seconds for each in seen)[len(seen) // 2]
