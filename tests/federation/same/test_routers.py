"""Where routers enforce less than we do, the registers behind them refuse: nothing is disclosed, and it is on record.

Routers differ, and each lets something through that the schema forbids. Here registers are asked what such a router
would ask them, with a client's true token and a ticket that was given for something else.

Weakness -> test, or its entry in `SENT`:

- Asks, and leaves out of the answer afterwards (Cosmo), or on trial not at all (Apollo's `dry_run`); follows a plan
  made for another caller's rights -> `afterwards`, `afterwards-by-reference`
- Leaves out what is refused, and asks the rest (Apollo, Hive Router, Hive Gateway) -> `..._asks_the_rest_...`
- Enum fields are answered (Hive Gateway) -> `enum`, `enum-by-reference`
- Arguments, filters and existence are no field, so nobody's concern (all) -> `argument`, `search`, `existence`,
  `history`, `elsewhere`, `me`
- Requirements are lost behind a fragment, a union, an interface (Cosmo, Apollo before 2.8.1) -> `fragment`,
  `fragments`, `one-key-in-two-members`
- `__typename` of what is protected is answered (all) -> `typename`
- Keys are fetched to join by, whoever asks (Apollo) -> `reference`, `..._adds_keys_...`
- Another name hides a field -> `alias`
- No checks without settings: no keys, `jwt` off, no `genericAuth`, directives off (Hive Router, Hive Gateway, Cosmo)
  -> `..._lets_anybody_in_...`, `..._without_a_ticket_...`, test_lying.py
- Rights are taken from headers -> `..._claims_rights_...`
- `scopes: []` and `[[]]`, a local, renamed or one-sided directive (Cosmo, Apollo, Guild) -> test_lying.py: no
  register reads a supergraph
- `@requires` and `@fromContext` read for others what is protected (Apollo before 2.12) -> `..._values_of_others_...`
- Introspection is not filtered (all) -> `..._without_a_ticket_...`; otherwise the schema is public
- A subscription is decided once (Apollo) -> `..._subscribes_...`: there is none
- Errors name the scopes that a token holds (Cosmo) -> every refusal of `SENT`
- Equal requests of two clients are merged (Hive Gateway): no register can see it; gateway/test_decision.py
"""

import json
import time
import urllib.request
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from auth.access.tickets import LIFETIME_S, TICKET_TYPE, subgraphs_audience
from auth.access.tokens import digest
from auth.demo.agencies import WIDEST
from domains.kit.domain import subgraph
from graph.registry import installed_domains
from ledger import Outcome
from synthetic.personas import SIGNING_IN
from tests.federation.same.both import Answer
from tests.federation.same.ledgers import ledger_of, recorded
from tests.federation.same.routers import CLAIMS, HARMLESS, HELD, REFERRED, TICKET, World

PIN = SIGNING_IN[0].pin
SCOPE, LOOKUP, PLACE, CONSENT = "SCOPE_REQUIRED", "LOOKUP_REQUIRED", "OUT_OF_JURISDICTION", "CONSENT_REQUIRED"

MEMBERS = """query ($company: EnterpriseCode!) {
    enterprise(code: $company) { members(first: 5) { edges { node { party { %s } } } } }
}"""
COMPANY = "query ($company: EnterpriseCode!) { enterprise(code: $company) { name %s } }"
FRAGMENTS = "fragment A on Holder { ...B } fragment B on Citizen { __typename }"
SEARCH = """{ findCitizens(search: {
    oldNumberAndName: {oldIdentityNumber: "000000000", fullName: "Nobody"}
}) { __typename } }"""
ELSEWHERE = '{ residents(communeCode: "26734", first: 1) { pageInfo { hasNextPage } } }'

