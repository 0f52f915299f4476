"""Whatever is asked, the registers behind a gateway answer what one process answers (law 8)."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.demo.agencies import CLIENTS
from graph.composed import Composed
from tests.federation.same.both import Both, WithoutPlaces, meant
from tests.properties.drawing import drawing
from tests.properties.nation import Nation
from tests.properties.operations import Operation, operations

CALLERS = [CLIENTS[0].client] * 3 + [client.client for client in CLIENTS]  # most ask with the widest rights


@pytest.mark.parametrize("examples", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_registers_behind_a_gateway_answer_what_one_process_answers(
    composed: Composed, nation: Nation, both: Both, examples: int, record_property: Callable[[str, object], None]
) -> None:
    arguments = WithoutPlaces(composed, nation)
    aims = [coordinate for coordinate, made in composed.made.items() if made.binding is not None]
    answered: Counter[int] = Counter()
    codes: Counter[str] = Counter()
    asked: set[str] = set()

    @drawing(examples)
    @given(operations(arguments, aims, lambda *_: True), st.sampled_from(CALLERS))
    def ask(operation: Operation, caller: str) -> None:
        alone, together = both.whole.ask(operation, caller), both.together.ask(operation, caller)
        assert meant(together) == meant(alone), operation.text
        answered[alone[0]] += 1
        codes.update(error["extensions"]["code"] for error in alone[1].get("errors", ()))
        asked.update(aim[1] for aim in aims if aim[0] == "Query" and aim[1] in operation.text and alone[0] == 200)

    ask()
    record_property("counted", f"asked in both shapes: {examples}, of them {dict(answered)}, errors {dict(codes)}")
    assert answered[200] > examples / 4
    assert answered[403] > examples / 20
    assert asked == {name for type_name, name in aims if type_name == "Query"}
