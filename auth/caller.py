"""The caller: what the rest of the program knows about who is asking.

Made by `Authority.caller`, read by the decision, the ledger and the explanation. Values only; nothing here looks
anything up.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from auth.reach import Reach

Made = TypeVar("Made")
REMEMBERED = 1_000  # things that one Rights remembers


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why the caller asks: a code of the officers' list, the law it stands on, and the case it belongs to."""

    code: str
    legal_basis: str
    case_reference: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Rights:
    """What is allowed now, scope by scope.

    One object is shared by every request of the same client, purpose, scopes and kind of caller while the snapshot of
    the grants lives: by many citizens and many cases. It compares by identity, and `memo` dies with it. Decisions may
    be kept there; what depends on the citizen or the case has these in its key.
    """

    revision: int
    reach: Mapping[str, Reach]
    grants: Mapping[str, tuple[int, ...]]
    memo: dict[Any, Any] = field(default_factory=dict)

    def remembered(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made for this key, or make it. All is forgotten when there is too much of it."""
        found: Made | None = self.memo.get(key)
        if found is None:
            if len(self.memo) >= REMEMBERED:
                self.memo.clear()
            found = self.memo[key] = make()
        return found


@dataclass(frozen=True, slots=True)
class Caller:
    """An agency's client, asking for one purpose, perhaps on behalf of one citizen (`subject`, a PIN).

    `agency` is whose rights are used. Where an agency lets a supplier's client use them, `supplier` is the agency that
    answers for the client. `through` are the clients whose tokens were exchanged for this one, the latest first
    (RFC 8693 `act`). `representative` is who acts for the subject by law: a PIN, too.
    """

    agency: str
    client: str
    purpose: Purpose | None
    subject: str | None = field(repr=False)
    rights: Rights
    supplier: str | None = None
    through: tuple[str, ...] = ()
    representative: str | None = field(default=None, repr=False)
