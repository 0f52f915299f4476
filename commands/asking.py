"""What the groups of the command share: asking the office, saying what came of it, and the options they have in common.

A refusal ends the command in one line. What was asked for goes to standard output, as a table or with `--json` as it
was answered.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from installation import databases
from installation.errors import Refusal
from installation.settings import Settings, load

HERE = timezone(timedelta(hours=7), "Vietnam")
"""A date without a time zone is Vietnam's."""

As = Annotated[str | None, typer.Option("--as", metavar="OFFICER", help="In demo mode: act as demo-officer-1 or -2.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Reason = Annotated[str, typer.Option(help="Why, in words. It is recorded.")]

CHANGED = """{ __typename
    ... on Done { act target made { what name } secret enrolmentCode revision inForce { serving refusing of } }
    ... on SignatureRequired { change }
    ... on Refusal { code message } }"""

WIDE = 240  # columns of output that no terminal shows: what is cut off there is lost

out, err = Console(width=None if sys.stdout.isatty() else WIDE), Console(stderr=True)


def group(description: str, example: str) -> typer.Typer:
    """A group of commands; `--help` ends with an example."""
    shown = f"{description}\n\nExample: [bold]{example}[/]"
    return typer.Typer(help=shown, no_args_is_help=True, rich_markup_mode="rich")


def ask(document: str, officer: str | None = None, **variables: Any) -> dict[str, Any]:
    """What the office answers. Raises Refusal."""
    from commands.office import asked

    settings = installed()
    return asyncio.run(asked(settings, document, variables, officer))


def change(name: str, told: Mapping[str, Any], officer: str | None, *, as_json: bool) -> dict[str, Any]:
    """Make one change, and say what came of it. Raises Refusal where nothing was changed."""
    document = f"mutation($c: {name[0].upper()}{name[1:]}Input!, $k: String!)"
    document += f" {{ it: {name}(change: $c, idempotencyKey: $k) {CHANGED} }}"
    answered: dict[str, Any] = ask(document, officer, c=told, k=uuid.uuid4().hex)["it"]
    if answered["__typename"] != "Done":
        raise Refusal(answered.get("message") or "An officer's passkey has to sign this, in a browser.")
    if as_json:
        out.print_json(json.dumps(answered))
    else:
        _tell(answered)
    return answered


def propose(kind: str, told: Mapping[str, Any], reason: str, officer: str | None, *, as_json: bool) -> None:
    """Propose a change that widens, and say where a second officer approves it."""
    proposal = {"proposed": {kind: told}, "reason": reason}
    answered = change("makeProposal", proposal, officer, as_json=as_json)
    if not as_json:
        number = made(answered, "proposal")
        out.print(f"It waits for another officer: {page_of(number)}", highlight=False, soft_wrap=True)


def made(answered: Mapping[str, Any], what: str) -> str:
    return next(str(each["name"]) for each in answered["made"] if each["what"] == what)


def page_of(proposal: str) -> str:
    """Where officers decide on a proposal."""
    return f"{installed().issuer}/console/proposals/{proposal}"


def show(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, as_json: bool) -> None:
    """A table with these columns (title -> path in a row), or the rows as they were answered."""
    if as_json:
        out.print_json(json.dumps(rows, default=str))
        return
    table = Table(box=None)
    for title in columns:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(_text(_at(row, path)) for path in columns.values()))
    out.print(table)


def moment(given: str | None) -> str | None:
    """A date or a moment as the office takes it; Vietnam's time where it names no other."""
    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError:
        raise Refusal("A date is written 2027-01-31, a moment 2027-01-31T08:00+07:00.") from None
    return (read if read.tzinfo else read.replace(tzinfo=HERE)).isoformat()


def json_file(path: Path) -> Any:
    """What a JSON file holds."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        raise Refusal(f"{path} cannot be read as JSON.") from None


def installed() -> Settings:
    """The settings, with the PostgreSQL of ours running where it is used."""
    settings = load()
    if databases.uses_embedded(settings):
        databases.embedded(settings).start(lambda line: err.print(line, highlight=False, soft_wrap=True))
    return settings


def ledger_of(settings: Settings) -> str:
    """The name of the ledger; refuses where nothing says it, rather than to take another ledger for altered."""
    if not settings.reached_at:
        named = "LIENTHONG_ADDRESS" if settings.is_of_one_register else "LIENTHONG_ISSUER"
        raise Refusal(f"The ledger is named by {named}: set it, or LIENTHONG_MODE=demo.")
    return settings.ledger_origin


def _tell(answered: Mapping[str, Any]) -> None:
    things = [f"{each['what']} {each['name']}" for each in answered["made"] if each["what"] != "target"]
    said = (
        f"Done, as act {answered['act']}: {', '.join(things) or answered['target']}. {_in_force(answered['inForce'])}"
    )
    out.print(said, highlight=False, soft_wrap=True)
    if answered["enrolmentCode"] is not None:
        said = f"Said once, for the officer and not for who approves: code {answered['enrolmentCode']}"
        out.print(said, highlight=False, soft_wrap=True)
    if answered["secret"] is not None:
        from auth.officers.enrolment import address

        link = address(installed().issuer, answered["secret"])
        out.print(f"Said once, good for 24 hours: {link}", highlight=False, soft_wrap=True)


def _in_force(found: Mapping[str, int] | None) -> str:
    if found is None:
        return "Whether it is in force everywhere is not known."
    if not found["of"]:
        return "No process serves at the moment."
    refusing = f"; {found['refusing']} cannot confirm the grants, and refuse everybody" if found["refusing"] else ""
    return f"In force on {found['serving']} of {found['of']} processes{refusing}."


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = None if row is None else row[name]
    return row


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "-" if value is None else str(value)
