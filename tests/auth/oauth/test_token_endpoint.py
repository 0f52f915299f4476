"""The token endpoint: who gets a token, what it says, and how everybody else is refused."""

import asyncio
import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from auth import clock
from auth.access.tokens import LONGEST_TOKEN
from auth.keys import SigningKeyMissing
from auth.oauth.authentication import NOT_AUTHENTICATED
from auth.oauth.server import PURGE_ON_S
from tests.auth.conftest import Install
from tests.auth.oauth.said import said_by
from tests.auth.world import (
    BASIC,
    BASIS,
    BORN,
    CATALOGUE,
    FIND,
    ISSUER,
    NAME,
    PIN,
    Files,
    Installation,
    settled,
)
from tests.waiting import at_once

PERSON = "000000000042"  # a personal number of nobody: no province has code 000


async def test_a_client_gets_a_token_that_says_what_was_asked_and_why(unchanged: Installation) -> None:
    answer = await unchanged.ask("desk", f"{NAME} {BASIC}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 300)
    assert answer.body["scope"] == f"{NAME} {BASIC}"
    claims = said_by(answer.body["access_token"])
    detail = {
        "type": "urn:lienthong:purpose",
        "purpose": "security",
        "legal_basis": BASIS,
        "case_reference": "G01-260115-0001",
    }
    assert claims["authorization_details"] == answer.body["authorization_details"] == [detail]
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, ISSUER + "/graphql", "desk")
    assert claims["exp"] - claims["iat"] == 300
    assert claims["scope"] == f"{NAME} {BASIC}"


async def test_a_client_with_an_ed25519_key_gets_a_token(here: Installation) -> None:
    await here.add_client("edwards", key=OKPKey.generate_key("Ed25519"))
    await settled(here)
    assert await here.token("edwards", NAME)
    assert await here.token("edwards", NAME, assertion=here.assertion("edwards", header={"alg": "Ed25519"}))


async def test_a_client_rolls_its_key_with_two_registered(here: Installation) -> None:
    old, new = (ECKey.generate_key("P-256") for _ in range(2))
    both = {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint()} for key in (old, new)]}
    await here.add_client("rolling", key=old, public_keys=json.dumps(both))
    await settled(here)
    for key in (old, new):
        assert await here.token("rolling", NAME, assertion=here.assertion("rolling", key=key))


async def test_a_token_without_purpose_names_no_scope(here: Installation) -> None:
    answer = await here.ask("desk", purpose=None)
    assert answer.status == 200
    assert "scope" not in answer.body
    assert not at_once(here.authority.caller(f"Bearer {answer.body['access_token']}")).rights.reach


async def test_scopes_asked_without_a_purpose_are_refused(unchanged: Installation) -> None:
    answer = await unchanged.ask("desk", NAME, purpose=None)
    assert (answer.status, answer.body["error"]) == (400, "invalid_scope")
    assert "authorization_details" in answer.body["error_description"]


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        (f"{NAME} {FIND}", FIND),  # in the catalogue, not granted
        ("identity:citizen.shoe_size:read", "identity:citizen.shoe_size:read"),  # unknown
        ("set:identity.basic.v2", "set:identity.basic.v2"),  # unknown set
        ("identity:*:read", "malformed"),
        (PERSON, "malformed"),
    ],
)
async def test_one_scope_not_granted_refuses_the_request(unchanged: Installation, scope: str, named: str) -> None:
    answer = await unchanged.ask("desk", scope)
    assert (answer.status, answer.body["error"]) == (400, "invalid_scope")
    assert named in answer.body["error_description"]
    assert PERSON not in answer.body["error_description"]
    assert BORN not in answer.body["error_description"]


async def test_a_scope_granted_for_another_purpose_is_refused(here: Installation) -> None:
    assert (await here.ask("desk", NAME, purpose="tax")).body["error"] == "invalid_scope"


async def test_a_scope_granted_to_the_agency_but_not_open_to_the_client_is_refused(here: Installation) -> None:
    await here.add_client("narrow", allowed=[BORN])
    await settled(here)
    assert (await here.ask("narrow", NAME)).body["error"] == "invalid_scope"
    assert (await here.ask("narrow", BORN)).status == 200


async def test_a_set_of_which_nothing_is_granted_is_refused(here: Installation) -> None:
    await here.add_client("empty", agency="G02")
    await settled(here)
    assert (await here.ask("empty", BASIC)).body["error"] == "invalid_scope"


