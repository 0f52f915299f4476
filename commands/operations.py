"""`lienthong operations`: the documents that agencies registered."""

from pathlib import Path
from typing import Annotated

import typer

from commands.asking import As, Json, Reason, ask, change, group, show
from installation.errors import Refusal

app = group(
    "Registered operations: documents that an agency asks by their ids.",
    "lienthong operations register persisted-queries.json --agency G12",
)

Agency = Annotated[str, typer.Option(help="Whose clients may ask them.")]


@app.command("list")
def list_operations(agency: Agency, after: str | None = None, *, as_json: Json = False) -> None:
    """List an agency's registered operations, a hundred at a time."""
    document = "query($a: ID, $n: ID) { operations(agency: $a, first: 100, after: $n) {"
    document += " entries { documentId name registeredAt text } } }"
    columns = {"documentId": "documentId", "Name": "name", "Registered": "registeredAt"}
    show(ask(document, a=agency, n=after)["operations"]["entries"], columns, as_json=as_json)


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="Apollo's or Relay's manifest, or one GraphQL document.")],
    agency: Agency,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Register the operations of a file. An id never gets another text."""
    from auth.acts.manifests import read_manifest
    from auth.acts.refusals import Invalid

    try:
        found = read_manifest(file.read_text())
    except (OSError, UnicodeDecodeError):
        raise Refusal(f"{file} cannot be read as text.") from None
    except Invalid as invalid:
        raise Refusal(invalid.message) from None
    told = [{"documentId": each.document_id, "text": each.text, "name": each.name} for each in found]
    change("registerOperations", {"agency": agency, "operations": told}, who, as_json=as_json)


@app.command()
def withdraw(document_id: str, agency: Agency, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Answer a registered operation no more, at once."""
    told = {"agency": agency, "documentId": document_id, "reason": reason}
    change("withdrawOperation", told, who, as_json=as_json)
