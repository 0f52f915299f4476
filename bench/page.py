"""The page of figures: what was measured last time stays in it until it is measured again.

It has several parts, each written by its own run: the comparison with the peers, and the sections named here.
"""

from pathlib import Path

TITLE = "# Benchmark"
SECTIONS = ("## Revocation", "## Ledger", "## Views of the ledger")
"""In the order in which they stand after the comparison. No other line of the page begins as one of these does."""


def write(page: Path, measured: str) -> None:
    """Put one part in its place."""
    page.write_text(merged(page.read_text() if page.exists() else "", measured))


def merged(before: str, measured: str) -> str:
    """The page with this part in the place of the one that it had."""
    parts = {**_parts(before), **_parts(measured)}
    kept = [parts[name].rstrip() for name in (TITLE, *SECTIONS) if name in parts]
    return "\n\n".join(kept if TITLE in parts else [TITLE, *kept]) + "\n"


def _parts(page: str) -> dict[str, str]:
    """The parts of a page by their first lines; what stands before any is the comparison."""
    found: dict[str, list[str]] = {}
    name = TITLE
    for line in page.splitlines():
        name = line if line in SECTIONS else name
        found.setdefault(name, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items() if "".join(lines).strip()}
