"""The page of figures: text written by hand, and between two marks for each section what was measured of it last.

A run replaces what stands between the marks of the sections that it measured, and touches nothing else.
"""

from collections.abc import Iterable

TITLE = "# Performance"


def merged(page: str, section: str, lines: Iterable[str]) -> str:
    """The page with these lines between the section's marks; at its end where it has none."""
    begin, end = _marks(section)
    part = "\n".join([begin, "", *lines, "", end])
    if begin not in page:
        return f"{page.rstrip() or TITLE}\n\n{part}\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{part}{after}"


def _marks(section: str) -> tuple[str, str]:
    return f"<!-- {section}: written by the benchmark -->", f"<!-- end of {section} -->"
