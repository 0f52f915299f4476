"""What is asked of the answers that an index finds: fragments of statements, and what they are given. Pure.

Every fragment is ours; what somebody asked for is a parameter. `answers` is the row of the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.archive.rows import Kind

_MARKED = """\
exists (select from marks as m
where m.request_id = answers.request_id and m.answered_at = answers.at and m.kind = '{}')"""
_BY_OUTCOME = {
    Kind.REFUSED: "answers.outcome = 2",
    Kind.NO_HIT: f"(answers.outcome = 3 or {_MARKED.format('not_found')})",
    Kind.WITHHELD: f"answers.outcome = 1 and {_MARKED.format('withheld')}",
}
_BESIDE = """r.kind = 'verified' and r.content @> '{{"steps": [{{"way": "{}"}}]}}'"""
_BY_READING = {  # what was also asked about with yes or no is stored as verified
    Kind.DISCLOSED: f"(r.kind in ('opened', 'reached') or {_BESIDE.format('reached')})",
    Kind.LISTED: f"(r.kind = 'listed' or {_BESIDE.format('listed')})",
    Kind.VERIFIED: "r.kind = 'verified'",
    Kind.SPOKE_FOR: "r.kind in ('spoke_for', 'acted_for')",
}
# `is true` keeps it from becoming a join, and thereby a table of hashes, made once: an array is walked through anew for
# every row. The operation is looked up by its number, since there may be any number of them.
_IN_PARTIES = "(answers.party in (select unnest({}::int[]))) is true"
_WITH_COORDINATE = """\
(select o.coordinates from operations as o where o.operation = answers.operation) @> array[{}::text collate "C"]"""
_BY_WAYS = " and (select {} from operations as o where o.operation = answers.operation)"
_STEPS = """o.steps @> '[{{"way": "{}"}}]'"""
# Whether a question reads anybody so: then nobody in a long list has to be looked at.
_ASKED_SO = {
    kind: _BY_WAYS.format(" or ".join(_STEPS.format(way) for way in ways))
    for kind, ways in {
        Kind.DISCLOSED: ("opened", "reached"), Kind.LISTED: ("listed",), Kind.VERIFIED: ("verified",)
    }.items()
}  # fmt: skip
_SOMEBODYS = "people as p join readings as r using (reading) where p.leaf = answers.leaf"
_LAST_OF_ALL = " and p.place >= answers.people - 2"
"""Where those stand of whom nothing was read: the citizen spoken for, and who acted."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an answer must be, beyond what the index says; None: anything."""

    parties: Sequence[int] | None = None
    coordinate: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: Kind | None = None

    @property
    def is_empty(self) -> bool:
        return self == Conditions()

    def written(self, first: int, reading: str | None = None) -> tuple[str, list[Any]]:
        """For a `where` that ends in another condition, and what it is given, from that number on.

        `reading` is the column with the one subject's reading; None: that of any subject counts.
        """
        said = {
            _IN_PARTIES: self.parties,
            _WITH_COORDINATE: self.coordinate,
            "answers.at >= {}::timestamptz": self.since,
            "answers.at < {}::timestamptz": self.until,
        }
        given = {fragment: value for fragment, value in said.items() if value is not None}
        fragments = [fragment.format(f"${number}") for number, fragment in enumerate(given, first)]
        if self.kind is not None:
            fragments.append(_BY_OUTCOME.get(self.kind) or _read_as(self.kind, reading))
        return "".join(f" and {fragment}" for fragment in fragments), list(given.values())


def _read_as(kind: Kind, reading: str | None) -> str:
    among = _SOMEBODYS if reading is None else f"readings as r where r.reading = {reading}"
    if kind is Kind.SPOKE_FOR and reading is None:
        among += _LAST_OF_ALL
    return f"answers.outcome = 1{_ASKED_SO.get(kind, '')} and exists (select from {among} and {_BY_READING[kind]})"
