"""`--domain`, `--public` and `--authority`: said to the command, known to every process that it starts."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from commands.shape import shaped
from installation.errors import SettingsInvalid
from installation.settings import load


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    with patch.dict(os.environ):
        yield


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ({}, "whole"),
        ({"authority": True}, "authority"),
        ({"domain": "land"}, "subgraph"),
        ({"domain": "land", "public": True}, "public"),
    ],
    ids=["nothing", "authority", "domain", "public"],
)
def test_what_an_operator_says_is_the_shape_of_all_processes(said: dict[str, str | bool], shape: str) -> None:
    settings = shaped(said.pop("domain", None), **said)  # type: ignore[arg-type]

    assert settings.shape == shape
    assert (load().shape, load().domain) == (shape, settings.domain)


def test_an_operator_of_a_public_register_need_not_say_public_twice() -> None:
    os.environ["LIENTHONG_SHAPE"] = "public"

    assert shaped("land").shape == "public"


@pytest.mark.parametrize(
    "said",
    [{"domain": "land", "authority": True}, {"public": True}, {"domain": "weather"}],
    ids=["both", "public-of-nothing", "unknown"],
)
def test_what_makes_no_shape_is_refused(said: dict[str, str | bool]) -> None:
    with pytest.raises(SettingsInvalid, match="LIENTHONG_DOMAIN"):
        shaped(said.pop("domain", None), **said)  # type: ignore[arg-type]
