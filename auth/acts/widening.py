"""What widens what is allowed, and so takes two people: each kind, how it is looked at, and how it is made.

`check` refuses what could not be made now and says what would change; it is asked when a change is proposed, when an
officer looks at the proposal, and again by `make` when the second officer approves it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from auth.acts import agencies, client_keys, clients, delegations, grants, officers, purposes
from auth.acts.change import Change
from auth.acts.desk import Outcome, Work

Widening = (
    agencies.AdmitAgency
    | agencies.ResumeAgency
    | clients.RegisterClient
    | clients.WidenClient
    | clients.ResumeClient
    | client_keys.AddKey
    | purposes.AddPurpose
    | purposes.ChangePurpose
    | grants.GiveGrant
    | grants.ReplaceGrant
    | grants.ResumeGrant
    | delegations.MakeDelegation
    | officers.AdmitOfficer
    | officers.EnrolOfficer
    | officers.ChangeRoles
)
"""Every change that is proposed. Two of them an agency makes at once for itself: a key, a delegation."""

Requested = grants.GiveGrant | grants.ReplaceGrant
"""What an agency may ask for."""


@dataclass(frozen=True, slots=True)
class Kind:
    check: Callable[[Work, Any], Awaitable[Outcome]]
    make: Callable[[Work, Any, grants.Hands], Awaitable[Outcome]]
    opens_link: bool = False
    """Approved, it opens an enrollment link; the code that goes with it is told to whoever proposes."""


KINDS: Mapping[type[Change], Kind] = MappingProxyType(
    {
        agencies.AdmitAgency: Kind(agencies.check_admitting, agencies.admit),
        agencies.ResumeAgency: Kind(agencies.check_resuming, agencies.resume),
        clients.RegisterClient: Kind(clients.check_registering, clients.register),
        clients.WidenClient: Kind(clients.check_widening, clients.widen),
        clients.ResumeClient: Kind(clients.check_resuming, clients.resume),
        client_keys.AddKey: Kind(client_keys.check_adding, client_keys.add_for),
        purposes.AddPurpose: Kind(purposes.check_adding, purposes.add),
        purposes.ChangePurpose: Kind(purposes.check_changing, purposes.change_terms),
        grants.GiveGrant: Kind(grants.check_giving, grants.give),
        grants.ReplaceGrant: Kind(grants.check_replacing, grants.replace),
        grants.ResumeGrant: Kind(grants.check_resuming, grants.resume),
        delegations.MakeDelegation: Kind(delegations.check_making, delegations.make_for),
        officers.AdmitOfficer: Kind(officers.check_admitting, officers.admit, opens_link=True),
        officers.EnrolOfficer: Kind(officers.check_enrolling, officers.enrol, opens_link=True),
        officers.ChangeRoles: Kind(officers.check_roles, officers.change_roles),
    }
)
