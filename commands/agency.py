"""`lienthong agency`: who may hold clients and grants."""

from typing import Annotated

import typer

from commands.asking import As, Json, Reason, ask, change, group, propose, show

app = group("Agencies: who may hold clients and grants.", "lienthong agency suspend G12 --reason 'Left the programme'")

Agency = Annotated[str, typer.Argument(help="Identifier by Decision 20/2020, such as G12.")]
ENTRIES = "{ agencies(first: 100, after: $after) { entries { agency state nameVi nameEn } next } }"


@app.command("list")
def list_agencies(after: str | None = None, *, as_json: Json = False) -> None:
    """List agencies, a hundred at a time."""
    found = ask(f"query($after: ID) {ENTRIES}", after=after)["agencies"]["entries"]
    columns = {"Agency": "agency", "State": "state", "Tên": "nameVi", "Name": "nameEn"}
    show(found, columns, as_json=as_json)


@app.command()
def admit(
    agency: Agency,
    vi: Annotated[str, typer.Option(help="Official name, Vietnamese.")],
    en: Annotated[str, typer.Option(help="Official name, English.")],
    reason: Reason,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose to admit an agency; another officer approves."""
    told = {"agency": agency, "nameVi": vi, "nameEn": en}
    propose("admitAgency", told, reason, who, as_json=as_json)


@app.command()
def suspend(agency: Agency, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Let nothing of an agency count, at once."""
    change("suspendAgency", {"agency": agency, "reason": reason}, who, as_json=as_json)


@app.command()
def resume(agency: Agency, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Propose to let a suspended agency count again; another officer approves."""
    propose("resumeAgency", {"agency": agency}, reason, who, as_json=as_json)
