"""Whatever is asked, the registers behind a gateway answer what one process answers (law 8).

Each run also shows that it asked everywhere, and was answered: every field granted, every scope refused, every way in
hit and missed, every hop crossed, and beyond the non-interference test, whose reach that is, every way from one
register's reference to another's fields, every member of every union, every form of a document, every list by its
pages. What can be refused or fail besides is in test_errors.py.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.demo.agencies import CLIENTS
from graph.composed import Composed
from tests.federation.same.asking import Asking
from tests.federation.same.both import Both
from tests.properties.arguments import Arguments, Draw
from tests.properties.drawing import drawing
from tests.properties.met import scopes_of
from tests.properties.nation import Nation
from tests.properties.operations import Operation, operations

CALLERS = [CLIENTS[0].client] * 3 + [client.client for client in CLIENTS]  # most ask with the widest rights
SELDOM = 100  # of so many questions one at most may meet a process that cannot answer at the moment


class WithoutPlaces(Arguments):
    """What there is to ask for, from the beginning of each list: a cursor is good in the shape that gave it."""

    def place(self, table: Any, draw: Draw) -> Any:
        super().place(table, draw)


@pytest.mark.parametrize("examples", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_registers_behind_a_gateway_answer_what_one_process_answers(
    composed: Composed, nation: Nation, both: Both, examples: int, record_property: Callable[[str, object], None]
) -> None:
    arguments = WithoutPlaces(composed, nation)
    asking = Asking(composed, arguments, both)
    aims = [coordinate for coordinate, made in composed.made.items() if made.binding is not None]
    guarded = [aim for aim in aims if [*scopes_of(composed, aim)]]
    codes: Counter[str] = Counter()

    @drawing(examples)
    @given(operations(arguments, guarded * 3 + aims, lambda *_: True), st.sampled_from(CALLERS))
    def ask(operation: Operation, caller: str) -> None:
        (_, body), _ = asking.ask(operation, caller)
        codes.update(error["extensions"]["code"] for error in body.get("errors", ()))

    ask()
    asking.complete()
    record_property(
        "counted",
        f"asked in both shapes: {examples} drawn and {asking.asked - examples} for what these did not meet,"
        f" {asking.away} of them again because something was away;"
        f" {dict(asking.reach.met.outcomes)}, {asking.reach.met.with_personal_value} with a personal value,"
        f" errors of the drawn {dict(codes)}",
    )
    asking.reach.check()
    assert asking.away <= asking.asked / SELDOM
