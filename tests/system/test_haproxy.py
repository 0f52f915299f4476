"""Four machines behind Debian's HAProxy, as operators are told to set it up, while one dies and comes back."""

import asyncio
import contextlib
import http.client
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from bench.ports import free_port
from installation.settings import Settings
from tests.balanced.conftest import N, machines_of
from tests.failures.asking import Clients, Seen, is_whole
from tests.failures.test_one_process import recorded_in
from tests.serving import ROOT, Serving, invent, started, told_to
from tests.shapes.bound import BoundClient
from tests.system.debian import program

Count = Callable[[str, object], None]
CONFIGURATION = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
QUERY = """{citizen(pin: "001085000001") {fullName residences {kind} landRights(first: 2) {edges {node {kind}}}}}"""
AWAY_S = 3.0
WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Behind:
    """An installation behind HAProxy: its first machine, by which commands are given, and how each is started."""

    served: Serving
    environments: list[dict[str, str]]
    processes: list["subprocess.Popen[str]"]
    stack: contextlib.ExitStack

    def kill(self, number: int) -> None:
        """One machine's server dies without a word, and with it whatever it was answering."""
        process = psutil.Process(self.processes[number].pid)
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        self.processes[number].wait(30)

    def start(self, number: int) -> None:
        environment = self.environments[number]
        context = started(environment, int(environment["LIENTHONG_PORT"]), "serve")
        self.processes[number] = self.stack.enter_context(context)


@pytest.fixture(scope="module")
def behind(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    haproxy, port = program("haproxy"), free_port()
    home = tmp_path_factory.mktemp("first")
    first = told_to(
        settings, home, "haproxy_",
        port=str(port), issuer=f"http://localhost:{port}", trusted_proxies="127.0.0.1",
    )  # fmt: skip
    invent(first, 300)
    (home / "ledger-checkpoints").mkdir(exist_ok=True)
    environments = machines_of(first, tmp_path_factory)
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(started(each, int(each["LIENTHONG_PORT"]), "serve")) for each in environments]
        stack.enter_context(balancing(haproxy, port, environments, home))
        yield Behind(Serving(port, home, environments[0], processes[0]), environments, processes, stack)


@contextlib.contextmanager
def balancing(haproxy: Path, port: int, machines: list[dict[str, str]], home: Path) -> Iterator[None]:
    """HAProxy as deployed, its addresses filled in from the environment, once it leads to a machine."""
    told = {f"LIENTHONG_MACHINE_{n}": f"127.0.0.1:{each['LIENTHONG_PORT']}" for n, each in enumerate(machines, 1)}
    environment = {"LIENTHONG_BIND": f"127.0.0.1:{port}", **told}
    with (home / "haproxy.log").open("w") as said:
        process = subprocess.Popen([haproxy, "-db", "-f", CONFIGURATION], env=environment, stderr=said, stdout=said)
        try:
            _await(port, process, home / "haproxy.log")
            yield
        finally:
            process.terminate()
            process.wait(60)


def _await(port: int, process: "subprocess.Popen[bytes]", said: Path) -> None:
    deadline = time.monotonic() + WITHIN_S
    while True:
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        time.sleep(0.1)


class Through(Clients):
    """Clients to whom the balancer may say in words of its own that something failed."""

    def _ask(self) -> Seen:
        began = time.monotonic()
        try:
            return super()._ask()
        except (OSError, http.client.HTTPException, ValueError):
            return Seen(began, time.monotonic() - began, 502, "", {})


@pytest.fixture
def clients(behind: Behind) -> Iterator[Clients]:
    token = behind.served.command("token").stdout.strip()
    assert token
    with Through(behind.served.port, token, QUERY).asking() as asking:
        asking.until(is_whole, WITHIN_S)
        yield asking


def test_a_machine_is_killed_and_started_again_under_load_and_nobody_but_who_was_being_answered_there_notices(
    behind: Behind, clients: Clients, record_property: Count
) -> None:
    time.sleep(1)
    killed = time.monotonic()
    behind.kill(3)
    time.sleep(AWAY_S)
    behind.start(3)
    back = time.monotonic()
    time.sleep(2)

    seen = [*clients.seen]
    failed = [each for each in seen if not is_whole(each)]
    under_way = [each for each in seen if each.asked_at < killed + 0.1 and each.ended_at >= killed - 0.1]
    assert set(map(id, failed)) <= set(map(id, under_way))
    assert len([each for each in seen if each.asked_at > back]) > 10
    recorded = asyncio.run(recorded_in(behind.served))
    assert {each.request_id for each in seen if each.status == 200} <= recorded
    longest = max(each.seconds for each in seen if is_whole(each))
    record_property(
        "counted",
        f"HAProxy, one of {N} machines killed and started again: {len(seen)} requests, {len(failed)} failed, of those"
        f" under way there; longest wait {longest:.1f} s",
    )


def test_a_proof_passes_once_behind_the_balancer(behind: Behind) -> None:
    client = BoundClient(behind.served)
    for _ in range(5):
        proof = client.proof()
        statuses = [client.wants_ticket(proof).status_code for _ in range(2 * N)]
        assert statuses == [200] + [401] * (2 * N - 1)


def test_the_ledger_verifies_after_all_of_it(behind: Behind) -> None:
    verified = behind.served.command("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
