"""A citizen's own page: what was allowed, until when, and the button that ends it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.access.subject import SubjectSeal
from auth.acts.actors import Actor
from auth.acts.consents import WithdrawConsent
from auth.acts.perform import perform
from auth.acts.refusals import ActRefused
from auth.citizens import consents, sessions
from auth.citizens.consents import Consent
from auth.citizens.representation import RegisterSilent
from auth.citizens.sessions import CitizenSession
from auth.database import OUTAGES
from auth.policy.acknowledgements import in_force
from console.citizens.desk import Counter, Gone, away, told
from console.citizens.labels import grouped
from console.citizens.signing_in import OWN, SigningIn
from console.citizens.wording import MYSELF, day
from console.pages import Language, Text, language_of, show

SIGNED_OUT: Text = ("Đã đăng xuất", "Signed out")
GOODBYE: Text = ("Bạn đã đăng xuất khỏi trang này.", "You are signed out of this page.")
AGAIN: Text = ("Đăng nhập lại", "Sign in again")
SOMEBODY: Text = ("Người mà tôi đại diện", "Somebody I represent")
ABOUT_ME: Text = ("Chính tôi, do người đại diện của tôi đồng ý", "Myself, as my representative agreed")


@dataclass(frozen=True, slots=True)
class Shown:
    """A consent as the page shows it, in one language. `end` is a label and a date."""

    number: int
    portal: str
    agency: str
    purpose: str
    whose: str
    given: str
    end: tuple[str, str]
    groups: tuple[tuple[str, tuple[str, ...]], ...]


class OwnConsents:
    """The page on which citizens see and withdraw what they allowed."""

    def __init__(self, counter: Counter, signing_in: SigningIn) -> None:
        self._counter, self._desk, self._signing_in = counter, counter.desk, signing_in

    def routes(self) -> list[Route]:
        return [Route(OWN, self.list, methods=["GET"]), Route(OWN, self.change, methods=["POST"])]

    @told
    async def list(self, request: Request) -> Response:
        """Every consent of whoever is signed in; others are asked to sign in."""
        session = await self._counter.session(request)
        if session is None:
            return await self._signing_in.begin(request, OWN)
        sealed = self._desk.authority.subjects.keep(session.citizen)
        async with self._desk.engine.begin() as connection:
            found = await consents.of_citizen(connection, sealed)
        names = await self._names(session)
        now, language = datetime.now(UTC), language_of(request)
        active = [each for each in found if each.withdrawn_at is None and each.valid_until > now]
        past = [each for each in found if each not in active]
        return show(
            request,
            "own_consents.html",
            active=[self._shown(each, sealed, names, language) for each in active],
            past=[self._shown(each, sealed, names, language) for each in past],
            address=f"{OWN}?lang={language}",
            form_token=session.office_token,
        )

    @told
    async def change(self, request: Request) -> Response:
        """Withdraw one, or sign out."""
        session, form = await self._counter.sent(request)
        if form.get("do") == "leave":
            return await self._leave(request, session)
        number = form.get("consent", "")
        if form.get("do") != "withdraw" or not number.isdecimal() or len(number) > 18:
            raise Gone
        actor = Actor("citizen", self._desk.authority.subjects.keep(session.citizen))
        try:
            done = await perform(self._desk.acts, actor, WithdrawConsent(consent=int(number)))
        except ActRefused as error:
            raise Gone from error
        with suppress(*OUTAGES):  # it is withdrawn; only where that is in force already is not known
            await in_force(self._desk.engine, done.revision)
        return away(OWN)

    async def _leave(self, request: Request, session: CitizenSession) -> Response:
        async with self._desk.engine.begin() as connection:
            await sessions.end(connection, session.secret)
        response = show(request, "message.html", title=SIGNED_OUT, text=GOODBYE, onward=(OWN, AGAIN))
        self._counter.session_cookie.take_back(response)
        return response

    async def _names(self, session: CitizenSession) -> dict[str, str]:
        """Names of those whom the citizen represents, by sealed number; none where the register is silent."""
        try:
            represented = await self._desk.represented(session.citizen)
        except RegisterSilent:
            represented = []
        subjects: SubjectSeal = self._desk.authority.subjects
        return {subjects.keep(person.pin): person.name for person in represented}

    def _shown(self, consent: Consent, sealed: str, names: Mapping[str, str], language: Language) -> Shown:
        place = ("vi", "en").index(language)
        groups = grouped(consent.scopes, self._counter.described)
        return Shown(
            number=consent.number,
            portal=consent.client_name,
            agency=consent.agency[place],
            purpose=consent.purpose[place],
            whose=_whose(consent, sealed, names)[place],
            given=day(consent.given_at, language),
            end=_end(consent, language),
            groups=tuple((group.title[place], tuple(field[place] for field in group.fields)) for group in groups),
        )


def _whose(consent: Consent, reader: str, names: Mapping[str, str]) -> Text:
    if consent.citizen == consent.subject:
        return MYSELF
    if consent.subject == reader:
        return ABOUT_ME
    name = names.get(consent.subject)
    return SOMEBODY if name is None else (name, name)


def _end(consent: Consent, language: Language) -> tuple[str, str]:
    if consent.withdrawn_at is not None:
        return ("Đã rút lại ngày", "Withdrawn on")[language == "en"], day(consent.withdrawn_at, language)
    return ("Có hiệu lực đến ngày", "In force until")[language == "en"], day(consent.valid_until, language)
