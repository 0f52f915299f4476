"""How much memory PostgreSQL is given: a share of what there really is, within bounds."""

from pathlib import Path

import psutil
import pytest

from installation.capacity import LEAST_MB, MOST_MB, SHARE, shared_buffers


@pytest.mark.parametrize(
    ("allowed", "given"),
    [(4 << 30, 1_024), (64 << 20, LEAST_MB)],
    ids=["a quarter of it", "never less than the least"],
)
def test_a_container_with_a_limit_gives_postgresql_its_share_of_that(tmp_path: Path, allowed: int, given: int) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{allowed}\n")
    assert shared_buffers(limit) == f"{min(given, _of_host())}MB"


@pytest.mark.parametrize("said", ["max\n", None], ids=["no limit", "no container"])
def test_a_host_of_its_own_gives_postgresql_its_share(tmp_path: Path, said: str | None) -> None:
    limit = tmp_path / "memory.max"
    if said is not None:
        limit.write_text(said)
    assert shared_buffers(limit) == f"{_of_host()}MB"


def _of_host() -> int:
    return min(max(psutil.virtual_memory().total // SHARE >> 20, LEAST_MB), MOST_MB)
