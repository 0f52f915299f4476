"""The page keeps the part that was not measured this time."""

from itertools import permutations

from bench.page import merged

COMPARISON, REVOCATION = "# Benchmark\n\nratios\n", "## Revocation\n\nmilliseconds\n"


LEDGER = "## Ledger\n\n### One process\n\nratios\n"


def test_a_reader_finds_all_parts_in_one_order_whichever_was_measured_last() -> None:
    parts = (COMPARISON, REVOCATION, LEDGER)
    for order in permutations(parts):
        page = ""
        for part in order:
            page = merged(page, part)
        assert page == "\n".join(parts)


def test_a_reader_finds_both_parts_whichever_was_measured_first() -> None:
    both = f"{COMPARISON}\n{REVOCATION}"
    assert merged(COMPARISON, REVOCATION) == merged(REVOCATION, COMPARISON) == both


def test_a_part_that_is_measured_again_stands_once() -> None:
    both = merged(COMPARISON, REVOCATION)
    assert merged(both, "## Revocation\n\nfewer\n") == both.replace("milliseconds", "fewer")
    assert merged(both, "# Benchmark\n\nbetter\n") == both.replace("ratios", "better")


def test_a_page_of_one_part_has_a_title() -> None:
    assert merged("", REVOCATION) == f"# Benchmark\n\n{REVOCATION}"
    assert merged("", COMPARISON) == COMPARISON
