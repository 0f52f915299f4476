"""Reading the record of acts is an act, too: written down before anything of it is shown."""

from typing import Annotated

import msgspec

from auth.acts.change import Change, Word
from auth.acts.desk import Outcome, Work


class ReadAudit(Change, frozen=True, tag="audit.read"):
    """Look into the record of acts, through this filter."""

    filter: Annotated[dict[Word, Word], msgspec.Meta(max_length=16)] = msgspec.field(default_factory=dict)


async def read(_: Work, change: ReadAudit) -> Outcome:
    return Outcome("", None, dict(change.filter))
