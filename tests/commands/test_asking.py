"""Commands about a ledger that nothing in the settings names: a pasted command without its mode, for one."""

import pytest

from commands.asking import ledger_of
from installation.errors import Refusal
from installation.settings import load


def test_operator_whose_settings_name_no_ledger_is_told_which_would() -> None:
    with pytest.raises(Refusal, match="LIENTHONG_ISSUER"):
        ledger_of(load(mode="production", issuer=""))


def test_operator_in_demo_mode_need_not_name_the_ledger() -> None:
    assert ledger_of(load(mode="demo")) == "localhost/ledger"
