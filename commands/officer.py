"""`lienthong officer`: who decides, from the first officer on."""

from typing import Annotated

import typer

from commands.asking import As, Json, Reason, ask, change, group, propose, show

app = group(
    "Officers: who decides. Each is known by two passkeys.",
    "lienthong officer invite binh --name 'Trần Bình' --role approver --reason 'Second pair of eyes'",
)

Officer = Annotated[str, typer.Argument(help="The name under which the officer's acts are recorded.")]
Name = Annotated[str, typer.Option(help="The officer's own name.")]
Roles = Annotated[list[str], typer.Option("--role", help="proposer, approver, auditor or operator; repeat for more.")]


@app.command("list")
def list_officers(*, as_json: Json = False) -> None:
    """List everybody who decides or decided."""
    columns = {"Officer": "officer", "State": "state", "Roles": "roles", "Opens emergencies": "opensEmergencies"}
    found = ask("{ officers { officer name state roles opensEmergencies } }")["officers"]
    show(found, {**columns, "Name": "name"}, as_json=as_json)


@app.command()
def first(officer: Officer, name: Name, *, as_json: Json = False) -> None:
    """Admit the first officer, while nobody has a passkey, and print the link that enrolls one, once."""
    change("firstOfficer", {"officer": officer, "name": name}, None, as_json=as_json)


@app.command()
def invite(
    officer: Officer,
    name: Name,
    role: Roles,
    reason: Reason,
    *,
    emergencies: Annotated[bool, typer.Option("--emergencies", help="May open emergency access alone.")] = False,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose to admit an officer; another approves. You are shown a code, the other a link; enrolling takes both."""
    roles = [each.upper() for each in role]
    told = {"officer": officer, "name": name, "roles": roles, "opensEmergencies": emergencies}
    propose("admitOfficer", told, reason, who, as_json=as_json)


@app.command()
def link(officer: Officer, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Propose a new link for an officer who lost both passkeys. You are shown its code; who approves, the link."""
    propose("enrolOfficer", {"officer": officer}, reason, who, as_json=as_json)


@app.command()
def remove(officer: Officer, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Remove an officer: no session, no passkey, no link of theirs is accepted any more, at once."""
    change("removeOfficer", {"officer": officer, "reason": reason}, who, as_json=as_json)
