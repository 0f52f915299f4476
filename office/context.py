"""What resolvers of the office work with: who asks, and the parts of the program behind the door.

Put together once by the composition root; a request adds its visitor. The office knows no graph: what an operation
would do under other grants is told by `works`, which is handed to it.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.types import Info as StrawberryInfo

from auth.acts.desk import Desk
from auth.caller import Caller
from auth.officers.door import Officers
from auth.policy.snapshot import Snapshot
from ledger.archive.archives import Archives
from ledger.insight.books import BooksReader
from office.visitor import Visitor

Works = Callable[[str, Mapping[str, Any], Caller], Sequence[str]]
"""(text of a document, variables, who would ask) -> why it would be refused, as codes and scopes; empty: it works."""

RecordedAs = Callable[[str], Collection[str]]
"""Text of a document -> the names, in hex, under which the ledger knows its operations."""

Rules = Callable[[], Snapshot]
"""What is allowed at this moment; raises GrantsUnconfirmed."""


@dataclass(frozen=True, slots=True)
class Office:
    """The parts behind the door, of one process."""

    desk: Desk
    snapshot: Rules
    officers: Officers
    works: Works
    recorded_as: RecordedAs
    archives: Archives
    books: BooksReader
    previewing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a preview is made: a process makes one at a time, beside its other work."""


@dataclass(slots=True)
class Context:
    """One request: its visitor, and the parts. `renewed` is the secret that an officer's session has from now on.

    `previews` counts how often the request looked ahead.
    """

    visitor: Visitor
    office: Office
    renewed: str | None = field(default=None, repr=False)
    previews: int = 0

    @property
    def engine(self) -> AsyncEngine:
        return self.office.desk.engine

    def renew(self, secret: str) -> None:
        """Have the answer carry the session's new secret: the passkey's signature took the old one's place."""
        self.renewed = secret


Info = StrawberryInfo[Context, None]
