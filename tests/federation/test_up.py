"""`lienthong supergraph up`: one command, the registers answer together as one process does, Ctrl-C ends them all."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.ports import free_ports
from installation.settings import Settings
from tests.serving import PATIENCE_S, ROOT

PROCESSES = 6  # the authority, the gateway, four registers


def test_a_newcomer_starts_all_registers_asks_them_together_and_stops_them(settings: Settings, tmp_path: Path) -> None:
    port = free_ports(PROCESSES)
    environment = {
        **os.environ,
        "LIENTHONG_MODE": "demo",
        "LIENTHONG_HOME": str(tmp_path / "home"),
        "LIENTHONG_PORT": str(port),
        "LIENTHONG_DATABASE_URL": str(settings.database_url),
        "LIENTHONG_DATABASE_PREFIX": f"{settings.database_prefix}up_",
    }
    said = tmp_path / "said"
    with said.open("w") as output:
        up = subprocess.Popen(
            [sys.executable, "cli.py", "supergraph", "up"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        granted, refused, *_ = _commands(up, said)
        answer = json.loads(_pasted(granted, environment))
        refusal = json.loads(_pasted(refused, environment))
    finally:
        up.send_signal(signal.SIGINT)

    assert up.wait(PATIENCE_S) == 130
    assert answer["data"]["citizen"]["fullName"]
    assert answer["data"]["citizen"]["landRights"]["edges"]
    assert "errors" not in answer
    assert [error["extensions"]["code"] for error in refusal["errors"]] == ["SCOPE_REQUIRED"]
    assert "data" not in refusal
    assert not [each for each in range(port, port + PROCESSES) if _answers(each)]


def _commands(up: "subprocess.Popen[bytes]", said: Path) -> list[str]:
    """What it prints to be pasted, once everything is ready."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert up.poll() is None, said.read_text()
        lines = said.read_text().splitlines()
        commands = [line for line in lines if line.startswith("curl ")]
        if len(commands) == 3:
            return commands
        time.sleep(0.2)
    pytest.fail(said.read_text())


def _pasted(command: str, environment: dict[str, str]) -> str:
    told = command.replace(".venv/bin/lienthong", f"{shlex.quote(sys.executable)} cli.py")
    return subprocess.run(
        ["/bin/sh", "-c", told], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
