"""Arguments as statements bind them."""

import pytest

from domains.kit.queries import Unsearchable
from graph.arguments import prepared
from graph.errors import Code, Refused
from graph.plan import Asked

ASKED = Asked({}, None, "client")


def test_an_argument_is_bound_as_it_is_prepared() -> None:
    assert prepared(lambda _: "Hòa", str.upper)(ASKED) == "HÒA"


def test_a_caller_who_asks_what_cannot_be_searched_by_is_told_what_can() -> None:
    def refuse(_: str) -> str:
        raise Unsearchable("at most so wide")

    with pytest.raises(Refused) as refused:
        prepared(lambda _: "asked", refuse)(ASKED)
    (error,) = refused.value.errors
    assert (error.code, error.message) == (Code.BAD_USER_INPUT, "What is searched by must be at most so wide.")
