"""`lienthong ledger disclosures` and `export`: what was read, for those who may look. Looking is recorded, too."""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from commands.asking import As, Json, ask, err, installed, moment, show
from installation.errors import Refusal

Agency = Annotated[str | None, typer.Option(help="Whose rights were used, or whose client asked.")]
Client = Annotated[str | None, typer.Option(help="Which client asked.")]
Purpose = Annotated[str | None, typer.Option(help="For what.")]
Field = Annotated[str | None, typer.Option(help="A field read or looked up by, such as Citizen.dateOfBirth.")]
Since = Annotated[str | None, typer.Option(help="From that day or moment on.")]
Until = Annotated[str | None, typer.Option(help="Before that day or moment.")]
Kind = Annotated[
    Literal["refused", "no_hit", "withheld", "disclosed", "verified", "listed", "spoke_for"] | None,
    typer.Option(help="In which somebody's reading is of this kind."),
]
Case = Annotated[int | None, typer.Option(help="Of the person of this open case; takes an officer.")]

_DOCUMENT = """query($w: DisclosureFilter, $c: ID, $a: ID) {
  disclosures(filter: $w, case: $c, first: 100, after: $a) {
    entries { at kind agency client purpose caseReference operation people coordinates leaf requestId officer missing }
    next } }"""
_COLUMNS = {
    "When": "at", "Kind": "kind", "Agency": "agency", "Client": "client", "Purpose": "purpose",
    "Case": "caseReference", "Query": "operation", "People": "people", "Fields": "coordinates", "Leaf": "leaf",
}  # fmt: skip


def disclosures(
    agency: Agency = None,
    client: Client = None,
    purpose: Purpose = None,
    field: Field = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    case: Case = None,
    after: Annotated[str | None, typer.Option(help="From where the list before left off.")] = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """List answers of the graph, the latest first, a hundred at a time. Recorded before anything is shown."""
    wanted: dict[str, Any] = {"agency": agency, "client": client, "purpose": purpose, "coordinate": field}
    wanted |= {"since": moment(since), "until": moment(until), "kind": kind and kind.upper()}
    found = ask(_DOCUMENT, who, w=wanted, c=None if case is None else str(case), a=after)["disclosures"]
    show(found["entries"], _COLUMNS, as_json=as_json)
    if found["next"] is not None:
        err.print(f"There is more: --after {found['next']}", highlight=False, soft_wrap=True)


def export(
    to: Annotated[Path | None, typer.Option(help="Into this file, which must not exist; else to the output.")] = None,
    form: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="What to write.")] = "jsonl",
    agency: Agency = None,
    client: Client = None,
    purpose: Purpose = None,
    field: Field = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    case: Case = None,
    *,
    who: As = None,
) -> None:
    """Take a copy of answers of the graph, the latest first. Recorded before anything is written."""
    from commands.office import export as exported
    from ledger.archive.answers import Wanted
    from ledger.archive.rows import Kind as KindOf

    begins, ends = (_read(moment(given)) for given in (since, until))
    wanted = Wanted(
        agency=agency,
        client=client,
        purpose=purpose,
        coordinate=field,
        since=begins,
        until=ends,
        kind=None if kind is None else KindOf(kind),
    )
    settings = installed()
    if to is None:
        asyncio.run(exported(settings, form, wanted, case, who, sys.stdout.buffer.write))
        return
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            asyncio.run(exported(settings, form, wanted, case, who, file.write))
    except OSError as error:
        raise Refusal(f"{to} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    except Refusal:
        to.unlink()  # what is not whole is no copy
        raise


def _read(given: str | None) -> datetime | None:
    return None if given is None else datetime.fromisoformat(given)
