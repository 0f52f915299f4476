"""What widens what is allowed, and so takes two people: each kind, how it is looked at, and how it is made.

`check` refuses what could not be made now and says what would change; it is asked when a change is proposed, when an
officer looks at the proposal, and again by `make` when the second officer approves it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from auth.acts import grants
from auth.acts.change import Change
from auth.acts.desk import Outcome, Work

Widening = grants.GiveGrant | grants.ReplaceGrant | grants.ResumeGrant
"""Every change that is proposed, never made by one."""

Requested = grants.GiveGrant | grants.ReplaceGrant
"""What an agency may ask for."""


@dataclass(frozen=True, slots=True)
class Kind:
    check: Callable[[Work, Any], Awaitable[Outcome]]
    make: Callable[[Work, Any, grants.Hands], Awaitable[Outcome]]


KINDS: Mapping[type[Change], Kind] = MappingProxyType(
    {
        grants.GiveGrant: Kind(grants.check_giving, grants.give),
        grants.ReplaceGrant: Kind(grants.check_replacing, grants.replace),
        grants.ResumeGrant: Kind(grants.check_resuming, grants.resume),
    }
)
