"""`lienthong purpose`: the officers' list of why personal data may be read."""

from typing import Annotated

import typer

from commands.asking import As, Json, Reason, ask, group, propose, show

app = group("Purposes: why personal data may be read.", "lienthong purpose list")


@app.command("list")
def list_purposes(*, as_json: Json = False) -> None:
    """List every purpose, with its law."""
    columns = {"Purpose": "purpose", "Legal basis": "legalBasis", "Title": "titleEn", "Months kept": "retentionMonths"}
    found = ask("{ purposes { purpose legalBasis titleVi titleEn retentionMonths } }")["purposes"]
    show(found, columns, as_json=as_json)


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
