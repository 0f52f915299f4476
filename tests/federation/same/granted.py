"""Tokens that `lienthong token` does not give: without a purpose, or of a client whose grant counts persons."""

import json
import urllib.parse
import urllib.request
from functools import partial
from pathlib import Path

from auth.demo.agencies import CLIENTS, WIDEST, DemoClient
from auth.demo.install import token_request
from auth.keys import client_jwk, private_key
from installation.home import key_file
from tests.serving import command

OFFICERS = ("--as", "demo-officer-1", "--json"), ("--as", "demo-officer-2")
PERSONS_PER_DAY = 2
SCOPES = "identity:citizen.pin:lookup", "identity:citizen.sex:read"
COUNTED = DemoClient("counted", "G19.99", "Counted", "tax.assessment", "G19.99-260115-0009", lambda _: False)


def without_purpose(environment: dict[str, str]) -> str:
    """A token of the client with the widest rights that names no purpose, and so no scope."""
    (widest,) = (each for each in CLIENTS if each.client == WIDEST)
    return _token(environment, widest, scope="", authorization_details="")


def counted(environment: dict[str, str]) -> str:
    """A token for scopes of which the only grant is good for a few persons a day; officers admit its client first."""
    key = Path(environment["LIENTHONG_HOME"]) / "counted.jwk"
    key.write_text(json.dumps(client_jwk(private_key(partial(key_file, key.parent), f"demo-{COUNTED.client}.jwk"))))
    allowed = [part for scope in SCOPES for part in ("--allow", scope)]
    told = "--agency", COUNTED.agency, "--name", COUNTED.name, "--key", str(key), "--bearer", *allowed
    _decided(environment, "client", "register", COUNTED.client, *told)
    granted = [part for scope in SCOPES for part in ("--scope", scope)]
    until = "--until", "2099-12-31", "--persons-per-day", str(PERSONS_PER_DAY)
    _decided(
        environment, "grant", "propose", "--agency", COUNTED.agency, "--purpose", COUNTED.purpose, *granted, *until
    )
    return _token(environment, COUNTED, scope=" ".join(SCOPES))


def _decided(environment: dict[str, str], *act: str) -> None:
    proposed = command(environment, *act, "--reason", "To see the limit", *OFFICERS[0])
    assert proposed.returncode == 0, proposed.stderr
    (number,) = (made["name"] for made in json.loads(proposed.stdout)["made"] if made["what"] == "proposal")
    approved = command(environment, "proposal", "approve", number, *OFFICERS[1])
    assert approved.returncode == 0, approved.stderr


def _token(environment: dict[str, str], client: DemoClient, **changes: str) -> str:
    """What the token endpoint gives for the client's form with these changes; what is empty is left out."""
    key = private_key(partial(key_file, Path(environment["LIENTHONG_HOME"])), f"demo-{client.client}.jwk")
    form = {**token_request(client, key, environment["LIENTHONG_ISSUER"]), **changes}
    sent = urllib.parse.urlencode({name: value for name, value in form.items() if value}).encode()
    with urllib.request.urlopen(f"{environment['LIENTHONG_ISSUER']}/oauth/token", sent, timeout=30) as answer:
        return str(json.loads(answer.read())["access_token"])
