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


@dataclass(frozen=True, slots=True)
class Limit:
    """A grant by which only so many persons may be disclosed in a day."""

    grant: int
    persons_per_day: int


Choice = tuple[Limit, ...]
"""Limits of which one is charged: the lowest-numbered grant with room."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Documents that an agency registered: the names under which they are asked, and SHA-256 of their texts in hex."""

    ids: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


NO_OPERATIONS = Operations()


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Rights:
    """What is allowed now, scope by scope.

    One object is shared by every request of the same client, purpose, scopes and kind of caller: by many citizens and
    many cases, and for as long as changes of the rules leave it as it is; `revision` is that of the rules under which
    it was first worked out. It compares by identity, and `memo` dies with it. Decisions may be kept there; what depends
    on the citizen or the case has these in its key.

    `grants` are the numbers of those that supply a scope, ascending. `limits` has an entry for each scope that is
    limited whichever grant supplies it: of every choice in it one limit is charged (of an exchanged token there is a
    choice for each client). `emergencies` are those grants among all of them that one officer opened alone. `tried` are
    the rights that would be left if the narrowings on trial were made; None where none of them takes anything. They
    decide nothing: only what they would refuse is noted.
    """

    revision: int
    reach: Mapping[str, Reach]
    grants: Mapping[str, tuple[int, ...]]
    limits: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    emergencies: frozenset[int] = frozenset()
    memo: dict[Any, Any] = field(default_factory=dict)
    tried: "Rights | None" = None

    def equals(self, other: "Rights") -> bool:
        """Whether both allow the same by the same grants, under whichever revision."""
        return (
            self.reach == other.reach
            and self.grants == other.grants
            and self.limits == other.limits
            and self.emergencies == other.emergencies
            and self._tries_as(other)
        )

    def _tries_as(self, other: "Rights") -> bool:
        if self.tried is None or other.tried is None:
            return self.tried is other.tried
        return self.tried.equals(other.tried)

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
    (RFC 8693 `act`). `representative` is who acts for the subject by law: a PIN, too. `operations` are those that the
    agency of the client registered; if `registered_only`, for the client or one before it is held to such, it may ask
    no others. `admission` is what the authority kept in order to ask again whether all this still holds; of a caller
    whom no token made it is None.
    """

    agency: str
    client: str
    purpose: Purpose | None
    subject: str | None = field(repr=False)
    rights: Rights
    supplier: str | None = None
    through: tuple[str, ...] = ()
    representative: str | None = field(default=None, repr=False)
    registered_only: bool = False
    operations: Operations = field(default=NO_OPERATIONS, repr=False)
    admission: object = field(default=None, repr=False, compare=False)
