"""What only the data can tell: fields that are null because a step failed, each with its own path (law 2)."""

from collections.abc import Iterator, Mapping
from typing import Any

from graph.errors import Code, GraphError
from graph.plan import Path, Plan

MESSAGES: Mapping[Code, str] = {
    Code.SOURCE_UNAVAILABLE: "The register did not answer.",
    Code.DEADLINE_EXCEEDED: "The register did not answer in time.",
    Code.TOO_MANY_MATCHES: "More records match than may be listed; search for something more exact.",
    Code.LIMIT_EXCEEDED: "More records stand here than one request may follow.",
    Code.INTERNAL: "Something went wrong here.",
}
MOST = 1_000  # errors in one answer


def errors(plan: Plan, failed: Mapping[int, Code], data: Mapping[str, Any]) -> list[GraphError]:
    """One error for each null that a failed step left, in the order of the answer."""
    found: dict[tuple[str | int, ...], GraphError] = {}
    for number, code in failed.items():
        for site in plan.steps[number].sites:
            for path in _nulls(data, site, ()):
                found.setdefault(path, GraphError(code, MESSAGES[code], path=path))
                if len(found) >= MOST:
                    return [*found.values()]
    return [*found.values()]


def _nulls(value: Any, site: Path, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The places of a site that are null in the answer; lists on the way are opened."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nulls(item, site, (*path, index))
    elif not site:
        if value is None:
            yield path
    elif isinstance(value, dict) and site[0] in value:
        yield from _nulls(value[site[0]], site[1:], (*path, site[0]))
