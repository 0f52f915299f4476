"""Nothing but the decision grants: no setting, no route and no other module of the product leads around it.

The benchmark composes the product with a decision that grants all, to measure what deciding costs. That one is beside
the product: it is not installed with it, and the product cannot be told to use it.
"""

import ast
import os
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from asgi import SHAPES, create_app
from bench.ours import grants_all
from graph.decide import decide
from installation.errors import SettingsInvalid
from installation.settings import PREFIX, Settings
from tests.architecture.sources import ROOT, modules

PRODUCT = modules("tests", "bench")
KNOWN = [name.upper() for name in Settings.model_fields]
INVENTED = ["DECIDE", "DECISION", "GRANTS_ALL", "ENFORCEMENT", "LEDGER", "BENCH", "VARIANT"]
TEMPTING = ["off", "none", "false", "0", "grants_all", "bench.ours:grants_all", "decision-off", "demo", "production"]
ENVIRONMENTS = st.dictionaries(
    st.sampled_from(KNOWN + INVENTED).map(PREFIX.__add__), st.sampled_from(TEMPTING) | st.text("abc/:=0", max_size=9)
)


def test_only_the_decision_makes_a_grant_of_an_operation() -> None:
    assert {path for path, node in _calls() if _name(node.func) == "Granted"} == {Path("graph/decide.py")}


def test_the_application_is_made_from_settings_alone() -> None:
    shapes = {shape.__name__ for shape in SHAPES.values()}
    by_name = [path for path, node in _calls() if _name(node.func) in shapes]
    chosen = [(path, node) for path, node in _calls() if ast.unparse(node.func).startswith("SHAPES[")]

    assert by_name == []
    assert [path for path, _ in chosen] == [Path("asgi.py")]
    assert [(len(node.args), len(node.keywords)) for _, node in chosen] == [(1, 0)]


def test_a_graph_is_told_its_decision_where_the_application_is_put_together_and_nowhere_else() -> None:
    told = [(path, keyword) for path, node in _calls() for keyword in node.keywords if keyword.arg == "decide"]

    assert [(path, ast.unparse(keyword.value)) for path, keyword in told] == [
        (Path("shapes/application.py"), "self._decide")
    ]


def test_no_decision_is_exchanged_once_its_owner_is_made() -> None:
    exchanged = [
        (path.as_posix(), function.name)
        for path in PRODUCT
        for function in ast.walk(_tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "_decide" and isinstance(node.ctx, ast.Store)
    ]

    assert sorted(exchanged) == [("graph/answer.py", "__init__"), ("shapes/application.py", "__init__")]


def test_the_product_neither_imports_the_benchmark_nor_brings_it_along() -> None:
    told = {str(path) for path in PRODUCT for text in (*_imports(path), *_strings(path)) if text.startswith("bench.")}
    installed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]

    assert told == set()
    assert not [name for name in installed["packages"]["find"]["include"] if name.startswith(("bench", "*"))]


@settings(deadline=None)
@given(ENVIRONMENTS)
def test_an_operator_sets_whatever_they_like_and_the_decision_stays(environment: dict[str, str]) -> None:
    with patch.dict(os.environ, environment, clear=True):
        try:
            application = create_app()
        except SettingsInvalid:
            return

    assert type(application) in SHAPES.values()
    assert application._decide is decide
    assert application._decide is not grants_all


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    return ((path, node) for path in PRODUCT for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (f"{alias.name}." for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield f"{node.module}."


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())
