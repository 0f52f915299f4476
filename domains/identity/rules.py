"""Which rows of the identity register are about whom, and its released scope sets."""

from domains.identity.tables import citizens, contacts, electronic_identities, identity_cards
from domains.kit.rules import person_rows
from domains.kit.scopes import ScopeSet

ROWS = (
    person_rows(citizens, shown_by_key=True),
    person_rows(contacts),
    person_rows(identity_cards, shown_by_key=True),
    person_rows(electronic_identities, shown_by_key=True),
)

SCOPE_SETS = (
    ScopeSet(
        "set:identity.basic.v1",
        "Who a person is: names, birth, sex, nationality, found by personal number.",
        (
            "citizen.pin:lookup",
            "citizen.pin:read",
            "citizen.full_name:read",
            "citizen.date_of_birth:read",
            "citizen.sex:read",
            "citizen.birth_place:read",
            "citizen.nationalities:read",
        ),
    ),
)
