"""The command's groups over what people decide: the office's door, for an operator at the machine."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from typer.testing import CliRunner, Result

from auth.demo.install import install_demo
from cli import app
from installation.databases import connect, database_url
from installation.errors import Refusal
from installation.home import key_file
from installation.settings import Settings
from tests.test_cli import ROOT

Told = Callable[..., Result]
SET = "set:identity.basic.v1"
BORN = "identity:citizen.date_of_birth:read"
GIVE = ("--agency", "G12", "--purpose", "tax.assessment", "--set", SET)
WHY = ("--reason", "invented")
SECOND = ("--as", "demo-officer-2")


@pytest.fixture
async def demo(fresh_settings: Settings) -> Settings:
    """Databases in which the demo agencies and officers are registered."""
    await install_demo(database_url(fresh_settings, "auth"), partial(key_file, fresh_settings.home))
    return fresh_settings


@pytest.fixture
def tell(demo: Settings, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Run the command in this process, in demo mode."""
    for name, value in demo.model_dump(include={"database_url", "database_prefix", "home"}).items():
        monkeypatch.setenv(f"LIENTHONG_{name.upper()}", str(value))
    monkeypatch.setenv("LIENTHONG_MODE", "demo")
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def answered(result: Result) -> Any:
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def refusal(result: Result) -> str:
    assert isinstance(result.exception, Refusal), result.output
    return str(result.exception)


def proposed(tell: Told, *arguments: str) -> str:
    told = answered(tell(*arguments, *WHY, "--json"))
    return next(str(each["name"]) for each in told["made"] if each["what"] == "proposal")


def test_a_guard_of_a_purpose_takes_two_and_is_listed(tell: Told) -> None:
    number = proposed(tell, "purpose", "guard", "tax.assessment", "--days", "30")
    answered(tell("grant", "approve", number, *SECOND, "--json"))
    answered(
        tell("grant", "approve", proposed(tell, "purpose", "guard", "tax.assessment", "--general"), *SECOND, "--json")
    )

    listed = {each["purpose"]: each for each in answered(tell("purpose", "list", "--json"))}

    guards = {code: (each["shownAfterDays"], each["thirdPartySensitive"]) for code, each in listed.items()}
    assert guards["tax.assessment"] == (30, True)
    assert guards["land.registration"] == (0, False)
    assert "no such purpose" in refusal(tell("purpose", "guard", "unheard.of", "--days", "1", *WHY))


def test_a_grant_goes_from_proposal_to_revocation(tell: Told) -> None:
    number = proposed(tell, "grant", "propose", *GIVE)
    approved = answered(tell("grant", "approve", number, *SECOND, "--json"))
    grant = next(each["name"] for each in approved["made"] if each["what"] == "grant")
    before = answered(tell("grant", "show", grant, "--json"))[0]

    revoked = tell("grant", "revoke", grant, *WHY)

    assert (before["state"], before["sets"], before["approvedBy"]) == ("ACTIVE", [SET], "demo-officer-2")
    assert "No process serves at the moment." in revoked.stdout
    assert answered(tell("grant", "show", grant, "--json"))[0]["state"] == "REVOKED"


def test_nobody_approves_at_the_machine(tell: Told) -> None:
    number = proposed(tell, "grant", "propose", *GIVE)

    for command in ("approve", "adopt", "refuse"):
        options = WHY if command == "refuse" else ()
        assert f"http://localhost:8000/console/proposals/{number}" in refusal(
            tell("proposal", command, number, *options)
        )
    assert answered(tell("proposal", "list", "--json"))[0]["state"] == "PROPOSED"


def test_a_demo_officer_does_not_approve_their_own(tell: Told) -> None:
    number = proposed(tell, "grant", "propose", *GIVE, *SECOND)

    assert refusal(tell("grant", "approve", number, *SECOND)).startswith("Nobody approves what they proposed")


@pytest.mark.parametrize("officer", ["root", "demo-officer-9", "an"])
def test_nobody_else_is_taken_for_an_officer(tell: Told, officer: str) -> None:
    assert "demo-officer-1" in refusal(tell("grant", "revoke", "1", *WHY, "--as", officer))


