"""Who looked at whose data, for auditors: found by who asked, why, what was read and when; of a person under a case.

Opening the page reads nothing. Each list that is asked for is an act, recorded before anything of it is shown; the page
says so, and so does the office, which it asks.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import strawberry
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from auth.officers.refusals import Malformed
from console.citizens.readings import KINDS
from console.officers.asking import ask, begins, ends
from console.officers.cases import auditor
from console.officers.desk import NO_STORE, OfficersDesk, page
from console.pages import Text, show
from ledger.archive.rows import Kind
from office import visitor
from office.context import Context, Office
from office.disclosures import agency_names, rules_of
from office.exports import FORMATS, Format, exported
from office.readings import Asked, DisclosureFilter, wanted_of
from office.rows import number

DISCLOSURES = "/console/disclosures"
EXPORT = "/console/disclosures/export"
_MEDIA: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
PAGE = 25
LIST = """\
query Disclosures($filter: DisclosureFilter, $case: ID, $first: Int!, $after: ID) {
  disclosures(filter: $filter, case: $case, first: $first, after: $after) {
    entries {
      leaf at kind agency client supplier purpose caseReference officer requestId operation coordinates people
      kinds { kind people } steps { path way coordinates lookedUpBy } missing emergencies withheldBecause
    }
    next
  }
}"""
ASKED = ("agency", "client", "purpose", "coordinate", "since", "until", "kind")
KIND_WORDS: dict[str, Text] = {kind.name: words[0] for kind, words in KINDS.items()}


class Disclosures:
    """`/console/disclosures`."""

    def __init__(self, desk: OfficersDesk, office: Office) -> None:
        self._desk, self._office = desk, office

    def routes(self) -> list[Route]:
        return [Route(DISCLOSURES, self.show, methods=["GET"]), Route(EXPORT, self.export, methods=["GET"])]

    @page
    async def show(self, request: Request) -> Response:
        """The form; and what was asked for with it, once something was."""
        session = await auditor(self._desk, request)
        said = {name: request.query_params.get(name, "").strip() for name in (*ASKED, "case", "after")}
        is_asked = "look" in request.query_params or bool(said["case"])
        found = None
        if is_asked:
            answer = await ask(self._office, session, LIST, first=PAGE, **_variables(said))
            found = answer["disclosures"]
        engine = self._office.desk.engine
        names, rules = await agency_names(engine), await rules_of(engine)
        return show(
            request,
            "officers/disclosures.html",
            said=said,
            entries=[{**each, "at": datetime.fromisoformat(each["at"])} for each in found["entries"]]
            if found
            else None,
            agencies=dict(sorted(names.items())),
            purposes={code: rule.title for code, rule in sorted(rules.by_code.items())},
            kinds=KIND_WORDS,
            older=_link(DISCLOSURES, said, after=found["next"], look="1") if found and found["next"] else None,
            exports=[(form, _link(EXPORT, said, format=form)) for form in FORMATS],
        )

    @page
    async def export(self, request: Request) -> Response:
        """Everything that was asked for, as a file; on record before its first line."""
        session = await auditor(self._desk, request)
        said = {name: request.query_params.get(name, "").strip() for name in (*ASKED, "case")}
        form = next((form for form in FORMATS if form == request.query_params.get("format")), None)
        if form is None:
            raise Malformed
        context = Context(visitor.officer(session), self._office)
        case = number(said["case"]) if said["case"] else None
        lines = exported(Asked(context, wanted_of(_filter(said)), case, None), form)
        first = await anext(lines, b"")  # what is refused is refused before anything is sent
        headers = {"Content-Disposition": f'attachment; filename="disclosures.{form}"', **NO_STORE}
        return StreamingResponse(_from(first, lines), media_type=_MEDIA[form], headers=headers)


def _variables(said: dict[str, str]) -> dict[str, Any]:
    """What the form says, as the office's question takes it. Raises Malformed for what is no day."""
    words = {name: said[name] or None for name in ("agency", "client", "purpose", "coordinate")}
    kind = said["kind"] if said["kind"] in Kind.__members__ else None
    wanted = {**words, "kind": kind, "since": begins(said["since"]), "until": ends(said["until"])}
    return {"filter": wanted, "case": said["case"] or None, "after": said["after"] or None}


def _filter(said: dict[str, str]) -> DisclosureFilter:
    """The same for an export."""
    words = {name: strawberry.ID(said[name]) if said[name] else None for name in ("agency", "client", "purpose")}
    since, until = begins(said["since"]), ends(said["until"])
    return DisclosureFilter(
        **words,
        coordinate=said["coordinate"] or None,
        kind=Kind[said["kind"]] if said["kind"] in Kind.__members__ else None,
        since=datetime.fromisoformat(since) if since else None,
        until=datetime.fromisoformat(until) if until else None,
    )


async def _from(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for more in lines:
        yield more


def _link(path: str, said: dict[str, str], **more: str) -> str:
    kept = {name: value for name, value in said.items() if value and name != "after"}
    return f"{path}?{urlencode({**kept, **more})}"
