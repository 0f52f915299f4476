"""Reading the ledger is an act: written down before anything of it is shown, whatever comes of it.

A person is looked up under an open case only, by an officer, and whose person that is the case says: nobody types a
number here. What was read stands in no act.
"""

from typing import Annotated, Literal

import msgspec

from auth.acts.cases import person_of
from auth.acts.change import Change, Number, Word
from auth.acts.desk import Outcome, Work
from auth.acts.refusals import Forbidden

Filter = Annotated[dict[Word, Word], msgspec.Meta(max_length=16)]


class ReadDisclosures(Change, frozen=True, tag="disclosures.read"):
    """Look into the ledger, through this filter; of a person, under this case."""

    filter: Filter = msgspec.field(default_factory=dict)
    case: Number | None = None


class ExportDisclosures(Change, frozen=True, tag="disclosures.export"):
    """Take a copy of what the ledger says, through this filter; of a person, under this case."""

    format: Literal["csv", "jsonl"]
    filter: Filter = msgspec.field(default_factory=dict)
    case: Number | None = None


async def read(work: Work, change: ReadDisclosures | ExportDisclosures) -> Outcome:
    """Refusals, where a person is looked up: not an officer; then those of the case."""
    if change.case is None:
        return Outcome("", None, dict(change.filter))
    if work.actor.kind != "officer":
        raise Forbidden("Only an officer looks a person up.")
    await person_of(work, change.case)
    return Outcome(str(change.case), None, dict(change.filter))
