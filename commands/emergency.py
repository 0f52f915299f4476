"""`lienthong emergency`: access opened by one officer, for a day at most, and looked at afterwards."""

from typing import Annotated

import typer

from commands import terms
from commands.asking import As, Json, Reason, ask, change, group, show
from commands.terms import Terms

app = group(
    "Emergencies: opened by one officer who may, for 24 hours at most, reviewed by another.",
    "lienthong emergency end 12 --reason 'Everybody was found'",
)

Number = Annotated[str, typer.Argument(metavar="GRANT", help="The number of the emergency's grant.")]


@app.command("list")
def list_emergencies(*, as_json: Json = False) -> None:
    """List emergencies, the latest first, and what was found of them."""
    document = "{ grants(emergency: true, first: 100) { entries { number state counts validUntil reason proposedBy"
    document += " review reviewedBy incident agency { agency } purpose { purpose } } } }"
    columns = {"Grant": "number", "Agency": "agency.agency", "Purpose": "purpose.purpose", "Counts": "counts"}
    columns |= {
        "Until": "validUntil",
        "Opened by": "proposedBy",
        "Review": "review",
        "Incident": "incident",
        "By": "reviewedBy",
    }
    show(ask(document)["grants"]["entries"], {**columns, "Reason": "reason"}, as_json=as_json)


@app.command("open")
def open_emergency(
    agency: Annotated[str, typer.Option(help="Who may read.")],
    purpose: Annotated[str, typer.Option(help="For what.")],
    until: Annotated[str, typer.Option(help="When it ends, within 24 hours: 2027-01-31T08:00.")],
    reason: Reason,
    scope: terms.Scopes = None,
    set_: terms.Sets = None,
    reach: terms.Reach = None,
    unit: terms.Units = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Let an agency read at once. Only an officer who may open emergencies; in a browser, where a passkey signs."""
    told = {"agency": agency, "purpose": purpose, "reason": reason}
    told_terms = Terms(scope, set_, reach=reach, units=unit, ends=until).over()
    change("openEmergency", {**told, "terms": told_terms}, who, as_json=as_json)


@app.command()
def end(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """End emergency access before its time, at once."""
    change("endEmergency", {"grant": number, "reason": reason}, who, as_json=as_json)


@app.command()
def review(
    number: Number,
    finding: Annotated[str, typer.Argument(help="justified or incident.")],
    reason: Reason,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Say what was found of an emergency that is over. Another officer than the one who opened it."""
    told = {"grant": number, "finding": finding.upper(), "reason": reason}
    change("reviewEmergency", told, who, as_json=as_json)
