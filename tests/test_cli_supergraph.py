"""`lienthong schema` and `lienthong supergraph`: what goes to a router, and what is said where it cannot be made."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes

from commands import composition
from graph import limits
from graph.errors import Code
from graph.registry import installed_domains
from installation import node
from installation.errors import PackagesMissing

ROOT = Path(__file__).parent.parent
LAND = "https://land.example/graphql"


def _run(*arguments: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    told = {f"LIENTHONG_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        env=told, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def composer() -> None:
    """Its packages are installed."""
    node.install(composition.GATEWAY)


def test_the_schema_of_clients_is_printed_by_two_names() -> None:
    assert _run("schema", "api").stdout == _run("schema").stdout


def test_a_supergraph_is_printed_alone(composer: None) -> None:
    printed = _run("schema", "supergraph", "--url", f"land={LAND}")
    assert printed.stderr == ""
    assert f'LAND @join__graph(name: "land", url: "{LAND}")' in printed.stdout
    assert 'url: "http://127.0.0.1:8003/graphql"' in printed.stdout


def test_a_supergraph_is_written_with_what_a_gateway_must_know_besides(composer: None, tmp_path: Path) -> None:
    done = _run("supergraph", "compose", "--out", str(tmp_path / "new" / "all.graphql"), home=tmp_path)
    terms = json.loads((tmp_path / "new" / "all.json").read_text())

    assert done.returncode == 0, done.stderr
    assert "@join__graph" in (tmp_path / "new" / "all.graphql").read_text()
    assert terms["limits"]["bodyBytes"] == limits.BODY_BYTES
    assert terms["codes"] == [*Code]
    assert "identity:citizen.full_name:read" in terms["scopeSets"]["set:identity.basic.v1"]


@pytest.mark.parametrize("told", ["land", "land=land.example", "weather=https://weather.example/graphql"])
def test_an_address_that_means_nothing_is_one_line(told: str) -> None:
    done = _run("schema", "supergraph", "--url", told)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_an_operator_without_the_composer_reads_how_to_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "GATEWAY", tmp_path)
    (tmp_path / "package-lock.json").write_text("{}")
    domains = installed_domains()
    with pytest.raises(PackagesMissing, match="lienthong supergraph install"):
        composition.composition(domains, composition.addresses(domains, (), 8000))


def test_starting_everything_outside_demo_mode_is_refused() -> None:
    done = _run("supergraph", "up")
    assert done.returncode == 1
    assert "LIENTHONG_MODE=demo" in done.stderr


def test_changes_since_a_schema_are_printed_and_counted_as_a_failure(tmp_path: Path) -> None:
    before = tmp_path / "before.graphql"
    now = _run("schema", "api").stdout
    before.write_text(now.replace("  verifyIdentity(", "  verifyAnybody("))
    assert find_breaking_changes(build_schema(before.read_text()), build_schema(now))

    changed, same = _run("schema", "changes", "--since", str(before)), _run("schema", "changes")
    assert (changed.returncode, changed.stdout.split(":")[0]) == (1, "Query.verifyAnybody")
    assert (same.returncode, same.stdout) == (0, "")
