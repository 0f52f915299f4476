"""A contender too slow for a window costs the run that window, and nothing else."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from bench.callers import Caller
from bench.contenders import Contender, Running
from bench.load import Loader, missing_tools
from bench.measure import Subject, measured
from bench.parts import Asked
from bench.place import Place
from bench.questions import Question

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or bool(missing_tools()), reason="the load needs wrk, taskset and Linux"
)
TOO_LONG_S = 2.5


class Slow(BaseHTTPRequestHandler):
    """Answers what is asked of `/slow` after the window has ended, and anything else at once."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(TOO_LONG_S if self.path == "/slow" else 0.01)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

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


def test_a_benchmark_gets_no_answer_in_a_window_and_measures_the_others(port: int, tmp_path: Path) -> None:
    asked = Asked(Question("q", "q", [b"{}"]), 1)
    subjects = [
        Subject(Running(Contender(name, (), port, f"/{name}"), os.getpid()), cast(Place, Here()), asked, Caller(str))
        for name in ("quick", "slow")
    ]

    windows = list(measured(Loader(tmp_path, min(os.sched_getaffinity(0))), subjects, 1, 1))

    assert [window.contender for window in windows] == ["quick"]
    assert windows[0].answers > 0
