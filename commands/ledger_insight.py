"""Of `lienthong ledger`: what stands out, which rights are not used, and the statistics that everybody may read."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands.asking import As, Json, ask, change, installed, out, show
from installation.databases import database_url
from installation.errors import Refusal
from installation.settings import Settings

if TYPE_CHECKING:
    from ledger.insight.days import Month
    from ledger.insight.published import Names
    from ledger.insight.statistics import Statistics

FINDING = "kind agency client purpose since last counted of usual threshold saidVi saidEn rows { leaf requestId }"
FINDINGS = {"What": "kind", "Agency": "agency", "Client": "client", "Purpose": "purpose", "Said": "saidEn"}
FINDINGS |= {"Answers": "leaves"}
USE = "grant agency purpose since days settled unused used { scope day } terms whole"
USES = {"Grant": "grant", "Agency": "agency", "Purpose": "purpose", "Days": "days", "Unused": "unused", "Then": "then"}
Agency = Annotated[str | None, typer.Option(help="Of one agency.")]


def findings(
    last: Annotated[str | None, typer.Option(help="The last day of the week that is looked at; else today.")] = None,
    agency: Agency = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """List what stands out in a week, compared with the weeks before. Looking is an act, and recorded."""
    document = f"query($last: Date, $agency: ID) {{ findings(last: $last, agency: $agency) {{ {FINDING} }} }}"
    found = ask(document, who, last=last, agency=agency)["findings"]
    if not as_json:
        found = [{**each, "leaves": [row["leaf"] for row in each["rows"]]} for each in found]
    show(found, FINDINGS, as_json=as_json)


def unused(
    agency: Agency = None,
    narrow: Annotated[str | None, typer.Option(metavar="GRANT", help="Take its unused rights away, at once.")] = None,
    reason: Annotated[str, typer.Option(help="Why, in words; with --narrow. It is recorded.")] = "Not used",
    after: Annotated[str | None, typer.Option(help="Go on after this grant.")] = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """List rights that were granted and not used in 90 days; with --narrow, take them out of one grant."""
    document = "query($agency: ID, $grant: ID, $after: ID) {"
    document += f" unusedRights(agency: $agency, grant: $grant, first: 100, after: $after) {{ entries {{ {USE} }} }} }}"
    if narrow is not None:
        found = ask(document, who, agency=agency, grant=narrow)["unusedRights"]["entries"]
        change("narrowGrant", {"grant": narrow, "terms": _terms(found), "reason": reason}, who, as_json=as_json)
        return
    found = [
        each for each in ask(document, who, agency=agency, after=after)["unusedRights"]["entries"] if each["unused"]
    ]
    if not as_json:
        found = [{**each, "then": _advice(each)} for each in found]
    show(found, USES, as_json=as_json)


def statistics(
    month: Annotated[str | None, typer.Option(help="As 2026-10; else the last one that is told.")] = None,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of JSON.")] = False,
) -> None:
    """Print who asked for which kinds of data how often, as everybody may read it at /ledger/statistics."""
    from ledger import LedgerUnreachable
    from ledger.insight import published

    try:
        told, months, names = asyncio.run(_statistics(installed(), month))
    except LedgerUnreachable:
        raise Refusal("The ledger cannot be read.") from None
    everything = published.Filter()
    body = published.as_csv(told, everything) if as_csv else published.as_json(told, months, everything, names)
    out.file.write(body.decode() if as_csv else f"{body.decode()}\n")


def _terms(found: list[dict[str, object]]) -> object:
    """What would be left of the one grant. Raises Refusal where nothing is proposed."""
    for each in found:
        if each["terms"] is not None:
            return each["terms"]
        raise Refusal(f"Nothing is taken away: {_advice(each)}.")
    raise Refusal("No such grant is in force; `lienthong ledger unused` lists them.")


def _advice(use: dict[str, object]) -> str:
    if not use["unused"]:
        return "all of it was used"
    if not use["settled"]:
        return f"not known yet: {use['days']} of 90 days were looked at"
    return "revoke: nothing of it was used" if use["whole"] else f"narrow: --narrow {use['grant']}"


async def _statistics(settings: Settings, month: str | None) -> "tuple[Statistics | None, list[Month], Names]":
    from auth.database import engine_of
    from ledger.insight.books import BooksReader
    from ledger.insight.days import today
    from ledger.insight.statistics import months, statistics
    from office.open_data import open_data

    engine = engine_of(database_url(settings, "auth"), 1)
    try:
        said = await open_data(engine)
    finally:
        await engine.dispose()
    day = today(datetime.now(UTC))
    async with BooksReader(database_url(settings, "ledger")).reading() as connection:
        there = await months(connection, day)
        wanted = _wanted(month, there)
        told = None if wanted is None else await statistics(connection, wanted, day, said.delays, said.general)
        return told, there, said.names


def _wanted(month: str | None, there: "list[Month]") -> "Month | None":
    from ledger.insight.days import Month

    if month is None:
        return there[0] if there else None
    try:
        wanted = Month.parse(month)
    except ValueError:
        raise Refusal("A month is written 2026-10.") from None
    if wanted not in there:
        raise Refusal("Nothing is told of that month.")
    return wanted
