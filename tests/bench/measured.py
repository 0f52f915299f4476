"""Windows and circumstances as a run leaves them, for tests of what is made of them."""

from datetime import UTC, datetime

from bench.circumstances import Circumstances
from bench.measure import Cell, Window

PROFILE = Cell("profile", 16)
SEEN = Circumstances(
    at=datetime(2026, 1, 2, tzinfo=UTC), form="plain", rounds=3, seconds=2, revision="abc", processor="a processor",
    cores=2, gigabytes=8, load_before=0.1, system="Linux", python="CPython 3.11", node="v24", wrk="wrk 4", packages={},
)  # fmt: skip


def window(
    number: int, contender: str, application: float, *, cell: Cell = PROFILE, citizens: int = 10, group: str = ""
) -> Window:
    """One that waits 2 ms in the middle, and takes 1 ms of PostgreSQL."""
    return Window(number, group, contender, cell, citizens, 100, 1000 / application, application, 1, 2, 3)
