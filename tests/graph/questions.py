"""The questions and the callers of the decisions that people review (decisions/*.txt). Numbers are nobody's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth.caller import Caller
from auth.reach import EVERYWHERE, NOWHERE, SELF, Reach, in_communes
from tests.graph.compiling import holding

NOBODY = "000000000001"
HERE, THERE = "00004", "00008"  # communes
BASIC = ("identity:citizen.pin:lookup", "identity:citizen.full_name:read", "identity:citizen.date_of_birth:read")
RESIDENTS = ("population:residence.commune_code:lookup",)

PROFILE = "query Profile($pin: PersonalNumber!) { citizen(pin: $pin) { fullName dateOfBirth } }"
RESIDENTS_OF = (
    "query Residents($in: UnitCode!) { residents(communeCode: $in, first: 10) { edges { node { fullName } } } }"
)
HOLDERS = """query Holders {
  parcel(id: "w7er8u0z9x2c") {
    sheet
    landRights(first: 5) { edges { node { kind holder { ... on Citizen { fullName } ... on Enterprise { code } } } } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Case:
    """A question and who asks it."""

    question: str
    who: str
    caller: Caller
    variables: Mapping[str, Any] = field(default_factory=dict)


def _reaching(reach: Reach, *scopes: str, **about: Any) -> Caller:
    return holding(dict.fromkeys(scopes, reach), **about)


CASES: Mapping[str, Case] = {
    "profile_granted": Case(
        PROFILE, "an office that may find people by number and read names and births", holding(BASIC), {"pin": NOBODY}
    ),
    "profile_of_which_one_field_is_missing": Case(
        PROFILE, "an office that may not read dates of birth", holding(BASIC[:2]), {"pin": NOBODY}
    ),
    "profile_that_may_not_be_looked_for": Case(
        PROFILE, "an office that may read people it meets, and look for nobody", holding(BASIC[1:]), {"pin": NOBODY}
    ),
    "profile_without_a_purpose": Case(
        PROFILE, "an office whose token names no purpose", holding(BASIC, purpose=None), {"pin": NOBODY}
    ),
    "profile_by_who_holds_nothing": Case(PROFILE, "an office without any right", holding(()), {"pin": NOBODY}),
    "profile_of_people_in_one_commune": Case(
        PROFILE, "an office of one commune", _reaching(in_communes([HERE]), *BASIC), {"pin": NOBODY}
    ),
    "profile_whose_fields_reach_to_different_communes": Case(
        PROFILE,
        "an office that reads names in one commune and births in another",
        holding(
            {
                BASIC[0]: EVERYWHERE,
                BASIC[1]: in_communes([HERE]),
                BASIC[2]: in_communes([THERE]),
            }
        ),
        {"pin": NOBODY},
    ),
    "profile_whose_fields_share_a_commune": Case(
        PROFILE,
        "an office that reads names in two communes and births in one of them",
        holding({BASIC[0]: EVERYWHERE, BASIC[1]: in_communes([HERE, THERE]), BASIC[2]: in_communes([HERE])}),
        {"pin": NOBODY},
    ),
    "profile_with_a_right_that_reaches_nobody": Case(
        PROFILE,
        "an office whose right to read births reaches nowhere",
        holding({BASIC[0]: EVERYWHERE, BASIC[1]: EVERYWHERE, BASIC[2]: NOWHERE}),
        {"pin": NOBODY},
    ),
    "residents_of_the_own_commune": Case(
        RESIDENTS_OF, "an office of one commune", _reaching(in_communes([HERE]), *BASIC, *RESIDENTS), {"in": HERE}
    ),
    "residents_of_another_commune": Case(
        RESIDENTS_OF, "an office of another commune", _reaching(in_communes([THERE]), *BASIC, *RESIDENTS), {"in": HERE}
    ),
    "residents_with_protected_ones": Case(
        RESIDENTS_OF,
        "an office that sees protected people of the population register, and of identity those of one commune",
        holding(
            {
                **dict.fromkeys((*BASIC, *RESIDENTS, "population:citizen:protected"), EVERYWHERE),
                "identity:citizen:protected": in_communes([HERE]),
            }
        ),
        {"in": HERE},
    ),
    "me_for_a_citizen": Case(
        "query Me { me { fullName contact { mobile } } }",
        "a portal, for a citizen",
        _reaching(
            SELF, *BASIC, "identity:citizen.contact:read", "identity:contact.mobile:read", subject=NOBODY
        ),
    ),
    "me_for_nobody": Case(
        "query Me { me { fullName } }", "an office whose token speaks for no citizen", holding(BASIC)
    ),
    "somebody_else_through_a_portal": Case(
        PROFILE, "a portal, for another citizen", _reaching(SELF, *BASIC, subject="000000000002"), {"pin": NOBODY}
    ),
    "holders_of_land_granted": Case(
        HOLDERS,
        "a land office",
        holding(("land:parcel.land_rights:read", "land:land_right.kind:read", "land:land_right.holder:read", BASIC[1])),
    ),
    "holders_of_land_without_their_names": Case(
        HOLDERS, "an office that may see who holds land, and not what they are called",
        holding(("land:parcel.land_rights:read", "land:land_right.kind:read", "land:land_right.holder:read")),
    ),
    "public_facts_without_a_purpose": Case(
        'query Sheet { parcel(id: "w7er8u0z9x2c") { sheet number uses { useCode area } } }',
        "anybody with a token",
        holding((), purpose=None),
    ),
    "a_day_other_than_today": Case(
        'query Then($pin: PersonalNumber!) { citizen(pin: $pin) { residences(asOf: "2020-01-01") { kind } } }',
        "an office that may read where people live now",
        holding((BASIC[0], "population:citizen.residences:read", "population:residence.kind:read")),
        {"pin": NOBODY},
    ),
    "verifying_and_nothing_else": Case(
        'query Is($pin: PersonalNumber!) { verifyIdentity(pin: $pin, fullName: "A", dateOfBirth: "1950") }',
        "a bank that may verify",
        holding(("identity:citizen:verify",)),
        {"pin": NOBODY},
    ),
}  # fmt: skip
