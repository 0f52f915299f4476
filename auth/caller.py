"""The caller: what the rest of the program knows about who is asking.

Made by `Authority.caller`, read by the decision, the ledger and the explanation. Values only; nothing here looks
anything up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth.reach import Reach


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why the caller asks: a code of the officers' list, the law it stands on, and the case it belongs to."""

    code: str
    legal_basis: str
    case_reference: str


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True)
class Caller:
    """An agency's client, asking for one purpose, perhaps on behalf of one citizen (`subject`, a PIN)."""

    agency: str
    client: str
    purpose: Purpose | None
    subject: str | None = field(repr=False)
    rights: Rights
