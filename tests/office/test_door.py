"""Who comes in: a token made for this door, bound to its key; a citizen's browser; and nobody by another's papers."""

import json
import secrets
from typing import Any

import httpx2
import pytest

from auth.citizens import sessions as citizen_sessions
from auth.citizens.id_tokens import Identity
from auth.citizens.sessions import CitizenSession
from auth.cookies import session_cookie
from auth.officers.door import TOKEN_HEADER
from tests.auth.holders import Holder, bound_token, holder_at
from tests.auth.officers.conftest import ORIGIN
from tests.auth.world import NAME
from tests.office.world import WHY, Place, key

PATH = "/office/graphql"
OFFICE = ORIGIN + PATH
VIEWER = "{ viewer { kind name agency capacities } }"
MAI, LAN = "001085000001", "001085000002"


async def post(place: Place, document: str, headers: dict[str, str], **variables: Any) -> httpx2.Response:
    body = json.dumps({"query": document, "variables": variables})
    async with place.http as client:
        return await client.post(PATH, content=body, headers={"content-type": "application/json", **headers})


async def bearer(place: Place, client: str = "desk", **how: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {await place.installation.token(client, purpose=None, resource=OFFICE, **how)}"}


async def test_a_client_comes_in_with_a_token_made_for_this_door(place: Place) -> None:
    response = await post(place, VIEWER, await bearer(place))

    assert response.json()["data"]["viewer"] == {
        "kind": "agency", "name": "desk", "agency": "G01", "capacities": ["agency"],
    }  # fmt: skip


async def test_a_token_for_the_graph_is_none_here(place: Place) -> None:
    token = await place.installation.token("desk", NAME)

    response = await post(place, VIEWER, {"authorization": f"Bearer {token}"})

    assert response.status_code == 401
    assert "www-authenticate" in response.headers


@pytest.mark.parametrize("odd", ["Bearer x", "Bearer", "Basic ZGVzazpkZXNr", "", "Bearer " + "a." * 5_000])
async def test_what_is_no_token_opens_nothing(shared: Place, odd: str) -> None:
    assert (await post(shared, VIEWER, {"authorization": odd})).status_code == 401


async def test_a_token_is_looked_at_before_any_cookie(place: Place) -> None:
    headers = {**await place.browser("binh"), "authorization": "Bearer x"}

    assert (await post(place, VIEWER, headers)).status_code == 401


async def test_a_suspended_clients_token_is_refused(place: Place) -> None:
    headers = await bearer(place)
    await place.installation.connection.execute("update clients set state = 'suspended' where client = 'desk'")
    await place.settled()

    assert (await post(place, VIEWER, headers)).status_code == 401


async def bound(place: Place) -> tuple[Holder, str]:
    """A client whose tokens are bound to its key: the key, and a token for this door."""
    await place.installation.add_client("vault", token_type="DPoP")
    await place.settled()
    holder = holder_at(place.installation)
    return holder, await bound_token(place.installation, "vault", "", holder, purpose=None, resource=OFFICE)


async def test_a_bound_token_comes_in_with_its_proof_once(place: Place) -> None:
    holder, token = await bound(place)
    headers = {"authorization": f"DPoP {token}", "dpop": holder.proof(OFFICE, token=token)}

    first, again = await post(place, VIEWER, headers), await post(place, VIEWER, headers)

    assert first.json()["data"]["viewer"]["name"] == "vault"
    assert again.status_code == 401


async def test_a_stolen_bound_token_opens_nothing(place: Place) -> None:
    holder, token = await bound(place)
    thief = holder_at(place.installation)
    tries = [
        {"authorization": f"Bearer {token}"},
        {"authorization": f"DPoP {token}"},
        {"authorization": f"DPoP {token}", "dpop": thief.proof(OFFICE, token=token)},
        {"authorization": f"DPoP {token}", "dpop": holder.proof(f"{ORIGIN}/graphql", token=token)},
        {"authorization": f"DPoP {token}", "dpop": holder.proof(OFFICE, token="another")},
    ]

    answers = [await post(place, VIEWER, headers) for headers in tries]

    assert [answer.status_code for answer in answers] == [401] * 5
    assert all("DPoP" in answer.headers["www-authenticate"] for answer in answers)


async def test_a_proof_without_a_nonce_is_told_one(place: Place) -> None:
    holder, token = await bound(place)

    told = await post(
        place, VIEWER, {"authorization": f"DPoP {token}", "dpop": holder.proof(OFFICE, token=token, nonce=None)}
    )

    assert (told.status_code, told.headers["dpop-nonce"]) == (401, holder.nonces.current())
    assert "use_dpop_nonce" in told.headers["www-authenticate"]


async def test_nothing_an_agency_holds_reaches_an_officers_field(place: Place) -> None:
    headers = {**await bearer(place), "accept": "application/graphql-response+json"}

    for document in ("{ officers { name } }", "{ acts { next } }", "{ signingKeys { kid } }"):
        response = await post(place, document, headers)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def citizen(place: Place, pin: str) -> CitizenSession:
    """A citizen who signed in at the identity provider."""
    subjects = place.installation.authority.subjects
    async with place.office.desk.engine.begin() as connection:
        secret = await citizen_sessions.begin(connection, subjects, Identity(pin, "loa3"))
        session = await citizen_sessions.current(connection, subjects, secret)
    assert session is not None
    return session


def browser(session: CitizenSession, **other: str) -> dict[str, str]:
    cookie = f"{session_cookie('citizen', ORIGIN).name}={session.secret}"
    return {"cookie": cookie, "origin": ORIGIN, TOKEN_HEADER: session.office_token, **other}


async def consented(place: Place, pin: str) -> str:
    """The number of a consent that this citizen gave."""
    keep = place.installation.authority.subjects.keep
    row = {"client": "portal", "purpose": "tax", "scopes": [NAME], "language": "vi", "shown": secrets.token_bytes(32)}
    if not await place.installation.connection.fetchval("select count(*) from clients where client = 'portal'"):
        await place.installation.add_client("portal", kind="portal")
    until = await place.installation.connection.fetchval("select now() + interval '1 day'")
    made = {**row, "citizen": keep(pin), "subject": keep(pin), "valid_until": until}
    return str(await place.installation.insert("consents", "consent", **made))


CONSENTS = "{ consents { number client scopes aboutMe withdrawnAt } }"
WITHDRAW = "mutation($c: WithdrawConsentInput!, $k: String!) { it: withdrawConsent(change: $c, idempotencyKey: $k) {"
WITHDRAW += " __typename ... on Done { inForce { serving of } } } }"


async def test_a_citizen_sees_and_withdraws_their_own_consent(place: Place) -> None:
    number, session = await consented(place, MAI), await citizen(place, MAI)

    seen = (await post(place, CONSENTS, browser(session))).json()["data"]["consents"]
    told = (await post(place, WITHDRAW, browser(session), c={"consent": number}, k=key())).json()["data"]["it"]

    assert [(each["number"], each["aboutMe"], each["withdrawnAt"]) for each in seen] == [(number, True, None)]
    assert told == {"__typename": "Done", "inForce": {"serving": 1, "of": 1}}
    assert ("consent", number) in place.installation.authority.snapshot().revoked


async def test_another_citizens_consent_is_not_there(place: Place) -> None:
    number, session = await consented(place, MAI), await citizen(place, LAN)

    seen = (await post(place, CONSENTS, browser(session))).json()["data"]["consents"]
    told = (await post(place, WITHDRAW, browser(session), c={"consent": number}, k=key())).json()["data"]["it"]

    assert seen == []
    assert told["__typename"] == "NotFound"


async def test_no_answer_to_a_citizen_holds_a_number_and_no_act_does(place: Place) -> None:
    number, session = await consented(place, MAI), await citizen(place, MAI)
    answers = [
        await post(place, VIEWER, browser(session)),
        await post(place, CONSENTS, browser(session)),
        await post(place, WITHDRAW, browser(session), c={"consent": number}, k=key()),
    ]
    rows = await place.installation.connection.fetch("select * from acts")

    assert all(MAI not in answer.text for answer in answers)
    assert rows
    assert all(MAI not in str(dict(row)) for row in rows)


@pytest.mark.parametrize("odd", [
    {TOKEN_HEADER: "0" * 64},
    {"origin": "https://evil.example"},
    {"sec-fetch-site": "cross-site"},
])  # fmt: skip
async def test_another_page_speaks_for_no_citizen(place: Place, odd: dict[str, str]) -> None:
    session = await citizen(place, MAI)

    assert (await post(place, CONSENTS, browser(session, **odd))).status_code == 403


async def test_a_citizen_changes_nothing_of_officers(place: Place) -> None:
    document = "mutation($c: RevokeGrantInput!, $k: String!) { it: revokeGrant(change: $c, idempotencyKey: $k)"
    document += " { __typename } }"
    session = await citizen(place, MAI)

    told = await post(place, document, browser(session), c={"grant": "1", "reason": WHY}, k=key())

    assert told.json()["data"]["it"]["__typename"] == "Forbidden"
