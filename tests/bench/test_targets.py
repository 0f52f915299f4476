"""Each target is read from its section, and says plainly whether it is reached, or that nobody measured it."""

from collections.abc import Sequence
from typing import Any

import pytest

from bench.forms import LARGE, LARGEST, SMALL
from bench.measure import Cell, Window
from bench.parts import Figure
from bench.record import Record
from bench.seeding import Seeding
from bench.soak import Sample, Soak
from bench.targets import Verdict, targets, verdicts
from tests.bench.measured import SEEN, window

REFUSED = Cell("refused", 16)
GROWTH_OF_THE_PROFILE = "application and PostgreSQL CPU, 10,000,000 citizens / 10,000: profile"
HOUR = [Sample(60.0 * minute, 150 + minute / 60, minute) for minute in range(61)]


def verdict(section: str, figures: Any, what: str) -> Verdict:
    """The one measured target of this section of which the words begin like this."""
    (one,) = measured(section, figures, what)
    return one


def measured(section: str, figures: Any, what: str = "") -> list[Verdict]:
    """The targets that have a figure and begin like this."""
    every = verdicts({section: Record(section, SEEN, figures)})
    return [each for each in every if each.value is not None and each.target.what.startswith(what)]


def test_a_reader_asks_without_any_figures_and_no_target_is_reached() -> None:
    assert [(each.value, each.reached) for each in verdicts({})] == [(None, False)] * len(list(targets()))
    assert all(target.measured([]) is None for target in targets() if target.section not in {"floors", "memory"})


@pytest.mark.parametrize(("peer", "reached"), [(2.4, False), (2.5, True)])
def test_a_reader_asks_how_far_the_best_peer_is_and_reads_the_nearest(peer: float, *, reached: bool) -> None:
    windows = [window(0, "ours", 1), window(0, "near", peer), window(0, "far", 20)]

    found = verdict("peers", windows, "application CPU, best peer / ours")

    assert (found.value, found.reached) == (peer, reached)


def test_a_reader_asks_about_peers_and_reads_of_the_largest_nation() -> None:
    windows = [
        window(0, "ours", 1), window(0, "peer", 9),
        window(0, "ours", 1, citizens=1000), window(0, "peer", 2, citizens=1000),
    ]  # fmt: skip

    assert verdict("peers", windows, "application CPU, best peer / ours").value == 2


@pytest.mark.parametrize(
    ("windows", "what", "value"),
    [
        ([window(0, "ours", 1.1), window(0, "ledger-off", 1)], "application CPU, ledger, with", 1.1),
        ([window(0, "ours", 1.2), window(0, "enforcement-off", 1)], "application CPU, all enforcement, with", 1.2),
        ([window(0, "ours", 1), window(0, "dpop-on", 1.25)], "application CPU, DPoP", 0.25),
        (
            [
                window(0, "ours", 1, group="1"), window(0, "processes-1", 2, group="1"),
                window(0, "ours", 10, group="2"), window(0, "processes-4", 21, group="2"),
            ],
            "application CPU, 4 processes", 1.05,
        ),
        (
            [
                window(0, "processes-1", 2, group="1"), window(0, "processes-4", 3, group="1"),
                window(0, "processes-4", 2.2, group="2", cell=Cell("profile", 64)),
            ],
            "application CPU, 4 processes", 1.1,
        ),
    ],
    ids=["ledger", "enforcement", "dpop", "processes of another group", "processes with as many each"],
)  # fmt: skip
def test_a_reader_asks_what_a_check_costs_and_reads_it_beside_its_neighbor(
    windows: Sequence[Window], what: str, value: float
) -> None:
    assert verdict("switches", windows, what).value == pytest.approx(value)


def test_a_reader_asks_whether_refusing_is_cheaper_and_reads_it_by_round() -> None:
    windows = [window(0, "ours", 1), window(0, "ours", 0.6, cell=REFUSED)]

    assert verdict("workloads", windows, "a refused query").value == pytest.approx(0.6)


def test_a_reader_asks_about_single_steps_and_reads_the_named_one() -> None:
    figures = [Figure("cold-plan", "a plan", 3.1, "ms"), Figure("hot-lookup", "a lookup", 8, "µs")]

    assert not verdict("micro", figures, "CPU, a plan made").reached
    assert verdict("micro", figures, "CPU, a plan that is known").reached


def test_a_reader_asks_about_memory_and_only_an_hour_says_how_it_ends() -> None:
    start = verdict("memory", Soak(HOUR[:5]), "memory of a process at its start")
    short = [each.target.what for each in measured("memory", Soak(HOUR[:5]))]

    assert start.value == 150
    assert short == [start.target.what]
    assert verdict("memory", Soak(HOUR), "memory after an hour").value == 151
    assert verdict("memory", Soak(HOUR), "memory gained").reached


def test_a_reader_asks_about_growth_and_reads_the_largest_nation_over_the_smallest() -> None:
    windows = [
        window(0, "ours", 1, citizens=SMALL), window(0, "ours", 3, citizens=LARGEST),
        window(0, "ours", 2, citizens=LARGE),
    ]  # fmt: skip

    assert verdict("sizes", windows, GROWTH_OF_THE_PROFILE).value == 2


def test_a_reader_asks_about_growth_where_the_largest_nation_is_missing_and_no_other_stands_for_it() -> None:
    windows = [window(0, "ours", 1, citizens=SMALL), window(0, "ours", 1, citizens=LARGE)]

    assert measured("sizes", windows) == []


def test_a_reader_asks_about_seeding_and_reads_time_and_memory() -> None:
    seeded = [Seeding(1_000_000, 190, 300), Seeding(10_000_000, 1800, 330)]

    assert not verdict("seeding", seeded, "inventing 1,000,000").reached
    assert verdict("seeding", seeded, "inventing 10,000,000").reached
    assert verdict("seeding", seeded, "memory of the seeder").value == pytest.approx(1.1)
