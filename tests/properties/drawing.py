"""How hypothesis draws in every property here: the same examples in each run, as many as are named, however long."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, seed, settings


def drawing(count: int, number: int | None = None) -> Callable[[Any], Any]:
    """So many examples, from the seed `number`; without one, the count is the seed."""
    chosen = settings(
        max_examples=count,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=[*HealthCheck],
    )
    return lambda asked: seed(count if number is None else number)(chosen(asked))