async def test_a_grant_to_oneself_gives_an_agency_nothing_to_ask_for(here: Installation) -> None:
    await here.grant(PIN, reach="self")
    await settled(here)
    assert (await here.ask("desk", PIN)).body["error"] == "invalid_scope"


async def test_a_token_for_a_citizen_hides_the_citizen_and_names_them_pairwise(here: Installation) -> None:
    for agency in ("G22", "G23"):
        await here.add_client(f"portal-{agency}", agency=agency, kind="portal")
        await here.grant(NAME, agency=agency, reach="self")
    await settled(here)
    tokens = [await here.token(f"portal-{agency}", NAME, citizen=PERSON) for agency in ("G22", "G23", "G22")]
    subjects = [said_by(token)["sub"] for token in tokens]
    assert subjects[0] == subjects[2] != subjects[1]
    assert all(PERSON not in json.dumps(said_by(token)) for token in tokens)


async def test_a_form_cannot_name_a_citizen(here: Installation) -> None:
    answer = await here.server.token({**here.form("desk", NAME), "citizen": PERSON, "sealed_subject": PERSON})
    assert at_once(here.authority.caller(f"Bearer {answer.body['access_token']}")).subject is None


async def test_a_token_over_four_kilobytes_is_refused_with_the_advice_to_use_a_set(here: Installation) -> None:
    many = sorted(scope for scope in CATALOGUE.scopes if scope.startswith("land:"))
    await here.grant(*many)
    await settled(here)
    answer = await here.ask("desk", " ".join(many))
    assert (answer.status, answer.body["error"]) == (400, "invalid_scope")
    assert str(LONGEST_TOKEN) in answer.body["error_description"]
    assert "scope set" in answer.body["error_description"]


async def test_a_client_registered_for_bound_tokens_gets_no_bearer_token(here: Installation) -> None:
    await here.add_client("bound", token_type="DPoP")
    await settled(here)
    assert (await here.ask("bound", NAME)).body["error"] == "invalid_dpop_proof"


def detail(**changed: Any) -> str:
    good = {"type": "urn:lienthong:purpose", "purpose": "security", "case_reference": "G01-260115-0001"}
    return json.dumps([{**good, **changed}])


@pytest.mark.parametrize(
    "details",
    [
        "x", "{}", "[]", "null", "[null]", "[[]]", "[" * 30_000, detail()[:-1] + "," + detail()[1:],
        detail(type="urn:other"), detail(purpose="unknown"), detail(purpose=["security"]), detail(actions=["read"]),
        detail(legal_basis="another law"), detail(case_reference=""), detail(case_reference="001085000123"),
        detail(case_reference="G01-001085000123"), detail(case_reference="about Mr. X"), detail(case_reference="a-1"),
        detail(case_reference="G01-1\n"), detail(purpose="security\x00"), '[{"type":"urn:lienthong:purpose"}]',
    ],
)  # fmt: skip
async def test_what_is_not_one_purpose_of_the_list_is_refused(unchanged: Installation, details: str) -> None:
    answer = await unchanged.ask("desk", NAME, authorization_details=details)
    assert (answer.status, answer.body["error"]) == (400, "invalid_authorization_details")
    assert "001085000123" not in answer.body["error_description"]


async def test_a_legal_basis_may_be_stated(unchanged: Installation) -> None:
    assert (await unchanged.ask("desk", NAME, authorization_details=detail(legal_basis=BASIS))).status == 200


async def test_unknown_and_suspended_clients_and_wrong_signatures_are_told_the_same(here: Installation) -> None:
    await here.add_client("asleep", state="suspended")
    await here.add_client("of-the-suspended", agency="G03")
    await here.connection.execute("update agencies set state = 'suspended' where agency = 'G03'")
    here.keys["nobody"] = here.keys["desk"]
    stranger, kid = ECKey.generate_key("P-256"), here.keys["desk"].thumbprint()
    answers = [
        await here.ask("nobody", NAME),
        await here.ask("asleep", NAME),
        await here.ask("of-the-suspended", NAME),
        await here.ask("desk", NAME, assertion=here.assertion("desk", key=stranger, header={"kid": kid})),
        await here.ask("desk", NAME, assertion=here.assertion("desk", header={"kid": "unknown"})),
    ]
    assert {answer.body["error_description"] for answer in answers} == {NOT_AUTHENTICATED}
    assert len({json.dumps(answer.body) for answer in answers}) == 1


