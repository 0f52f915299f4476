"""Which gaps in the books are explained: by erasures that are on record before anything was erased. Pure.

An erasure is an entry of the tree like any other, so whoever owns the database cannot make one up afterwards. It names
leaves before its own only.
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
    def of(cls, events: Iterable[tuple[int, str]]) -> "Gaps":
        """From leaves and contents of the events on record. One that cannot be read, or foresees, explains nothing."""
        people: dict[str | None, int] = {}
        segments = 0
        for leaf, content in events:
            event = read(content)
            if isinstance(event, PeopleErased) and event.upto <= leaf:
                people[event.purpose] = max(event.upto, people.get(event.purpose, 0))
            elif isinstance(event, SegmentsErased) and event.upto <= leaf:
                segments = max(event.upto, segments)
        return cls(people, segments)

    def explain_people(self, leaf: int, purpose: str | None) -> bool:
        return leaf < self.people.get(purpose, 0)

    def explain_segment(self, last_leaf: int) -> bool:
        return last_leaf < self.segments


def read(content: str) -> AnyEvent | None:
    try:
        return _EVENTS.decode(content)
    except msgspec.MsgspecError:
        return None
