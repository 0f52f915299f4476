"""The page of figures: what was measured last time stays in it until it is measured again.

It has two parts, each written by its own run: the comparison with the peers, and how fast a right ends.
"""

from pathlib import Path

TITLE = "# Benchmark"
SECTION = "## Revocation"


def write(page: Path, measured: str) -> None:
    """Put one part in its place."""
    page.write_text(merged(page.read_text() if page.exists() else "", measured))


def merged(before: str, measured: str) -> str:
    """The page with this part in the place of the one that it had."""
    comparison, found, revocation = before.partition(SECTION)
    if measured.startswith(SECTION):
        return f"{comparison.rstrip() or TITLE}\n\n{measured.rstrip()}\n"
    kept = f"{found}{revocation}".rstrip()
    return f"{measured.rstrip()}\n\n{kept}\n" if kept else f"{measured.rstrip()}\n"
