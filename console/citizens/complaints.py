"""A citizen's complaint about a reading: written on a page, answered by officers; and every case about the citizen.

A complaint is about a row that this citizen is shown, so that nobody complains of, or learns of, what is somebody
else's. What the citizen wrote comes back with the refusal, so that nothing has to be typed twice.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth import opaque
from auth.acts.actors import Actor
from auth.acts.cases import Complain, WithdrawComplaint
from auth.acts.perform import perform
from auth.acts.refusals import ActRefused, Conflict
from auth.cases import Case, of_citizen
from auth.citizens.sessions import CitizenSession
from console.citizens.desk import Counter, Gone, NotYours, away, told
from console.citizens.ledgers import Ledgers, Looking
from console.citizens.readings import Reading
from console.citizens.signing_in import SigningIn
from console.citizens.wording import day
from console.pages import Language, Text, language_of, show
from ledger.archive.rows import Row

COMPLAINT = "/my/disclosures/complaint"
CASES = "/my/cases"
LONGEST = 500
"""Characters of a complaint (`auth.acts.change.Text`)."""
_USE = "complaint "

STATES: dict[str, Text] = {
    "open": ("Đang được xem xét", "Being looked into"),
    "closed": ("Đã trả lời", "Answered"),
    "withdrawn": ("Bạn đã rút lại", "You withdrew it"),
}
FINDINGS: dict[str, Text] = {
    "lawful": ("Việc tra cứu là đúng quy định.", "The reading was lawful."),
    "unlawful": ("Việc tra cứu là trái quy định.", "The reading was unlawful."),
    "unexplained": ("Không ai giải thích được việc tra cứu.", "Nobody could explain the reading."),
}
UNWRITABLE: Text = (
    "Lời khiếu nại chưa được gửi. Hãy viết bằng chữ thường, tối đa 500 ký tự, và đừng ghi số định danh cá nhân.",
    "The complaint was not sent. Write plain text of up to 500 characters, and leave personal numbers out.",
)
WAITING: Text = (
    "Lời khiếu nại chưa được gửi: bạn đã khiếu nại về lần này, hoặc đang có quá nhiều khiếu nại chờ trả lời.",
    "The complaint was not sent: you complained of this reading before, or too many complaints of yours are waiting.",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as its citizen sees it, in one language. Officers are not named."""

    number: int
    is_complaint: bool
    is_open: bool
    opened: str
    reason: str
    state: str
    ended: str | None
    finding: str | None
    reply: str | None
    looks: int
    reading: Reading | None


class OwnCases:
    """The pages on which citizens complain, and see what came of it."""

    def __init__(self, counter: Counter, signing_in: SigningIn, ledgers: Ledgers) -> None:
        self._counter, self._signing_in, self._ledgers = counter, signing_in, ledgers

    def routes(self) -> list[Route]:
        return [
            Route(COMPLAINT, self.ask, methods=["GET"]),
            Route(COMPLAINT, self.complain, methods=["POST"]),
            Route(CASES, self.list, methods=["GET"]),
            Route(CASES, self.withdraw, methods=["POST"]),
        ]

    @told
    async def ask(self, request: Request) -> Response:
        """The form, under the reading that it is about."""
        session = await self._counter.session(request)
        if session is None:
            return await self._signing_in.begin(request, CASES)
        id_ = request.query_params.get("id", "")
        looking, row = await self._found(session, id_)
        return await self._form(request, session, looking, row, id_)

    @told
    async def complain(self, request: Request) -> Response:
        """What the citizen wrote becomes a case."""
        id_ = request.query_params.get("id", "")
        session, form = await self._counter.sent(request, _USE + id_, lines={"reason"})
        looking, row = await self._found(session, id_)
        reason = form.get("reason", "")
        change = Complain(
            origin=row.answer.origin, request=str(row.answer.request_id), leaf=row.answer.leaf, reason=reason
        )
        try:
            await perform(self._counter.desk.acts, Actor("citizen", looking.reader), change)
        except ActRefused as refused:
            trouble = WAITING if isinstance(refused, Conflict) else UNWRITABLE
            return await self._form(request, session, looking, row, id_, written=reason, trouble=trouble)
        return away(CASES)

    @told
    async def list(self, request: Request) -> Response:
        """Every case about whoever is signed in."""
        session = await self._counter.session(request)
        if session is None:
            return await self._signing_in.begin(request, CASES)
        looking = await Looking.of(self._counter, session, self._ledgers)
        async with self._counter.desk.engine.begin() as connection:
            found = await of_citizen(connection, looking.reader)
        language = language_of(request)
        rows = await looking.complained_of([case for case in found if case.kind == "complaint"])
        said = dict(zip(rows, await looking.said(list(rows.values()), self._counter, language), strict=True))
        return show(
            request,
            "own_cases.html",
            cases=[_shown(case, said.get(case.number), language) for case in found],
            address=f"{CASES}?lang={language}",
            form_token=session.office_token,
        )

    @told
    async def withdraw(self, request: Request) -> Response:
        """Take back the own complaint."""
        session, form = await self._counter.sent(request)
        number = form.get("case", "")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise Gone
        actor = Actor("citizen", self._counter.desk.authority.subjects.keep(session.citizen))
        try:
            await perform(self._counter.desk.acts, actor, WithdrawComplaint(case=int(number)))
        except ActRefused as error:
            raise Gone from error
        return away(CASES)

    async def _found(self, session: CitizenSession, id_: str) -> tuple[Looking, Row]:
        looking = await Looking.of(self._counter, session, self._ledgers)
        row = await looking.find(id_)
        if row is None:
            raise NotYours
        return looking, row

    async def _form(
        self,
        request: Request,
        session: CitizenSession,
        looking: Looking,
        row: Row,
        id_: str,
        *,
        written: str = "",
        trouble: Text | None = None,
    ) -> Response:
        (said,) = await looking.said([looking.own(row)], self._counter, language_of(request))
        return show(
            request,
            "complaint.html",
            status=200 if trouble is None else 409,
            reading=said,
            written=written[:LONGEST],
            longest=LONGEST,
            trouble=trouble,
            form_token=opaque.bound_to(session.secret, _USE + id_),
        )


def _shown(case: Case, reading: Reading | None, language: Language) -> Shown:
    place = ("vi", "en").index(language)
    return Shown(
        number=case.number,
        is_complaint=case.kind == "complaint",
        is_open=case.is_open,
        opened=day(case.opened_at, language),
        reason=case.reason,
        state=STATES[case.state][place],
        ended=None if case.closed_at is None else day(case.closed_at, language),
        finding=None if case.finding is None else FINDINGS[case.finding][place],
        reply=case.reply,
        looks=case.looks,
        reading=reading,
    )
