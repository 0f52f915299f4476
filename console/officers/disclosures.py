"""Who looked at whose data, for auditors: found by who asked, why, what was read and when; of a person under a case.

Opening the page reads nothing. Each list that is asked for is an act, recorded before anything of it is shown; the page
says so, and so does the office, which it asks.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.citizens.readings import KINDS
from console.officers.asking import ask, begins, ends
from console.officers.cases import auditor
from console.officers.desk import OfficersDesk, page
from console.pages import Text, show
from ledger.archive.rows import Kind
from office.context import Office
from office.disclosures import agency_names, rules_of

DISCLOSURES = "/console/disclosures"
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
        return [Route(DISCLOSURES, self.show, methods=["GET"])]

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
            older=_link(said, found["next"]) if found and found["next"] else None,
        )


def _variables(said: dict[str, str]) -> dict[str, Any]:
    """What the form says, as the office's question takes it. Raises Malformed for what is no day."""
    words = {name: said[name] or None for name in ("agency", "client", "purpose", "coordinate")}
    kind = said["kind"] if said["kind"] in Kind.__members__ else None
    wanted = {**words, "kind": kind, "since": begins(said["since"]), "until": ends(said["until"])}
    return {"filter": wanted, "case": said["case"] or None, "after": said["after"] or None}


def _link(said: dict[str, str], after: str) -> str:
    kept = {name: value for name, value in said.items() if value and name != "after"}
    return f"{DISCLOSURES}?{urlencode({**kept, 'look': '1', 'after': after})}"
