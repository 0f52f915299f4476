"""What the enterprise register publishes: enterprises, and who represents, holds or controls them.

An enterprise's own profile is public, as it is on the registration portal; everything that names a person is guarded.
"""

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import literal_column

from domains.enterprises.tables import (
    beneficial_owners,
    enterprises,
    industries,
    members,
    representatives,
    roles,
)
from domains.kit.classes import BASIC, public
from domains.kit.connections import Connection
from domains.kit.fields import column, connection, link, link_any, relation, value
from domains.kit.scalars import Cursor, Day, Dong, EnterpriseCode, UnitCode
from domains.kit.types import entity, record, reference
from domains.kit.units import Y2025
from domains.kit.values import Address, address_of

PROFILE = public("part of an enterprise's profile, which the registration portal shows to everybody.")
STRUCTURE = public("says which enterprise depends on which, and names no person.")


@strawberry.enum(description="Legal form: an enterprise, or a dependent unit of one.")
class LegalForm(Enum):
    DNTN = strawberry.enum_value("DNTN", description="Private enterprise of one person.")
    TNHH1TV = strawberry.enum_value("TNHH1TV", description="Limited liability company with one member.")
    TNHH2TV = strawberry.enum_value("TNHH2TV", description="Limited liability company with two or more members.")
    CTCP = strawberry.enum_value("CTCP", description="Joint stock company.")
    CTHD = strawberry.enum_value("CTHD", description="Partnership.")
    HTX = strawberry.enum_value("HTX", description="Cooperative.")
    CN = strawberry.enum_value("CN", description="Branch, a dependent unit.")
    VPDD = strawberry.enum_value("VPDD", description="Representative office, a dependent unit.")


@strawberry.enum(description="Legal state of an enterprise.")
class EnterpriseStatus(Enum):
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    NOT_AT_ADDRESS = "NOT_AT_ADDRESS"
    REVOKED_TAX = "REVOKED_TAX"
    DISSOLVING = "DISSOLVING"
    BANKRUPTCY = "BANKRUPTCY"
    CLOSED = "CLOSED"


@strawberry.enum(description="Title of a legal representative.")
class RepresentativeTitle(Enum):
    DIRECTOR = "DIRECTOR"
    GENERAL_DIRECTOR = "GENERAL_DIRECTOR"
    CHAIR = "CHAIR"
    OWNER = "OWNER"
    MANAGING_PARTNER = "MANAGING_PARTNER"
    HEAD_OF_UNIT = "HEAD_OF_UNIT"


@strawberry.enum(description="By what somebody owns or controls an enterprise.")
class OwnershipBasis(Enum):
    CAPITAL = "CAPITAL"
    VOTING_RIGHTS = "VOTING_RIGHTS"
    CONTROL = "CONTROL"


@strawberry.enum(description="What a person is in an enterprise.")
class RoleKind(Enum):
    REPRESENTATIVE = "REPRESENTATIVE"
    MEMBER = "MEMBER"
    BENEFICIAL_OWNER = "BENEFICIAL_OWNER"


@record(table=roles)
class EnterpriseRole:
    """What a person is in one enterprise."""

    kind: RoleKind | None = column(roles.c.kind, BASIC)
    since: Day | None = column(roles.c.since, BASIC, description="Registered or declared on.")
    enterprise: "Enterprise | None" = link("Enterprise", roles.c.enterprise_code, BASIC, "In which enterprise.")


@reference(key="pin")
class Citizen:
    """A person who represents, holds or controls enterprises."""

    enterprise_roles: list[EnterpriseRole] | None = relation(
        roles.c.pin, BASIC, "What the person is in which enterprises; at most 100.", at_most=100
    )


@record(table=industries)
class Industry:
    """A line of business."""

    code: str | None = column(industries.c.industry_code, PROFILE)
    is_main: bool | None = column(industries.c.is_main, PROFILE)


