"""`lienthong keys`: what signs access tokens, and what a subgraph shows the authority."""

import json
from functools import partial
from typing import Annotated

import typer

from commands.asking import As, Json, ask, change, group, show
from installation.home import key_file
from installation.settings import load

app = group("Keys that sign access tokens.", "lienthong keys rotate")


@app.command("list")
def list_keys(*, as_json: Json = False) -> None:
    """List the keys: next, current, previous and retired ones."""
    found = ask("{ signingKeys { kid state changedAt } }")["signingKeys"]
    show(found, {"Key": "kid", "State": "state", "Since": "changedAt"}, as_json=as_json)


@app.command()
def rotate(
    *,
    now: Annotated[bool, typer.Option("--now", help="The key has leaked: refuse it at once, and its tokens.")] = False,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Let the next key sign, without a rejected request; says when it is possible, if it is not yet."""
    change("rotateKeys", {"now": now}, who, as_json=as_json)


@app.command()
def retire(kid: str, *, who: As = None, as_json: Json = False) -> None:
    """Refuse the next or a previous key at once: it has leaked."""
    change("retireKey", {"kid": kid}, who, as_json=as_json)


@app.command("subgraph")
def subgraph_key() -> None:
    """Print the public key by which the authority knows this subgraph; it is made at the first call.

    The authority registers it: `lienthong client register land-graph --kind subgraph --domain land --key FILE …`.
    """
    from auth.keys import client_jwk, private_key
    from shapes.policy import KEY

    key = private_key(partial(key_file, load().home), KEY)
    typer.echo(json.dumps(client_jwk(key)))
