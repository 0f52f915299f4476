"""What the pages of citizens share: who is at the browser, whether our page sent the form, and how trouble is told."""

import functools
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from auth import opaque
from auth.acts.refusals import Undecided
from auth.citizens import sessions
from auth.citizens.desk import CitizenDesk
from auth.citizens.id_tokens import SignInRefused
from auth.citizens.provider import ProviderUnreachable
from auth.citizens.representation import RegisterSilent
from auth.citizens.sessions import CitizenSession
from auth.cookies import Cookie, session_cookie
from auth.database import OUTAGES
from auth.errors import GrantsUnconfirmed
from auth.oauth.rates import ADDRESS_PER_MINUTE, Rates, network_of_peer
from auth.origins import sent_by_our_page
from console.citizens.labels import Described
from console.forms import UnreadableForm, fields
from console.pages import Text, show
from ledger.archive.database import LedgerSilent
from ledger.archive.proofs import RecordBroken
from ledger.archive.sealed import NotGivenOutHere

log = structlog.get_logger(__name__)


class Problem(Exception):
    """Something that ends a page with one sentence: why, and what to do."""

    status: int
    text: Text


class NoProvider(Problem):
    status = 503
    text = (
        "Chưa có nhà cung cấp định danh nào được cấu hình ở đây nên không thể đăng nhập.",
        "No identity provider is set up here, so nobody can sign in.",
    )


class Gone(Problem):
    status = 400
    text = (
        "Yêu cầu này không tồn tại, đã được trả lời hoặc đã quá hạn. Hãy quay lại trang dịch vụ và bắt đầu lại.",
        "This request does not exist, was answered, or has expired. Go back to the service and begin again.",
    )


class NotYours(Problem):
    status = 404
    text = (
        "Liên kết này không phải của bạn, hoặc không còn dẫn đến đâu. Hãy mở lại trang từ đầu.",
        "This link is not yours, or leads nowhere any more. Open the page again from its beginning.",
    )


class NotOurs(Problem):
    status = 403
    text = (
        "Biểu mẫu này không được gửi từ trang của chúng tôi. Không có gì thay đổi.",
        "This form was not sent by a page of ours. Nothing was changed.",
    )


class NotSignedIn(Problem):
    status = 400
    text = (
        "Đăng nhập không thành công. Hãy quay lại trang dịch vụ và bắt đầu lại.",
        "Signing in did not succeed. Go back to the service and begin again.",
    )


class TooOften(Problem):
    status = 429
    text = (
        "Quá nhiều yêu cầu từ địa chỉ này. Hãy thử lại sau một phút.",
        "Too many requests from this address. Try again in a minute.",
    )


class Broken(Problem):
    status = 503
    text = (
        "Bản ghi của lần này không khớp với dấu niêm phong, nên không có chứng minh. Hãy khiếu nại để cán bộ kiểm tra.",
        "The record of this reading does not fit its seal: there is no proof. Please complain; officers look into it.",
    )


class Unavailable(Problem):
    status = 503
    text = (
        "Hiện chưa thể thực hiện. Hãy thử lại sau ít phút.",
        "This cannot be done at the moment. Try again in a few minutes.",
    )


Self = TypeVar("Self")


@dataclass(frozen=True)
class Counter:
    """One process's pages of citizens. `described` says what the schema says of a field."""

    desk: CitizenDesk
    described: Described
    rates: Rates = field(default_factory=Rates)

    @functools.cached_property
    def session_cookie(self) -> Cookie:
        return session_cookie("citizen", self.desk.issuer)

    @functools.cached_property
    def browser_cookie(self) -> Cookie:
        return session_cookie("sign-in", self.desk.issuer)

    async def session(self, request: Request) -> CitizenSession | None:
        """Who is signed in at this browser."""
        async with self.desk.engine.begin() as connection:
            subjects = self.desk.authority.subjects
            return await sessions.current(connection, subjects, self.session_cookie.read(request))

    def count(self, request: Request) -> None:
        """Raises `TooOften`. For what is written down for strangers, before it is."""
        if self.rates.wait_s(network_of_peer(request), ADDRESS_PER_MINUTE):
            raise TooOften

    async def sent(
        self, request: Request, use: str | None = None, lines: Collection[str] = ()
    ) -> tuple[CitizenSession, dict[str, str]]:
        """Who sent this form, and its fields. Raises `NotOurs` unless our page for this session sent it.

        `use` is what the form's token stands for, where it stands for one thing only; `lines` are fields that people
        write in several lines.
        """
        try:
            form = await fields(request, lines)
        except UnreadableForm as error:
            raise NotOurs from error
        session = await self.session(request)
        if session is None or not sent_by_our_page(request, self.desk.issuer):
            raise NotOurs
        token = form.get("form_token", "")
        if not (session.sent_by_our_page(token) if use is None else opaque.is_bound_to(token, session.secret, use)):
            raise NotOurs
        return session, form


def told(page: Callable[[Self, Request], Awaitable[Response]]) -> Callable[[Self, Request], Awaitable[Response]]:
    """A page whose troubles are told in one sentence, and never show what happened inside."""

    @functools.wraps(page)
    async def answer(self: Self, request: Request) -> Response:
        try:
            return await page(self, request)
        except (Problem, *TROUBLES) as trouble:
            problem = trouble if isinstance(trouble, Problem) else _problem(trouble)
            title = ("Không thể tiếp tục", "Cannot go on")
            return show(request, "message.html", status=problem.status, title=title, text=problem.text, onward=None)

    return answer


TROUBLES = (
    SignInRefused, NotGivenOutHere, RecordBroken, ProviderUnreachable, RegisterSilent, LedgerSilent,
    GrantsUnconfirmed, Undecided, *OUTAGES,
)  # fmt: skip
"""What ends a page besides a `Problem`."""


def _problem(trouble: Exception) -> Problem:
    """What is said of it; the reason goes to the log."""
    match trouble:
        case SignInRefused():
            log.warning("sign_in_refused", reason=str(trouble))
            return NotSignedIn()
        case NotGivenOutHere():
            return NotYours()
        case RecordBroken():
            log.error("ledger_record_broken", origin=trouble.origin, leaf=trouble.leaf)
            return Broken()
        case ProviderUnreachable() | RegisterSilent() | LedgerSilent():
            log.warning("citizen_page_unavailable", reason=str(trouble))
        case _:
            log.warning("citizen_page_unavailable", reason=type(trouble).__name__)
    return Unavailable()


def away(address: str) -> Response:
    """On to another address; the browser does not say where it came from, and keeps no copy."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
