"""`lienthong run` as a newcomer meets it: it serves, its examples do what they say, and a second one steps aside."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from commands.demo import EXAMPLES, examples
from installation.settings import Settings, load

ROOT = Path(__file__).parent.parent
OUTCOMES = ("data", "SCOPE_REQUIRED", "LOOKUP_REQUIRED")


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `lienthong run` and the environment it was started in."""

    port: int
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *arguments],
            env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def ask(self, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
        data = body.encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture(scope="module")
def serving(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    home = tmp_path_factory.mktemp("home")
    environment = {
        "LIENTHONG_MODE": "demo",
        "LIENTHONG_HOME": str(home),
        "LIENTHONG_PORT": str(port),
        "LIENTHONG_DATABASE_URL": str(settings.database_url),
        "LIENTHONG_DATABASE_PREFIX": f"{settings.database_prefix}served_",
    }
    said = (home / "said").open("w")
    process = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), "run"], env=environment, stderr=said, text=True)
    serving = Serving(port, environment, process)
    _await_ready(serving, home / "said")
    yield serving
    if process.poll() is None:
        process.terminate()
        process.wait(30)
    said.close()


def test_a_second_run_while_one_is_up_is_told_so_in_one_line(serving: Serving) -> None:
    second = serving.command("run")

    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {serving.port} on 127.0.0.1 cannot be used")
    assert second.stderr.count("\n") == 1


@pytest.mark.parametrize(("example", "outcome"), list(zip(EXAMPLES, OUTCOMES, strict=True)), ids=OUTCOMES)
def test_each_printed_example_comes_out_as_it_says(
    serving: Serving, example: tuple[str, str, str], outcome: str
) -> None:
    client, _, query = example
    token = serving.command("token", client).stdout.strip()

    _, body = serving.ask(
        "/graphql",
        json.dumps({"query": query}),
        Authorization=f"Bearer {token}",
        **{"Content-Type": "application/json"},
    )

    answer = json.loads(body)
    if outcome == "data":
        assert answer["data"]["citizen"]["fullName"]
    else:
        assert [error["extensions"]["code"] for error in answer["errors"]] == [outcome]
        assert "data" not in answer


def test_printed_examples_are_commands_that_a_shell_can_read() -> None:
    printed = [line for line in examples(load(mode="demo", port=8123)) if line.startswith("curl")]

    for (client, _, query), line in zip(EXAMPLES, printed, strict=True):
        words = shlex.split(line)
        assert json.loads(words[-1]) == {"query": query}
        assert f"Authorization: Bearer $(LIENTHONG_PORT=8123 .venv/bin/lienthong token {client})" in words


def test_a_served_installation_stops_when_told_and_serves_again(serving: Serving) -> None:
    """The last test of this file: it ends the server."""
    serving.process.send_signal(signal.SIGINT)

    assert serving.process.wait(30) in {0, 130, -signal.SIGINT}
    with socket.create_server(("127.0.0.1", serving.port)):
        pass  # the port is free again


def _await_ready(serving: Serving, said: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert serving.process.poll() is None, said.read_text()
        try:
            if serving.ask("/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    os.kill(serving.process.pid, signal.SIGTERM)
    pytest.fail(said.read_text())
