"""Which rows of the enterprise register are about whom, and its released scope sets."""

from domains.enterprises.tables import beneficial_owners, enterprises, members, representatives, roles
from domains.kit.rules import About, OtherRows, person_rows
from domains.kit.scopes import ScopeSet

ROWS = (
    OtherRows(
        enterprises,
        "An enterprise is no person; the people of an enterprise are in other tables.",
        enterprises.c.commune_code,
        About("enterprise", enterprises.c.code),
    ),
    person_rows(representatives),
    person_rows(members, "member_pin", or_enterprise="member_enterprise"),
    person_rows(beneficial_owners),
    person_rows(roles),
)

SCOPE_SETS = (
    ScopeSet(
        "set:enterprises.people.v1",
        "Who represents an enterprise and who its members are, with their shares.",
        (
            "enterprise.charter_capital:read",
            "enterprise.representatives:read",
            "enterprise.members:read",
            "representative.person:read",
            "representative.title:read",
            "representative.since:read",
            "member.party:read",
            "member.contribution:read",
            "member.percent:read",
            "member.since:read",
        ),
    ),
    ScopeSet(
        "set:enterprises.beneficial_owners.v1",
        "Who really owns or controls an enterprise. Not public; for competent agencies.",
        (
            "enterprise.beneficial_owners:read",
            "beneficial_owner.person:read",
            "beneficial_owner.percent:read",
            "beneficial_owner.basis:read",
            "beneficial_owner.since:read",
        ),
    ),
    ScopeSet(
        "set:enterprises.of_person.v1",
        "What a person is in which enterprises, reached from the person.",
        (
            "citizen.enterprise_roles:read",
            "enterprise_role.kind:read",
            "enterprise_role.since:read",
            "enterprise_role.enterprise:read",
        ),
    ),
)
