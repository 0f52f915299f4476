"""A run replaces what it measured; what was written by hand, or measured before, stays."""

from bench.page import merged

WRITTEN = "# Performance\n\nBy hand.\n"


def test_a_section_is_measured_for_the_first_time_and_stands_at_the_end() -> None:
    page = merged(WRITTEN, "peers", ["## Peers", "", "ratios"])

    assert page.startswith(WRITTEN)
    assert page.index("By hand.") < page.index("## Peers") < page.index("<!-- end of peers -->")


def test_a_section_is_measured_again_and_stands_in_its_place_once() -> None:
    page = merged(merged(WRITTEN, "peers", ["old"]), "sizes", ["growth"]) + "\nMore by hand.\n"

    again = merged(page, "peers", ["younger"])

    assert again == page.replace("old", "younger")


def test_a_section_is_measured_and_there_is_no_page() -> None:
    assert merged("", "peers", ["ratios"]).startswith("# Performance\n\n<!-- peers")
