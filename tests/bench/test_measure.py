"""A contender too slow for a window costs the run that window, and nothing else."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, cast

import pytest

from bench.callers import Caller
from bench.contenders import Contender, Running
from bench.load import Loader, missing_tools
from bench.measure import Subject, Window, measured
from bench.parts import Asked
from bench.place import Place
from bench.questions import Question

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or bool(missing_tools()), reason="the load needs wrk, taskset and Linux"
)
TOO_LONG_S = 2.5
WORK_S = 0.1


class Slow(BaseHTTPRequestHandler):
    """Answers what is asked of `/slow` after the window has ended, of `/busy` with much work, anything else at once."""

    protocol_version = "HTTP/1.1"
    heard: ClassVar[set[bytes]] = set()

    def do_POST(self) -> None:
        self.heard.add(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(TOO_LONG_S if self.path == "/slow" else 0.01)
        until = time.thread_time() + (WORK_S if self.path == "/busy" else 0)
        while time.thread_time() < until:
            pass
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def finish(self) -> None:
        """The thread of a connection stays for a while: the work of one that has ended is counted no more."""
        time.sleep(1)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


class Here:
    """A place of which only the process counts."""

    postmaster, citizens = os.getpid(), 10


def subject(port: int, name: str, connections: int = 1, body: bytes = b"{}") -> Subject:
    asked = Asked(Question("q", "q", [body]), connections)
    return Subject(Running(Contender(name, (), port, f"/{name}"), os.getpid()), cast(Place, Here()), asked, Caller(str))


def windows_of(directory: Path, *subjects: Subject) -> list[Window]:
    return list(measured(Loader(directory, min(os.sched_getaffinity(0))), subjects, range(1), 1))


def test_a_benchmark_gets_no_answer_in_a_window_and_measures_the_others(port: int, tmp_path: Path) -> None:
    windows = windows_of(tmp_path, subject(port, "quick"), subject(port, "slow"))

    assert [window.contender for window in windows] == ["quick"]
    assert windows[0].answers > 0


def test_a_benchmark_asks_nobody_for_more_at_once_than_is_done_soon_after(port: int, tmp_path: Path) -> None:
    windows = windows_of(tmp_path, *(subject(port, "busy", connections) for connections in (4, 64)))

    assert [window.cell.connections for window in windows] == [4]


def test_a_benchmark_asks_two_nations_the_same_question_each_about_its_own_people(port: int, tmp_path: Path) -> None:
    Slow.heard.clear()

    windows_of(tmp_path, subject(port, "quick", body=b'"one"'), subject(port, "quick", body=b'"other"'))

    assert Slow.heard == {b'"one"', b'"other"'}
