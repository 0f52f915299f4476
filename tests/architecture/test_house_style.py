"""The rules of the house that no linter knows: small files, files named for what they hold, nothing left undone."""

import ast

from tests.architecture.sources import ROOT, modules

LONGEST_FILE = 400
EMPTY_NAMES = frozenset({"utils", "helpers", "helper", "manager", "service", "services", "misc", "common", "base"})


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in modules()}

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_file_is_named_for_what_it_holds() -> None:
    assert [str(path) for path in modules() if EMPTY_NAMES & {path.stem, *path.parts[:-1]}] == []


def test_every_module_says_its_one_job() -> None:
    assert [str(path) for path in modules() if not ast.get_docstring(ast.parse((ROOT / path).read_text()))] == []
