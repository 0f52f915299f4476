"""The section on the views of the ledger: in its place on the page, and plain about what takes too long."""

from bench.page import SECTIONS, merged
from bench.views import LIMIT_MS, TITLE, Took, as_markdown


def test_each_list_has_a_line_that_says_whether_it_keeps_the_bound() -> None:
    quick = Took("officers, everything", 2.04, 9.0, 3.0, 4.0)
    slow = Took("citizen with a few rows", 5.0, 90.0, LIMIT_MS + 0.1, 80.0)

    lines = as_markdown([quick, slow], 10_000_000).splitlines()

    assert "10,000,000 disclosures" in lines[2]
    assert lines[-2:] == [
        "| officers, everything | 2.0 | 9.0 | 3.0 | 4.0 | yes |",
        "| citizen with a few rows | 5.0 | 90.0 | 50.1 | 80.0 | **no** |",
    ]


def test_the_section_has_its_place_on_the_page_and_is_replaced_there() -> None:
    section = as_markdown([], 10)

    assert TITLE in SECTIONS
    assert merged(merged("# Benchmark\n\nratios\n", section), section).count(TITLE) == 1