def test_outside_demo_mode_there_are_no_demo_officers(tell: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    number = proposed(tell, "grant", "propose", *GIVE)
    monkeypatch.delenv("LIENTHONG_MODE")

    assert "LIENTHONG_MODE=demo" in refusal(tell("grant", "approve", number, *SECOND))


def test_narrowing_keeps_what_is_not_named(tell: Told) -> None:
    told = answered(tell("grant", "narrow", "5", "--persons-per-day", "50", *WHY, "--json"))
    after = answered(tell("grant", "show", told["made"][0]["name"], "--json"))[0]

    assert (after["personsPerDay"], after["reach"], after["units"]) == (50, "JURISDICTION", ["01"])


def test_widening_by_narrowing_is_refused(tell: Told) -> None:
    assert "propose" in refusal(tell("grant", "narrow", "5", "--reach", "everywhere", *WHY))


def test_a_narrowing_is_tried_watched_and_made(tell: Told) -> None:
    ends = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    started = answered(tell("trial", "start", "5", "--unit", "01", "--except", BORN, "--ends", ends, *WHY, "--json"))
    trial = started["made"][0]["name"]

    (listed,) = answered(tell("trial", "list", "--grant", "5", "--json"))
    reasons = answered(tell("trial", "reasons", trial, "--json"))
    narrowed = answered(tell("trial", "narrow", trial, *WHY, "--json"))

    assert (listed["number"], listed["runs"], listed["exceptions"]) == (trial, True, [BORN])
    assert (listed["noted"]["refused"], reasons) == (0, [])
    grant = next(each["name"] for each in narrowed["made"] if each["what"] == "grant")
    assert answered(tell("grant", "show", grant, "--json"))[0]["exceptions"] == [BORN]
    assert "over" in refusal(tell("trial", "end", trial, *WHY))


def test_a_client_is_registered_with_its_key_and_held_to_registered_operations(tell: Told, tmp_path: Path) -> None:
    key, document = tmp_path / "key.jwk", tmp_path / "op.graphql"
    key.write_text(json.dumps(_public(ECKey.generate_key("P-256"))))
    document.write_text('{ citizen(pin: "001085000001") { fullName } }')
    options = ("--agency", "G12", "--name", "Second tax office", "--key", str(key), "--allow", SET)

    tell("proposal", "approve", proposed(tell, "client", "register", "tax-2", *options), *SECOND)
    tell("operations", "register", str(document), "--agency", "G12")
    told = tell("client", "demand-registered", "tax-2", *WHY)

    shown = answered(tell("client", "show", "tax-2", "--json"))[0]
    assert told.exit_code == 0
    assert (shown["tokenType"], shown["registeredOnly"], shown["allowed"]) == ("DPOP", True, [SET])
    assert len(answered(tell("operations", "list", "--agency", "G12", "--json"))) == 1


def test_a_private_key_is_refused_and_not_repeated(tell: Told, tmp_path: Path) -> None:
    key, private = tmp_path / "key.jwk", ECKey.generate_key("P-256")
    key.write_text(json.dumps({**private.as_dict(private=True), "kid": "k"}))

    result = tell("client", "register", "x", "--agency", "G12", "--name", "X", "--key", str(key), *WHY)

    assert refusal(result)
    assert str(private.as_dict(private=True)["d"]) not in f"{result.output}{result.exception}"


def test_a_preview_shows_what_a_revocation_would_break(tell: Told, tmp_path: Path) -> None:
    document = tmp_path / "op.graphql"
    document.write_text("query Family($pin: PersonalNumber!) { citizen(pin: $pin) { fullName } }")
    tell("operations", "register", str(document), "--agency", "G15")

    found = answered(tell("grant", "preview", "2", "--json"))

    assert [(each["client"], each["before"], each["after"]) for each in found] == [("civil-status", True, False)]


def test_an_invitation_shows_its_link_to_who_approves_and_to_nobody_again(tell: Told) -> None:
    number = proposed(tell, "officer", "invite", "binh", "--name", "Trần Bình", "--role", "approver")

    approved = answered(tell("proposal", "approve", number, *SECOND, "--json"))
    acts = tell("audit", "list", "--json")

    assert len(approved["secret"]) > 20
    assert approved["secret"] not in acts.stdout


def test_an_emergency_is_an_officers_to_open_and_anothers_to_review(tell: Told) -> None:
    until = ("--until", "2099-01-01")
    assert refusal(tell("emergency", "open", *GIVE, *until, *WHY)).startswith("This is not for you")
    assert "24 hours" in refusal(tell("emergency", "open", *GIVE, *until, *WHY, "--as", "demo-officer-1"))


def test_agencies_are_admitted_by_two_and_suspended_by_one(tell: Told) -> None:
    names = ("--vi", "Cơ quan minh họa", "--en", "An invented agency")
    tell("proposal", "approve", proposed(tell, "agency", "admit", "G77", *names), *SECOND)
    tell("agency", "suspend", "G77", *WHY)

    listed = {each["agency"]: each["state"] for each in answered(tell("agency", "list", "--json"))}
    assert (listed["G77"], listed["G01"]) == ("SUSPENDED", "ACTIVE")


def test_reading_the_audit_is_in_the_audit(tell: Told) -> None:
    tell("audit", "list", "--act", "grant.revoke")

    newest = answered(tell("audit", "list", "--act", "audit.read", "--json"))
    assert [each["detail"]["change"]["filter"] for each in newest] == [{"act": "audit.read"}, {"act": "grant.revoke"}]


def test_the_record_is_verified_and_a_forged_one_found(tell: Told, demo: Settings) -> None:
    tell("grant", "revoke", "1", *WHY)
    good = tell("audit", "verify")

    asyncio.run(_forge(database_url(demo, "auth")))

    bad = tell("audit", "verify")
    assert (good.exit_code, "hold together" in good.stdout) == (0, True)
    assert (bad.exit_code, "broken at act 1" in bad.stdout) == (1, True)


def test_the_tables_fit_and_hold_what_was_asked(tell: Told) -> None:
    for group in ("agency", "client", "purpose", "grant", "proposal", "emergency", "officer", "keys"):
        assert tell(group, "list").exit_code == 0, group
    assert "demo-officer-1" in tell("officer", "list").stdout


def test_the_groups_help_with_an_example() -> None:
    for group in ("agency", "client", "purpose", "grant", "proposal", "emergency", "officer", "operations", "keys"):
        assert "Example: lienthong" in CliRunner().invoke(app, [group, "--help"]).stdout, group


def test_a_refusal_is_one_line_and_an_exit_code(demo: Settings) -> None:
    environment = {f"LIENTHONG_{name.upper()}": str(value) for name, value in demo.model_dump(
        include={"database_url", "database_prefix", "home"}).items()}  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "grant", "revoke", "999", *WHY],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "There is no such grant.\n")


async def _forge(dsn: str) -> None:
    """What somebody with the whole database in hand would do."""
    connection = await connect(dsn)
    await connection.execute("alter table acts disable trigger user")
    await connection.execute("update acts set actor = 'somebody else' where act_id = 1")
    await connection.close()


def _public(key: ECKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint()}
