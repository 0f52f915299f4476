"""Every variant that can be composed is measured, and none is composed that is the product itself."""

from bench.ours import PRODUCT, VARIANTS
from bench.questions import Question
from bench.switches import processes, without

QUESTIONS = {name: Question(name, name, [b"{}"]) for name in ("profile", "list", "page")}


def test_a_benchmark_turns_off_everything_that_can_be_turned_off() -> None:
    assert {switch.name for switch in without(QUESTIONS)} == {*VARIANTS} - {PRODUCT}


def test_a_benchmark_starts_each_variant_by_the_name_of_its_switch() -> None:
    for switch in without(QUESTIONS):
        assert switch.server.command[-1] == f"--variant={switch.name}"


def test_a_benchmark_asks_several_processes_as_many_at_once_as_one_and_as_many_each() -> None:
    switches = [*processes(QUESTIONS)]

    asked = {switch.name: [each.connections for each in switch.cells] for switch in switches}
    assert asked == {"processes-1": [16], "processes-2": [16, 32], "processes-4": [16, 64]}
    assert all(each.question is QUESTIONS["profile"] for switch in switches for each in switch.cells)
    assert len({switch.server.port for switch in switches}) == len(switches)
