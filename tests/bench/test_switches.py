"""Every variant that can be composed is measured, and none is composed that is the product itself."""

from bench.ours import PRODUCT, VARIANTS
from bench.parts import Asked
from bench.questions import Question
from bench.switches import processes, without

QUESTIONS = {name: Question(name, name, [b"{}"]) for name in ("profile", "list", "page")}


def test_a_benchmark_turns_off_everything_that_can_be_turned_off() -> None:
    assert {switch.name for switch in without(QUESTIONS)} == {*VARIANTS} - {PRODUCT}


def test_a_benchmark_starts_each_variant_by_the_name_of_its_switch() -> None:
    for switch in without(QUESTIONS):
        assert switch.server.command[-1] == f"--variant={switch.name}"


def test_a_benchmark_asks_several_processes_as_many_at_once_as_one() -> None:
    one, *several = processes(QUESTIONS)

    assert [switch.cells for switch in several] == [one.cells] * len(several)
    assert one.cells == [Asked(QUESTIONS["profile"], 16), Asked(QUESTIONS["profile"], 64)]
    assert len({switch.server.port for switch in (one, *several)}) == 1 + len(several)