SENT = {
    "afterwards": ("enterprises", "bank", COMPANY % "charterCapital", SCOPE),
    "afterwards-by-reference": ("population", "bank", REFERRED % "maritalStatus religion", SCOPE),
    "enum": ("enterprises", "bank", COMPANY % "representatives { title }", SCOPE),
    "enum-by-reference": ("identity", "bank", REFERRED % "sex ageBand", SCOPE),
    "argument": ("population", "bank", ELSEWHERE, LOOKUP),
    "search": ("identity", "bank", SEARCH, LOOKUP),
    "existence": ("identity", "statistics", f'{{ citizen(pin: "{PIN}") {{ __typename }} }}', LOOKUP),
    "history": ("population", "civil-status", REFERRED % 'residences(asOf: "2020-01-01") { kind }', SCOPE),
    "elsewhere": ("population", "hanoi-one-stop", ELSEWHERE, PLACE),
    "fragment": ("land", "bank", HELD % "... on Citizen { landRights(first: 1) { edges { cursor } } }", SCOPE),
    "fragments": ("land", "bank", f"{HELD % '... { ...A }'} {FRAGMENTS}", SCOPE),
    "one-key-in-two-members": (
        "enterprises",
        "bank",
        MEMBERS
        % "... on Citizen { x: enterpriseRoles { __typename } } ... on Enterprise { x: industries { __typename } }",
        SCOPE,
    ),
    "typename": ("land", "bank", HELD % "__typename", SCOPE),
    "reference": ("land", "bank", HELD % "... on Citizen { ref }", SCOPE),
    "alias": ("population", "bank", REFERRED % "__typename ref: religion code: ethnicity", SCOPE),
    "me": ("identity", "bank", "{ me { __typename } }", CONSENT),
}


def codes(answer: Answer) -> set[str]:
    return {error["extensions"]["code"] for error in answer[1]["errors"]}


def is_refused(answer: Answer, status: int, code: str) -> bool:
    """Whether this is all that it says."""
    return (answer[0], [*answer[1]]) == (status, ["errors"]) and codes(answer) == {code}


@pytest.mark.parametrize(("register", "caller", "question", "code"), SENT.values(), ids=SENT)
async def test_a_router_asks_what_its_client_may_not_have_and_the_register_refuses(
    world: World, register: str, caller: str, question: str, code: str
) -> None:
    answer, request_id = world.asks(register, caller, question)

    assert is_refused(answer, 403, code), answer
    assert await world.outcomes(register, request_id) == [Outcome.REFUSED]
    assert PIN not in json.dumps(answer)
    assert f"set:demo.{caller}".replace("-", "_") not in json.dumps(answer)  # what the token does hold


@pytest.mark.parametrize("name", [name for name in SENT if name != "me"])
async def test_the_same_is_answered_and_recorded_for_a_client_that_may_have_it(world: World, name: str) -> None:
    register, _, question, _ = SENT[name]

    (status, body), request_id = world.asks(register, WIDEST, question)

    assert (status, "errors" in body) == (200, False), body
    assert Outcome.REFUSED not in await world.outcomes(register, request_id)


def test_a_router_that_asks_the_rest_of_a_refused_operation_has_no_ticket_to_ask_with(world: World) -> None:
    question = f'{{ citizen(pin: "{PIN}") {{ fullName religion }} }}'
    status, body = world.router.wants_ticket("tax", question)
    assert (status, codes((status, body)), "ticket" in body) == (403, {SCOPE}, False)

    rest = f'{{ citizen(pin: "{PIN}") {{ fullName }} }}'
    answer = world.router.asks("identity", rest, {"authorization": world.router.bearer("tax")})
    assert is_refused(answer, 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("question", [HARMLESS, "{ _service { sdl } }", "{ __schema { types { name } } }"])
@pytest.mark.parametrize("ticket", ["none", "of another client", "forged", "an access token"])
def test_a_router_without_a_ticket_for_its_client_learns_not_even_the_schema(
    world: World, question: str, ticket: str
) -> None:
    router = world.router
    token = router.tokens.of(WIDEST)
    shown = {
        "none": "",
        "of another client": router.ticket("bank").text,
        "forged": forged_ticket(world, token),
        "an access token": token,
    }[ticket]
    headers = {"authorization": f"Bearer {token}", **({TICKET: shown} if shown else {})}

    for register in router.registers:
        assert is_refused(router.asks(register, question, headers), 401, "UNAUTHENTICATED")


def forged_ticket(world: World, token: str) -> str:
    """As the authority would write it, but for the key."""
    return signed_ticket_for(world, token, ECKey.generate_key("P-256"))


def signed_ticket_for(world: World, token: str, key: ECKey) -> str:
    issuer, now = world.environment["LIENTHONG_ISSUER"], int(time.time())
    claims = {"iss": issuer, "aud": subgraphs_audience(issuer), "iat": now, "exp": now + LIFETIME_S}
    told = {"token": digest(token), "document": "0" * 32, "shape": "0" * 32, "request": "0" * 32, "revision": 0}
    header = {"alg": "ES256", "typ": TICKET_TYPE, "kid": kid_of(world)}
    return jwt.encode(header, {**claims, **told}, key, algorithms=["ES256"])


def kid_of(world: World) -> str:
    """The name of the key that signs true tokens."""
    return str(jwt_part(world.router.tokens.of(WIDEST), 0)["kid"])


def jwt_part(token: str, place: int) -> Mapping[str, Any]:
    part = token.split(".")[place]
    found: Mapping[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@pytest.mark.parametrize("kind", ["no token", "unsigned", "by another key", "by the public key"])
def test_a_router_that_lets_anybody_in_finds_every_register_closed(world: World, kind: str) -> None:
    """Even where it has a true ticket for the token that it shows."""
    router = world.router
    claims = dict(jwt_part(router.tokens.of("bank"), 1)) | {"client_id": WIDEST, "sub": WIDEST}
    header = {"typ": "at+jwt", "kid": kid_of(world)}
    forged = {
        "no token": "",
        "unsigned": f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}.",
        "by another key": jwt.encode({**header, "alg": "ES256"}, claims, ECKey.generate_key("P-256")),
        "by the public key": jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(public_key(world))),
    }[kind]
    headers = {TICKET: ticket_for(world, forged), **({"authorization": f"Bearer {forged}"} if forged else {})}

    for register in router.registers:
        assert is_refused(router.asks(register, HARMLESS, headers), 401, "UNAUTHENTICATED")


