"""The public audits of GraphQL over HTTP, against the served application with a demo client's token."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from auth.demo.install import install_demo
from bench.ports import free_port
from installation.databases import database_url
from installation.home import key_file
from installation.settings import Settings
from tests import node

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("audits.mjs")


@pytest.fixture
async def environment(fresh_settings: Settings) -> dict[str, str]:
    """What the command is told of an installation of this test alone."""
    settings = fresh_settings
    settings.home.mkdir(exist_ok=True)
    await install_demo(database_url(settings, "auth"), lambda name, make: key_file(settings.home, name, make))
    told = {"home": settings.home, "database_url": settings.database_url, "database_prefix": settings.database_prefix}
    return {
        f"LIENTHONG_{name.upper()}": str(value) for name, value in {**told, "mode": "demo", "port": free_port()}.items()
    }


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[str]:
    """The URL of a process that serves."""
    url = f"http://localhost:{environment['LIENTHONG_PORT']}"
    with subprocess.Popen(
        [sys.executable, "cli.py", "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for(f"{url}/readyz", server)
            yield url
        finally:
            server.terminate()
            server.wait(20)


def test_all_audits_of_graphql_over_http_pass_without_a_warning(served: str, environment: dict[str, str]) -> None:
    node.install()
    token = _said([sys.executable, "cli.py", "token", "public-security"], environment).strip()
    results = json.loads(node.run(SCRIPT, f"{served}/graphql", token))
    assert len(results) >= 61
    assert [result for result in results if result[0] != "ok"] == []


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.1)
    pytest.fail("the server did not become ready")


def _said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
