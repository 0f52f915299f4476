"""`lienthong serve --authority`: who may ask what, on a machine that reaches no register."""

import contextlib
import json

import asyncpg
import pytest

from installation.settings import Settings
from tests.console.citizens.browser import Browser, Portal
from tests.serving import Serving
from tests.shapes.conftest import asked, token

WIDOW = "038152000001"  # in the register, she acts for her grandchild
QUESTION = '{ citizen(pin: "001085000001") { fullName } }'


async def test_the_authority_makes_no_registers_database(authority: Serving, settings: Settings) -> None:
    connection = await asyncpg.connect(settings.database_url)
    try:
        prefix = authority.environment["LIENTHONG_DATABASE_PREFIX"]
        made = await connection.fetch("select datname from pg_database where starts_with(datname, $1)", prefix)
    finally:
        await connection.close()

    assert {row["datname"].removeprefix(prefix) for row in made} == {"auth", "ledger"}


def test_the_authority_is_ready_without_registers(authority: Serving) -> None:
    status, body = authority.ask("/readyz")

    assert (status, json.loads(body)) == (200, {"grants": True, "ledger": True})


@pytest.mark.parametrize(("client", "verdict"), [("public-security", "granted"), ("bank", "refused")])
def test_the_authority_explains_operations_over_every_register(authority: Serving, client: str, verdict: str) -> None:
    status, body = asked(authority, QUESTION, f"Bearer {token(authority, client)}", "/graphql/explain")

    assert (status, body["verdict"]) == (200, verdict)


def test_the_authority_answers_no_operation(authority: Serving) -> None:
    bearer = f"Bearer {token(authority, 'public-security')}"

    assert authority.ask("/graphql", json.dumps({"query": QUESTION}), Authorization=bearer)[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/oauth-authorization-server",
        "/oauth/jwks",
        "/console/sign-in",
        "/ledger/key",
        "/ledger/statistics",
        "/metrics",
    ],
)
def test_everything_else_is_there_as_in_the_whole(authority: Serving, path: str) -> None:
    assert authority.ask(path)[0] == 200


def test_an_operator_of_the_authority_is_told_of_its_two_databases_and_of_no_other(authority: Serving) -> None:
    said = authority.command("doctor").stdout

    assert "authority_auth is current" in said
    assert "authority_ledger is current" in said
    assert "authority_land" not in said


def test_the_authority_has_no_register_to_invent_a_nation_in(authority: Serving) -> None:
    done = authority.command("seed")

    assert done.returncode == 1
    assert done.stderr.startswith("The authority has no register to fill")


def test_a_representative_answers_for_herself_where_no_register_says_whom_she_represents_and_is_told_so(
    authority: Serving,
) -> None:
    portal = Portal(authority.issuer, authority.home)
    with contextlib.closing(Browser(authority.issuer, "en")) as browser:
        question = browser.to_question(portal, WIDOW)
        code = browser.agree(question)

    assert "you can answer for yourself only" in question.text
    assert "Đặng Gia Huy" not in question.text
    assert portal.exchange(code).status_code == 200
