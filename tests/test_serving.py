"""`lienthong run` as a newcomer meets it: it serves, its examples do what they say, and a second one steps aside."""

import json
import shlex
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from commands.demo import EXAMPLES, examples
from installation.settings import Settings, load
from tests.serving import Serving, serving

OUTCOMES = ("data", "SCOPE_REQUIRED", "LOOKUP_REQUIRED")


@pytest.fixture(scope="module")
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(settings, tmp_path_factory.mktemp("home")) as started:
        yield started


def test_a_second_run_while_one_is_up_is_told_so_in_one_line(served: Serving) -> None:
    second = served.command("run")

    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {served.port} on 127.0.0.1 cannot be used")
    assert second.stderr.count("\n") == 1


@pytest.mark.parametrize(("example", "outcome"), list(zip(EXAMPLES, OUTCOMES, strict=True)), ids=OUTCOMES)
def test_each_printed_example_comes_out_as_it_says(
    served: Serving, example: tuple[str, str, str], outcome: str
) -> None:
    client, _, query = example
    token = served.command("token", client).stdout.strip()

    _, body = served.ask(
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


def test_what_was_recorded_is_sealed_beside_the_server(served: Serving) -> None:
    deadline = time.monotonic() + 60
    while _metric(served, "lienthong_ledger_leaves") < 5:  # two processes started, a key was made, officers enrolled
        assert time.monotonic() < deadline
        time.sleep(0.2)

    status, note = served.ask("/ledger/checkpoint")

    assert status == 200
    assert note.startswith("localhost/ledger\n")
    assert _metric(served, "lienthong_ledger_troubles") == 0


def _metric(served: Serving, name: str) -> float:
    (line,) = (line for line in served.ask("/metrics")[1].splitlines() if line.startswith(f"{name} "))
    return float(line.split()[1])


def test_an_address_that_does_not_exist_leads_to_no_host_that_a_request_names(served: Serving) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall(b"GET /console/sign-in/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: raw.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 404")
    assert b"evil.example" not in answer


def test_demo_officers_get_links_to_enroll_at_the_running_server(served: Serving) -> None:
    printed = served.said

    links = [line for line in printed.splitlines() if "/console/enroll#" in line]
    assert [link.partition(":")[0] for link in links] == ["demo-officer-1", "demo-officer-2"]
    assert all(f"http://localhost:{served.port}/console/enroll#" in link for link in links)
    assert served.ask("/console/enroll")[0] == 200


def test_printed_examples_are_commands_that_a_shell_can_read() -> None:
    printed = [line for line in examples(load(mode="demo", port=8123)) if line.startswith("curl")]

    for (client, _, query), line in zip(EXAMPLES, printed, strict=True):
        words = shlex.split(line)
        assert json.loads(words[-1]) == {"query": query}
        assert f"Authorization: Bearer $(LIENTHONG_PORT=8123 .venv/bin/lienthong token {client})" in words


def test_a_served_installation_stops_when_told_and_serves_again(served: Serving) -> None:
    """The last test of this file: it ends the server."""
    served.process.send_signal(signal.SIGINT)

    assert served.process.wait(30) in {0, 130, -signal.SIGINT}
    with socket.create_server(("127.0.0.1", served.port)):
        pass  # the port is free again
