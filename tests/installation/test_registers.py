"""A register is known by name from the package that offers it, and brings its database along."""

import subprocess
import sys
from pathlib import Path

import pytest

from graph.registry import installed_domains
from installation.registers import registers

ROOT = Path(__file__).parents[2]


def install(place: Path, name: str) -> None:
    """A package that offers a domain, as far as an installer leaves it behind."""
    there = place / "lienthong_further-1.dist-info"
    there.mkdir()
    (there / "METADATA").write_text("Metadata-Version: 2.1\nName: lienthong-further\nVersion: 1\n")
    (there / "entry_points.txt").write_text(f"[lienthong.domains]\n{name} = further:DOMAIN\n")


def command(place: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    told = {f"LIENTHONG_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        env={"PYTHONPATH": str(place), **told}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_every_installed_register_has_its_domains_name() -> None:
    assert registers() == tuple(domain.name for domain in installed_domains())


def test_a_further_register_brings_its_variable_by_being_installed(tmp_path: Path) -> None:
    install(tmp_path, "weather")

    told = command(tmp_path, "database", "url", "weather", weather_database_url="postgresql://w.example/sky")
    usual = command(tmp_path, "database", "url", "weather", database_url="postgresql://all.example")

    assert told.stdout == "postgresql://w.example/sky\n", told.stderr
    assert usual.stdout == "postgresql://all.example/lienthong_weather\n"


def test_a_wrong_url_of_a_further_register_names_its_variable(tmp_path: Path) -> None:
    install(tmp_path, "weather")

    told = command(tmp_path, "database", "url", "weather", weather_database_url="mysql://w.example/sky")

    assert told.stderr.startswith("LIENTHONG_WEATHER_DATABASE_URL: ")


@pytest.mark.parametrize("name", ["auth", "ledger", "Weather", "sea-level"])
def test_a_register_whose_name_can_be_no_databases_stops_everything_in_one_line(tmp_path: Path, name: str) -> None:
    install(tmp_path, name)

    done = command(tmp_path, "migrate", database_url="postgresql://127.0.0.1:1")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert repr(name) in done.stderr
