"""`lienthong serve --domain land --public`: a register that clients ask themselves, with every check and no router."""

import json
import time
from collections.abc import Iterator

import pytest

from installation.settings import Settings
from tests.console.citizens.browser import Portal
from tests.serving import Serving
from tests.shapes.conftest import asked, ministry, token

PARCELS = '{ parcels(communeCode: "00004", first: 1) { edges { node { id } } } }'
HOLDERS = """{ parcels(communeCode: "00004", first: 1) { edges { node {
    landRights(first: 1) { edges { node { holder { __typename ... on Enterprise { code } } } } } } } } }"""


@pytest.fixture(scope="module")
def land(settings: Settings, authority: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    told = {"domain": "land", "shape": "public"}
    with ministry(settings, authority, tmp_path_factory.mktemp("public"), "public", **told) as started:
        yield started


@pytest.fixture
def bearer(authority: Serving) -> str:
    return f"Bearer {token(authority, 'public-security')}"


def codes(body: dict[str, list[dict[str, dict[str, str]]]]) -> set[str]:
    return {error["extensions"]["code"] for error in body["errors"]}


def test_a_client_with_the_rights_is_answered_by_the_register_itself(land: Serving, bearer: str) -> None:
    for query in (PARCELS, HOLDERS):
        status, body = asked(land, query, bearer)

        assert (status, "errors" in body) == (200, False), body


def test_a_client_without_a_token_or_without_the_right_is_refused(land: Serving, authority: Serving) -> None:
    assert asked(land, PARCELS, "")[0] == 401

    status, body = asked(land, HOLDERS, f"Bearer {token(authority, 'bank')}")

    assert (status, codes(body)) == (403, {"SCOPE_REQUIRED"})


@pytest.mark.parametrize(
    "query",
    [
        "{ _service { sdl } }",
        "{ _entities(representations: []) { __typename } }",
        PARCELS.replace("id }", "landRights(first: 1) { edges { node { holder { ... on Citizen { ref } } } } } }"),
    ],
    ids=["schema", "by-reference", "references"],
)
def test_no_way_in_for_a_router_is_there(land: Serving, bearer: str, query: str) -> None:
    status, body = asked(land, query, bearer)

    assert (status, codes(body)) == (400, {"GRAPHQL_VALIDATION_FAILED"})


def test_a_token_that_speaks_for_a_citizen_is_refused_with_where_to_go(land: Serving, authority: Serving) -> None:
    citizens = token(authority, "citizen-portal", "--citizen", "001085000001")

    status, body = asked(land, PARCELS, f"Bearer {citizens}")

    assert status == 401
    assert body["errors"][0]["message"].endswith("whom only the authority can name: ask the whole graph.")


def test_a_bound_token_needs_a_proof_for_the_registers_own_address(land: Serving, authority: Serving) -> None:
    tax = Portal(authority.issuer, authority.home, client="tax-service")
    detail = {"type": "urn:lienthong:purpose", "purpose": "tax.assessment", "case_reference": "G12-260115-0003"}
    answer = tax.post(
        "/oauth/token",
        grant_type="client_credentials", scope="set:demo.tax_service.v1",
        authorization_details=json.dumps([detail]),
    )  # fmt: skip
    bound = answer.json()["access_token"]

    here, there = (tax.ask(bound, PARCELS, land.issuer, url) for url in (land.issuer, authority.issuer))

    assert here.status_code == 200, here.text
    assert there.status_code == 401
    assert "invalid_dpop_proof" in there.headers["www-authenticate"]


def test_who_reads_at_the_register_is_on_record_there(land: Serving, bearer: str) -> None:
    deadline, before = time.monotonic() + 15, leaves(land)

    asked(land, HOLDERS, bearer)

    while leaves(land) == before:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def leaves(land: Serving) -> float:
    """Of the register's own ledger, sealed beside it."""
    (line,) = (line for line in land.ask("/metrics")[1].splitlines() if line.startswith("lienthong_ledger_leaves "))
    return float(line.split()[1])
