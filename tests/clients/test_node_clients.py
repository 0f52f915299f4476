"""Certified clients, whose makers know nothing of us: oauth4webapi with jose, openid-client, and FAPI 2.0 by them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Outcomes

SUITES = [Path(__file__).with_name(name) for name in ("oauth4webapi.mjs", "openid-client.mjs", "fapi.mjs")]
_CHECK = re.compile(r'^(?:check|refused)\(\s*"([^"]+)"', re.MULTILINE)
CHECKS = [(suite, check) for suite in SUITES for check in _CHECK.findall(suite.read_text())]


@pytest.mark.parametrize(("suite", "check"), CHECKS, ids=[f"{suite.stem}: {check}" for suite, check in CHECKS])
def test_an_independent_client_meets_the_server_and_finds_it_as_the_standards_say(
    outcomes: Callable[[Path], Outcomes], suite: Path, check: str
) -> None:
    assert outcomes(suite)[check] is None


@pytest.mark.parametrize("suite", SUITES, ids=[suite.stem for suite in SUITES])
def test_every_check_that_a_suite_makes_is_a_test_here(outcomes: Callable[[Path], Outcomes], suite: Path) -> None:
    assert list(outcomes(suite)) == [check for of, check in CHECKS if of == suite]
