"""`lienthong client`: the systems of agencies, their keys, and what they may ask for."""

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.asking import As, Json, Reason, ask, change, group, json_file, propose, show
from installation.errors import Refusal

app = group(
    "Clients: the systems of agencies.",
    "lienthong client register tax-office --agency G12 --name 'Tax office' --key tax.jwk --allow set:identity.basic.v1"
    " --reason 'New system'",
)

Client = Annotated[str, typer.Argument(help="The OAuth client_id.")]
Key = Annotated[Path, typer.Argument(help="A file with one public JWK: P-256 or Ed25519, with kid.")]
FIELDS = "client name kind state tokenType allowed exchanges registeredOnly tokensPerMinute redirectUris"
FIELDS += " agency { agency } keys { kid curve }"
TERMS = ("name", "allowed", "redirectUris", "tokenType", "exchanges", "registeredOnly", "tokensPerMinute")


@app.command("list")
def list_clients(agency: str | None = None, after: str | None = None, *, as_json: Json = False) -> None:
    """List clients, of one agency or of all, a hundred at a time."""
    document = "query($a: ID, $after: ID) {"
    document += f" clients(agency: $a, first: 100, after: $after) {{ entries {{ {FIELDS} }} }} }}"
    columns = {"Client": "client", "Agency": "agency.agency", "Kind": "kind", "State": "state", "Tokens": "tokenType"}
    columns |= {"Registered only": "registeredOnly", "Name": "name"}
    show(ask(document, a=agency, after=after)["clients"]["entries"], columns, as_json=as_json)


@app.command("show")
def show_client(client: Client, *, as_json: Json = False) -> None:
    """Show one client: what it may ask for, and its keys."""
    columns = {"Client": "client", "State": "state", "May ask for": "allowed", "Goes back to": "redirectUris"}
    found = _client(client)
    show([found], columns, as_json=as_json)
    if not as_json:
        show(found["keys"], {"Key": "kid", "Curve": "curve"}, as_json=False)


@app.command()
def register(
    client: Client,
    agency: Annotated[str, typer.Option(help="The agency that answers for it.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    key: Annotated[list[Path], typer.Option(help="A file with one public JWK; may be given twice.")],
    reason: Reason,
    kind: Annotated[str, typer.Option(help="system, portal or subgraph.")] = "system",
    domain: Annotated[str | None, typer.Option(help="Of a subgraph: which domain it serves.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="A scope or scope set; repeat for more.")] = None,
    redirect: Annotated[list[str] | None, typer.Option(help="Of a portal: where citizens go back to.")] = None,
    *,
    bearer: Annotated[bool, typer.Option("--bearer", help="Tokens bound to no key; DPoP is usual.")] = False,
    exchanges: Annotated[bool, typer.Option("--exchanges", help="May exchange a portal's token.")] = False,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose to register a client; another officer approves."""
    terms = {"name": name, "allowed": allow or [], "redirectUris": redirect or [], "exchanges": exchanges}
    terms["tokenType"] = "BEARER" if bearer else "DPOP"
    told = {"client": client, "agency": agency, "kind": kind.upper(), "domain": domain, "terms": terms}
    propose("registerClient", {**told, "keys": [_jwk(path) for path in key]}, reason, who, as_json=as_json)


@app.command()
def suspend(client: Client, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Refuse a client and its tokens, at once."""
    change("suspendClient", {"client": client, "reason": reason}, who, as_json=as_json)


@app.command()
def resume(client: Client, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Propose to accept a suspended client again; another officer approves."""
    propose("resumeClient", {"client": client}, reason, who, as_json=as_json)


@app.command("add-key")
def add_key(client: Client, key: Key, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Propose to accept one more key of a client; its agency does so by itself at the office."""
    propose("addKey", {"client": client, "key": _jwk(key)}, reason, who, as_json=as_json)


@app.command("retire-key")
def retire_key(client: Client, kid: str, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Accept a key of a client no more, at once."""
    change("retireClientKey", {"client": client, "kid": kid, "reason": reason}, who, as_json=as_json)


@app.command("demand-registered")
def demand_registered(client: Client, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Answer this client only what its agency registered, at once."""
    terms = {**_terms(client), "registeredOnly": True}
    change("narrowClient", {"client": client, "terms": terms, "reason": reason}, who, as_json=as_json)


def _client(client: str) -> dict[str, Any]:
    found: dict[str, Any] | None = ask(f"query($c: ID!) {{ client(client: $c) {{ {FIELDS} }} }}", c=client)["client"]
    if found is None:
        raise Refusal("There is no such client; `lienthong client list` lists them.")
    return found


def _terms(client: str) -> dict[str, Any]:
    found = _client(client)
    return {name: found[name] for name in TERMS}


def _jwk(path: Path) -> Any:
    """The one key of a file, which may be a JWK or a set of one. A private member is refused where all keys are."""
    read = json_file(path)
    keys = read.get("keys") if isinstance(read, dict) else None
    return keys[0] if isinstance(keys, list) and len(keys) == 1 else read