async def test_a_signature_by_the_decoy_key_admits_nobody(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    decoy = ECKey.generate_key("P-256")
    monkeypatch.setattr("auth.oauth.assertion._DECOY_EC", decoy)
    answer = await here.ask("desk", NAME, assertion=here.assertion("desk", key=decoy))
    assert answer.body["error_description"] == NOT_AUTHENTICATED


async def test_an_assertion_of_one_client_does_not_serve_another(here: Installation) -> None:
    await here.add_client("other")
    answer = await here.ask("other", NAME, assertion=here.assertion("desk"), client_id="other")
    assert answer.body["error"] == "invalid_client"


async def test_a_client_cannot_sign_as_another(here: Installation) -> None:
    await here.add_client("other")
    as_desk = here.assertion("desk", key=here.keys["other"])
    assert (await here.ask("desk", NAME, assertion=as_desk)).body["error"] == "invalid_client"


async def test_a_client_secret_is_refused(unchanged: Installation) -> None:
    assert (await unchanged.ask("desk", NAME, client_secret="secret")).body["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"])
async def test_other_grant_types_are_refused(unchanged: Installation, kind: str) -> None:
    refused = await unchanged.ask("desk", NAME, grant_type=kind)
    assert (refused.status, refused.body["error"]) == (400, "unsupported_grant_type")
    assert kind not in refused.body["error_description"]


async def test_without_a_grant_type_the_request_is_refused(unchanged: Installation) -> None:
    assert (await unchanged.ask("desk", NAME, grant_type="")).body["error"] == "invalid_request"


@pytest.mark.parametrize(
    "kind", ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"]
)
async def test_a_grant_type_that_the_client_is_not_registered_for_is_refused(
    unchanged: Installation, kind: str
) -> None:
    assert (await unchanged.ask("desk", NAME, grant_type=kind)).body["error"] == "unauthorized_client"


async def test_an_assertion_sent_ten_times_at_once_to_two_processes_wins_once(
    here: Installation, install: Install
) -> None:
    there = await install(here.files)
    form = here.form("desk", NAME)
    answers = await asyncio.gather(*(made.server.token(form) for made in [here, there] * 5))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 9
    assert {answer.body.get("error") for answer in answers} == {None, "invalid_client"}


async def test_an_assertion_counts_as_used_though_the_request_was_refused(here: Installation) -> None:
    assertion = here.assertion("desk")
    assert (await here.ask("desk", FIND, assertion=assertion)).body["error"] == "invalid_scope"
    assert "used before" in (await here.ask("desk", NAME, assertion=assertion)).body["error_description"]


async def test_a_stranger_cannot_use_up_an_assertion(here: Installation) -> None:
    await here.ask("desk", NAME, assertion=here.assertion("desk", key=ECKey.generate_key("P-256"), jti="same"))
    assert (await here.ask("desk", NAME, assertion=here.assertion("desk", jti="same"))).status == 200


async def test_assertions_past_their_time_are_forgotten(here: Installation) -> None:
    await here.token("desk", NAME)
    await here.connection.execute("insert into used_once values ('old', now() - interval '1 minute')")
    assert await here.connection.fetchval("select count(*) from used_once") == 2
    here.server._purge_at = 0
    await here.token("desk", NAME)
    assert await here.connection.fetchval("select count(*) from used_once where digest = 'old'") == 0


async def test_what_comes_faster_than_it_is_forgotten_is_forgotten_sooner(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.oauth.registered.FORGOTTEN_AT_ONCE", 2)
    old = "insert into used_once select n::text::bytea, now() - interval '1 minute' from generate_series(1, 3) n"
    await here.connection.execute(old)
    waits = []
    for _ in range(2):
        here.server._purge_at = 0
        await here.token("desk", NAME)
        waits.append(here.server._purge_at - clock.lease())
    assert waits[0] <= PURGE_ON_S < waits[1]
    assert await here.connection.fetchval("select count(*) from used_once where expires_at < now()") == 0


async def test_a_token_of_one_process_is_good_in_another(here: Installation, install: Install) -> None:
    there = await install(here.files)
    token = await there.token("desk", NAME, assertion=here.assertion("desk"))
    assert at_once(here.authority.caller(f"Bearer {token}")).client == "desk"


@pytest.mark.usefixtures("here")
async def test_a_process_without_the_key_that_signs_does_not_open(install: Install) -> None:
    with pytest.raises(SigningKeyMissing):
        await install(Files())
