"""Acts of officers and agencies: taken from the authority's record, number by number, each once.

The ledger knows no authority; whoever starts the sealer gives a source. Each time it is asked for the last sealed act
again, so that a record that was exchanged or cut back behind the ledger's back shows.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import structlog

log = structlog.get_logger(__name__)

AT_ONCE = 1_000


class Act(NamedTuple):
    """Its number, and its hash, in the authority's record."""

    number: int
    hash: bytes


NOTHING_DONE = Act(0, b"")


class ActsUnavailable(Exception):
    """The source cannot say now; it is asked again."""


class ActsStrange(Exception):
    """The source's record does not go on from what was sealed. The message names the act."""


class ActsSource(Protocol):
    async def after(self, number: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """The numbers and hashes of the acts that follow this number, in their order. Raises `ActsUnavailable`."""


class ActsFollowed:
    """The source, if there is one, and what is the matter with it. Disclosures are sealed whatever that is."""

    def __init__(self, source: ActsSource | None) -> None:
        self._source = source
        self._trouble: str | None = None

    @property
    def troubles(self) -> tuple[str, ...]:
        return (self._trouble,) if self._trouble else ()

    async def after(self, last: Act) -> Sequence[Act]:
        """What follows the last sealed act; nothing while the source is in trouble."""
        if self._source is None:
            return ()
        try:
            found = [Act(*said) for said in await self._source.after(max(last.number - 1, 0), AT_ONCE)]
            further, self._trouble = continued(last, found), None
            return further
        except (ActsStrange, ActsUnavailable) as error:
            self._note(str(error))
            return ()

    def _note(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.error("acts are not sealed", reason=trouble)
        self._trouble = trouble


def continued(last: Act, found: Sequence[Act]) -> Sequence[Act]:
    """The acts after the last sealed one, with which those found begin. Raises `ActsStrange`."""
    if last.number:
        if not found or found[0] != last:
            raise ActsStrange(f"act {last.number} of the authority's record is not the one that was sealed")
        found = found[1:]
    for expected, act in enumerate(found, last.number + 1):
        if act.number != expected:
            raise ActsStrange(f"act {expected} is missing in the authority's record")
    return found
