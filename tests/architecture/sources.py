"""Our own source files, for tests that read them."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NOT_OURS = frozenset({"node_modules", "build", "dist"})
GENERATED = Path("migrations/versions")


def modules(*without: str) -> list[Path]:
    """Every Python module that somebody wrote, relative to the root: no hidden, foreign or generated ones."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    return sorted(path for path in found if _is_written(path) and path.parts[0] not in without)


def _is_written(path: Path) -> bool:
    hidden = any(part.startswith(".") or part in NOT_OURS for part in path.parts)
    return not hidden and not path.is_relative_to(GENERATED)