def ticket_for(world: World, token: str) -> str:
    """What the authority never signs, signed with its key."""
    file = Path(world.environment["LIENTHONG_HOME"]) / "keys" / f"token-signing-{kid_of(world)}.jwk"
    return signed_ticket_for(world, token, ECKey.import_key(json.loads(file.read_bytes())))


def encoded(part: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def public_key(world: World) -> str:
    """What everybody may know of the authority's key, taken for a secret."""
    with urllib.request.urlopen(f"{world.router.authority}/oauth/jwks", timeout=30) as answer:
        return str(json.loads(answer.read())["keys"][0]["x"])


async def test_a_router_that_claims_rights_in_headers_is_believed_nothing(world: World) -> None:
    """Neither who asks, nor what they may, nor under which id it is recorded."""
    register, caller, question, code = SENT["afterwards-by-reference"]
    claimed = {**CLAIMS, "x-request-id": "f" * 32, "agency-officer": "somebody.else"}

    answer, request_id = world.asks(register, caller, question, claimed)

    assert is_refused(answer, 403, code)
    (entry,) = await recorded(ledger_of(world.environment, register), request_id=request_id)
    assert (entry.recipient.client, entry.outcome, entry.officer) == (caller, Outcome.REFUSED, None)
    assert await recorded(ledger_of(world.environment, register), request_id="f" * 32) == []


@pytest.mark.parametrize("caller", [WIDEST, "bank"])
def test_a_router_that_adds_keys_to_what_it_asks_learns_nobodys_number_and_asks_by_none(
    world: World, caller: str
) -> None:
    """A reference says nothing of the key; and no register but identity has a field for it, or is entered by it."""
    assert PIN not in json.dumps(world.variables)
    (reference,), by_number = world.variables["of"], {"__typename": "Citizen", "pin": PIN}
    for register in world.router.registers:
        answer = world.refers(register, caller, "__typename", by_number)
        assert is_refused(answer, 400, "BAD_USER_INPUT")
        if register != "identity":
            assert is_refused(world.refers(register, caller, "pin", reference), 400, "GRAPHQL_VALIDATION_FAILED")


def test_a_router_that_brings_values_of_others_brings_them_to_nobody(world: World) -> None:
    """No field asks for any, and what stands beside a key is not read."""
    (reference,) = world.variables["of"]
    forged = {**reference, "religion": "13", "pin": PIN, "fullName": "Forged"}

    status, body = world.refers("population", WIDEST, "religion", forged)
    honest = world.refers("population", WIDEST, "religion", reference)

    assert (status, body) == honest
    for domain in installed_domains():
        sdl = subgraph(domain).as_str()
        assert not [word for word in ("@requires(", "@fromContext", "@provides", "@external") if word in sdl]


@pytest.mark.parametrize("kind", ["subscription", "mutation"])
def test_a_router_that_subscribes_or_changes_is_refused_by_every_register(world: World, kind: str) -> None:
    for register in world.router.registers:
        answer, _ = world.asks(register, WIDEST, f"{kind} {{ __typename }}")
        assert is_refused(answer, 400, "GRAPHQL_VALIDATION_FAILED")