@record(table=representatives)
class Representative:
    """A legal representative."""

    person: Citizen | None = link("Citizen", representatives.c.pin, BASIC, "Who represents the enterprise.")
    title: RepresentativeTitle | None = column(representatives.c.title, BASIC)
    since: Day | None = column(representatives.c.since, BASIC)


@record(table=beneficial_owners)
class BeneficialOwner:
    """A person who really owns or controls an enterprise."""

    person: Citizen | None = link("Citizen", beneficial_owners.c.pin, BASIC, "Who owns or controls it.")
    percent: float | None = column(beneficial_owners.c.percent, BASIC)
    basis: OwnershipBasis | None = column(beneficial_owners.c.basis, BASIC)
    since: Day | None = column(beneficial_owners.c.since, BASIC)


@entity(key="code", table=enterprises)
class Enterprise:
    """A company, cooperative or private enterprise, or a dependent unit of one."""

    code: EnterpriseCode = column(enterprises.c.code, PROFILE)
    name: str | None = column(enterprises.c.name, PROFILE)
    short_name: str | None = column(enterprises.c.short_name, PROFILE)
    foreign_name: str | None = column(enterprises.c.foreign_name, PROFILE)
    legal_form: LegalForm | None = column(enterprises.c.legal_form, PROFILE)
    status: EnterpriseStatus | None = column(enterprises.c.status, PROFILE)
    founded_on: Day | None = column(enterprises.c.founded_on, PROFILE)
    closed_on: Day | None = column(enterprises.c.closed_on, PROFILE)
    head_office: Address | None = value(
        address_of(enterprises.c.commune_code, literal_column(f"'{Y2025}'"), enterprises.c.address_detail),
        PROFILE,
        "Registered head office.",
        present=enterprises.c.commune_code,
    )
    province_code: UnitCode | None = column(enterprises.c.province_code, PROFILE)
    industries: list[Industry] | None = relation(
        industries.c.enterprise_code, PROFILE, "Registered lines of business; at most 20.", at_most=20
    )
    state_owned: bool | None = column(enterprises.c.state_owned, STRUCTURE)
    charter_capital: Dong | None = column(enterprises.c.charter_capital, BASIC)
    parent: "Enterprise | None" = link(
        "Enterprise", enterprises.c.parent_code, STRUCTURE, "The enterprise that this dependent unit belongs to."
    )
    representatives: list[Representative] | None = relation(
        representatives.c.enterprise_code, BASIC, "Present legal representatives; at most 20.", at_most=20
    )
    beneficial_owners: list[BeneficialOwner] | None = relation(
        beneficial_owners.c.enterprise_code, BASIC, "Who really owns or controls it; at most 20.", at_most=20
    )

    @connection(enterprises.c.parent_code, STRUCTURE)
    def branches(self, first: int, after: Cursor | None = strawberry.UNSET) -> "Connection[Enterprise] | None":
        """Branches and representative offices."""

    @connection(members.c.member_enterprise, BASIC)
    def holdings(self, first: int, after: Cursor | None = strawberry.UNSET) -> "Connection[Member] | None":
        """Memberships of this enterprise in others."""

    @connection(members.c.enterprise_code, BASIC)
    def members(self, first: int, after: Cursor | None = strawberry.UNSET) -> "Connection[Member] | None":
        """Owner, members or founding shareholders."""


MemberParty = Annotated[
    Citizen | Enterprise,
    strawberry.federation.union("MemberParty", description="A person or an enterprise that holds shares."),
]


@record(table=members)
class Member:
    """An owner, member or founding shareholder of an enterprise."""

    party: MemberParty | None = link_any(
        {"Citizen": members.c.member_pin, "Enterprise": members.c.member_enterprise}, BASIC, "Who the member is."
    )
    enterprise: Enterprise | None = link(
        "Enterprise", members.c.enterprise_code, BASIC, "A member of which enterprise."
    )
    contribution: Dong | None = column(members.c.contribution, BASIC)
    percent: float | None = column(members.c.percent, BASIC)
    since: Day | None = column(members.c.since, BASIC)
