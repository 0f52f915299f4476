"""A register that is silent several times on end is left alone, and asked again after a pause."""

from hypothesis import given
from hypothesis import strategies as st

from domains.kit.breaker import PAUSES_S, SILENCES, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def shut(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    assert [breaker.silent() for _ in range(SILENCES)] == [False] * (SILENCES - 1) + [True]
    return breaker


def test_a_register_that_answers_now_and_then_is_always_asked() -> None:
    breaker = Breaker()
    for _ in range(3):
        assert not any(breaker.silent() for _ in range(SILENCES - 1))
        assert not breaker.answered()
    assert breaker.admits()


def test_a_register_that_is_silent_on_end_is_left_alone_until_the_pause_is_over() -> None:
    clock = Clock()
    breaker = shut(clock)
    assert breaker.is_open
    assert not breaker.admits()
    clock.now = PAUSES_S[0]
    assert not breaker.is_open


def test_one_asks_after_the_pause_and_everybody_once_that_was_answered() -> None:
    clock = Clock()
    breaker = shut(clock)
    clock.now = PAUSES_S[0]
    assert [breaker.admits(), breaker.admits()] == [True, False]
    assert breaker.answered()
    assert [breaker.admits(), breaker.admits()] == [True, True]


def test_whoever_asks_in_vain_makes_the_pause_longer() -> None:
    clock = Clock()
    breaker = shut(clock)
    waited = []
    for _ in range(4):
        before = clock.now
        while not breaker.admits():
            clock.now += 0.5
        waited.append(clock.now - before)
        breaker.silent()
    assert waited == sorted(waited)
    assert waited[-1] <= PAUSES_S[-1] + 0.5


@given(st.lists(st.sampled_from(["silent", "answered", "wait", "ask"]), max_size=60))
def test_whatever_happens_a_register_is_asked_again_after_the_longest_pause(steps: list[str]) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for step in steps:
        if step == "wait":
            clock.now += 0.7
        else:
            {"silent": breaker.silent, "answered": breaker.answered, "ask": breaker.admits}[step]()
    clock.now += PAUSES_S[-1]
    assert breaker.admits()
