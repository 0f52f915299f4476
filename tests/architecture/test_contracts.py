"""Who may import whom: the contracts of pyproject.toml hold, name every folder, and no string goes around them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.architecture.sources import ROOT, modules

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = frozenset(CONFIGURATION["tool"]["importlinter"]["root_packages"])
BESIDE_THE_PRODUCT = frozenset({"tests", "bench", "examples"})
COMMANDS = frozenset({"cli", "asgi"})
BY_NAME = {
    ("commands/running.py", "asgi:create_app"): "uvicorn starts worker processes, which import the application",
    ("commands/beside.py", "cli.py"): "the sealing process is the command, started anew",
}
A_MODULE = re.compile(rf"^({'|'.join(sorted(PACKAGES | COMMANDS))})(\.[a-z_]+)*(\.[a-z_]+|:\w+)$")


def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)

    assert lint_imports(cache_dir=None) == 0, capsys.readouterr().out


def test_every_folder_with_code_is_under_contract_or_beside_the_product() -> None:
    folders = {path.parts[0] for path in modules() if len(path.parts) > 1}

    assert folders - BESIDE_THE_PRODUCT == PACKAGES


def test_only_the_composition_root_and_the_command_stand_outside_packages() -> None:
    assert {path.stem for path in modules() if len(path.parts) == 1} <= COMMANDS


def test_no_module_imports_the_command_or_the_composition_root() -> None:
    below = [path for path in modules(*BESIDE_THE_PRODUCT, "commands") if path.stem not in COMMANDS]

    assert {str(path) for path in below if COMMANDS & {name.partition(".")[0] for name in _imports(path)}} == set()


def test_no_module_hides_another_in_a_string() -> None:
    """`strawberry.lazy("domains.land.types")` and `importlib` would pass the import contracts unseen."""
    hidden = {(str(path), text) for path in modules("tests") for text in _strings(path) if A_MODULE.match(text)}

    assert hidden == set(BY_NAME)


def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
