"""What stands out in the ledger, for auditors: computed when asked, explained in a sentence, and no verdict."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.officers.asking import ask
from console.officers.cases import auditor
from console.officers.desk import OfficersDesk, page
from console.officers.disclosures import DISCLOSURES
from console.pages import Text, show
from ledger.insight.days import today
from ledger.insight.finding import FindingKind
from office.context import Office
from office.disclosures import agency_names

FINDINGS = "/console/findings"
LIST = """\
query Findings($last: Date, $agency: ID) {
  findings(last: $last, agency: $agency) {
    kind agency client purpose since last counted of usual threshold saidVi saidEn rows { leaf requestId }
  }
}"""
KINDS: dict[FindingKind, Text] = {
    FindingKind.MANY_PEOPLE: ("Rất nhiều người trong một ngày", "Very many people on one day"),
    FindingKind.OUTSIDE_HOURS: ("Ngoài giờ làm việc", "Outside working hours"),
    FindingKind.READ_BY_MANY: ("Một người, nhiều cơ quan", "One person, many agencies"),
    FindingKind.CONSTANT_CASE: ("Luôn cùng một hồ sơ", "Always the same case"),
    FindingKind.REFUSALS: ("Bị từ chối nhiều lần", "Refused again and again"),
    FindingKind.GUESSING: ("Tra cứu người không có", "Looking up people who are not there"),
    FindingKind.HIT_LISTS: ("Danh sách không mở", "Lists that nobody opens"),
}


class Findings:
    """`/console/findings`."""

    def __init__(self, desk: OfficersDesk, office: Office) -> None:
        self._desk, self._office = desk, office

    def routes(self) -> list[Route]:
        return [Route(FINDINGS, self.show, methods=["GET"])]

    @page
    async def show(self, request: Request) -> Response:
        """The form; and the findings of the week up to the day that was asked for."""
        session = await auditor(self._desk, request)
        said = {name: request.query_params.get(name, "").strip() for name in ("last", "agency")}
        found: list[dict[str, Any]] | None = None
        if "look" in request.query_params:
            given = {name: value or None for name, value in said.items()}
            found = (await ask(self._office, session, LIST, **given))["findings"]
        return show(
            request,
            "officers/findings.html",
            said=said,
            today=today(datetime.now(UTC)).isoformat(),
            agencies=dict(sorted((await agency_names(self._office.desk.engine)).items())),
            found=None if found is None else [(each, _rows_of(each)) for each in found],
            kinds={kind.name: words for kind, words in KINDS.items()},
        )


def _rows_of(finding: dict[str, Any]) -> str | None:
    """Where the answers that a finding is about are listed; None where it is about one person, whom no filter names."""
    who = {name: finding[name] for name in ("agency", "client", "purpose") if finding[name]}
    if not who:
        return None
    return f"{DISCLOSURES}?{urlencode({**who, 'since': finding['since'], 'until': finding['last'], 'look': '1'})}"
