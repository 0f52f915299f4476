"""Which gaps in the books are explained: by erasures that are on record before anything was erased. Pure.

An erasure is an entry of the tree like any other, so whoever owns the database cannot make one up afterwards. Who
makes one up in time, by a segment that the sealer takes for one of a process's, gains little: an entry explains nothing
that was sealed less than a month before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from ledger.segments.entries import AnyEvent, PeopleErased, SegmentsErased

_EVENTS: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Up to which leaf persons are erased, by purpose, and segments."""

    people: dict[str | None, int] = field(default_factory=dict)
    segments: int = 0

    @classmethod
    def of(cls, erasures: Iterable[PeopleErased | SegmentsErased]) -> "Gaps":
        """From those on record, as far as they are believed."""
        people: dict[str | None, int] = {}
        segments = 0
        for event in erasures:
            if isinstance(event, PeopleErased):
                people[event.purpose] = max(event.upto, people.get(event.purpose, 0))
            else:
                segments = max(event.upto, segments)
        return cls(people, segments)

    def explain_people(self, leaf: int, purpose: str | None) -> bool:
        return leaf < self.people.get(purpose, 0)

    def explain_segment(self, last_leaf: int) -> bool:
        return last_leaf < self.segments


def believed(content: str, old: int) -> PeopleErased | SegmentsErased | None:
    """An erasure that was sealed when so many leaves were a month old, of which alone it can speak."""
    event = read(content)
    if not isinstance(event, PeopleErased | SegmentsErased):
        return None
    return msgspec.structs.replace(event, upto=min(event.upto, old))


def read(content: str) -> AnyEvent | None:
    try:
        return _EVENTS.decode(content)
    except msgspec.MsgspecError:
        return None
