"""An agency may name its officer by an account; nobody's number gets into the ledger that way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import OFFICER_LENGTH, names_an_officer


@pytest.mark.parametrize("name", ["a", "nguyen.van.an", "G01-0042", "An_2", "x" * OFFICER_LENGTH, "12345678"])
def test_client_that_names_an_account_is_understood(name: str) -> None:
    assert names_an_officer(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * (OFFICER_LENGTH + 1),
        "Nguyễn",
        "an nguyen",
        "an@agency",
        "an\n",
        "an,binh",
        "001190000001",
        "pin001190000001x",
        "001.190.000.001",
        "0-0-1-1-9-0-0-0-0",
        "123456789",
        "٠٠١١٩٠٠٠٠٠٠١",
    ],
)
def test_client_that_names_anything_else_is_refused(name: str) -> None:
    assert not names_an_officer(name)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.text("._-", max_size=3), st.text("ab._-", max_size=8))
def test_personal_number_is_refused_however_it_is_set_apart(pin: str, between: str, around: str) -> None:
    assert not names_an_officer(around + between.join(pin) + around)
