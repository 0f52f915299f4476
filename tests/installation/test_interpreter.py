"""Whether the interpreter is an optimized build is said only where it can be told."""

import pytest

from installation.interpreter import optimized


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("'--prefix=/opt/python' '--enable-optimizations' '--with-lto'", True),
        ("'--prefix=/opt/python' '--enable-shared'", False),
        ("'--prefix=/usr' '--enable-shared'", None),
        ("'--prefix=/usr' '--enable-optimizations'", True),
        ("'--prefix=/usr/local' '--enable-shared'", False),
        (None, None),
    ],
    ids=["asked for", "not asked for", "a distribution's", "a distribution's that says so", "own build", "not known"],
)
def test_an_operator_asks_how_python_was_built_and_is_told_what_can_be_known(
    asked: str | None, *, found: bool | None
) -> None:
    assert optimized({"CONFIG_ARGS": asked}) is found
