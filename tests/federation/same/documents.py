"""Documents of every form over every union, so that no form depends on what is drawn."""

from collections.abc import Iterator
from itertools import cycle, product

from synthetic.personas import EVERYBODY
from tests.federation.same.forms import WORDS
from tests.properties.arguments import NOBODY, NOTHING
from tests.properties.operations import Operation

PINS = [*(each.pin for each in EVERYBODY if each.story), NOBODY[0]]

RIGHTS = "landRights(first: 2) { edges { cursor node { kind parcel { id } } } pageInfo { hasNextPage endCursor } }"
MORE = f"maritalStatus spouse {{ fullName }} {RIGHTS}"
HOLDER = "holder { __typename ... on Citizen { fullName sex } ... on Enterprise { code name } }"
NAMED = f"fragment More on Citizen {{ ...Name {MORE} }} fragment Name on Citizen {{ fullName }}"

CONDITIONS = (("%s", ""), ("$on", ", $on: Boolean!"), ("$on", ", $on: Boolean! = %s"))  # and how $on is declared

OTHERS = (
    "{ __typename }",
    f'{{ citizens(pins: ["{NOBODY[0]}", "{NOBODY[1]}"]) {{ pin }} }}',
    f'{{ __typename citizen(pin: "{PINS[0]}") {{ __typename pin }} a: __typename }}',
    "{ __schema { queryType { name } } }",
    f'{{ __type(name: "Citizen") {{ name kind }} citizen(pin: "{PINS[0]}") {{ fullName }} }}',
    f"""query ($nothing: Day) {{
        a: citizen(pin: "{PINS[0]}") {{ b: pin c: pin }}
        citizens(pins: ["{PINS[0]}", "{PINS[1]}"]) {{
            residences(asOf: $nothing) {{ kind }} d: residences(asOf: null) {{ kind }}
        }}
        parcel(id: "{NOTHING["parcel"]}") {{ id }}
    }}""",
    f"""query ($pins: [PersonalNumber!]!) {{ citizens(pins: $pins) {{ landRights(first: 3) {{ edges {{ node {{ parcel {{
        landRights(first: 5) {{ edges {{ node {{ {HOLDER} }} }} }}
        certificates(first: 2) {{ edges {{ node {{ {HOLDER} }} }} }}
    }} }} }} }} }} }}""",
    """query ($pins: [PersonalNumber!]!) { citizens(pins: $pins) { enterpriseRoles { enterprise {
        members(first: 5) { edges { node { party {
            ... on Citizen { name: fullName } ... on Enterprise { name } __typename
        } } } }
    } } } }""",
    """{ findCitizens(search: {
        oldNumberAndName: {oldIdentityNumber: "000000000", fullName: "Không Đâu Có"}
    }) { pin } }""",
)


CONDITIONAL = {
    "a field": "{ pin fullName %s sex }",
    "a field with fields": "{ pin enterpriseRoles %s { kind enterprise { name } } }",
    "all fields": "{ pin %s }",
    "an inline fragment": f"{{ pin ... on Citizen %s {{ fullName {MORE} }} }}",
    "an inline fragment on no type": f"{{ pin ... %s {{ fullName {MORE} }} }}",
    "a named fragment": "{ pin ...More %s }",
    "a named fragment, twice": "{ pin ...More %s ...More }",
    "a field twice": "{ pin fullName %s fullName household { code } household { members { person { sex } } } }",
}

TYPES = {
    "Query": "{ %s }",
    "Citizen": "{ citizens(pins: $pins) { %s } }",
    "Household": "{ citizens(pins: $pins) { pin household { %s } } }",
    "LandRightConnection": "{ citizens(pins: $pins) { landRights(first: 1) { %s } } }",
    "PageInfo": "{ citizens(pins: $pins) { landRights(first: 1) { pageInfo { %s } } } }",
    "Parcel": "{ citizens(pins: $pins) { landRights(first: 1) { edges { node { parcel { %s } } } } } }",
    "AdministrativeUnit": "{ citizens(pins: $pins) { birthPlace { %s } pin } }",
    "Holder": "{ citizens(pins: $pins) { landRights(first: 1) { edges { node { holder { %s } } } } } }",
}
"""Where a type may stand alone: an object that has nothing of its own asked for."""
ALONE = (
    "... { __typename }",
    "... on %s { __typename __typename }",
    "... { ... on %s { __typename } }",
    "... { ...Alone } ... { __typename a: __typename @skip(if: true) }",
    "... @include(if: true) { __typename } __typename",
)


def documents() -> Iterator[Operation]:
    """Each of which is answered to who may read everything."""
    ways = cycle(CONDITIONS)
    for text, word, holds in product(CONDITIONAL.values(), sorted(WORDS), (True, False)):
        condition, declared = next(ways)
        written = str(holds).lower()
        asked = text % f"@{word}(if: {condition.replace('%s', written)})"
        head = f"query Asked($pins: [PersonalNumber!]!{declared.replace('%s', written)})"
        given = {"on": holds} if declared.endswith("!") else {}
        more = NAMED if "...More" in text else ""
        yield Operation(f"{head} {{ citizens(pins: $pins) {asked} }} {more}", {"pins": PINS, **given})
    for (type_, text), alone in product(TYPES.items(), ALONE):
        named = f"fragment Alone on {type_} {{ __typename }}" if "...Alone" in alone else ""
        head = "query ($pins: [PersonalNumber!]!)" if "$pins" in text else "query"
        yield Operation(f"{head} {text % alone.replace('%s', type_)} {named}", {"pins": PINS})
    yield from (Operation(" ".join(text.split()), {"pins": PINS, "nothing": None}) for text in OTHERS)
