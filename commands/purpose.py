"""`lienthong purpose`: the officers' list of why personal data may be read."""

from typing import Annotated, Any

import typer

from commands.asking import As, Json, Reason, ask, group, propose, show
from installation.errors import Refusal

app = group("Purposes: why personal data may be read.", "lienthong purpose list")


@app.command("list")
def list_purposes(*, as_json: Json = False) -> None:
    """List every purpose, with its law."""
    columns = {
        "Purpose": "purpose",
        "Legal basis": "legalBasis",
        "Title": "titleEn",
        "Months kept": "retentionMonths",
        "Shown after days": "shownAfterDays",
        "In general terms": "thirdPartySensitive",
    }
    show(_purposes(), columns, as_json=as_json)


@app.command()
def add(
    purpose: Annotated[str, typer.Argument(help="Its code, such as tax.assessment.")],
    law: Annotated[str, typer.Option(help="Act, article and clause on which it stands.")],
    vi: Annotated[str, typer.Option(help="What it is for, in plain Vietnamese.")],
    en: Annotated[str, typer.Option(help="What it is for, in plain English.")],
    months: Annotated[int, typer.Option(help="How long an agency may keep what it read.")],
    reason: Reason,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose a purpose; another officer approves."""
    terms = {"legalBasis": law, "titleVi": vi, "titleEn": en, "retentionMonths": months}
    propose("addPurpose", {"purpose": purpose, "terms": terms}, reason, who, as_json=as_json)


@app.command()
def guard(
    purpose: Annotated[str, typer.Argument(help="Its code, such as tax.assessment.")],
    reason: Reason,
    *,
    days: Annotated[
        int | None, typer.Option(help="Show a reading to its citizen so many days later; 0: at once.")
    ] = None,
    general: Annotated[
        bool | None, typer.Option("--general/--in-full", help="In general terms: the case is somebody else's to keep.")
    ] = None,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose what citizens are shown of readings for a purpose, and when; another officer approves."""
    found = next((each for each in _purposes() if each["purpose"] == purpose), None)
    if found is None:
        raise Refusal("There is no such purpose; `lienthong purpose list` prints those there are.")
    said = {name: found[name] for name in ("legalBasis", "titleVi", "titleEn", "retentionMonths")}
    terms = {**said, "shownAfterDays": days, "thirdPartySensitive": general}
    propose("changePurpose", {"purpose": purpose, "terms": terms}, reason, who, as_json=as_json)


def _purposes() -> list[dict[str, Any]]:
    fields = "purpose legalBasis titleVi titleEn retentionMonths shownAfterDays thirdPartySensitive"
    found: list[dict[str, Any]] = ask(f"{{ purposes {{ {fields} }} }}")["purposes"]
    return found
