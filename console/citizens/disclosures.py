"""A citizen's own page: who looked at what, when and why, the proof of each reading, and the way to a complaint.

What a purpose keeps back (`ledger.archive.guard`) is kept back here as everywhere; which purposes do is said on the
page itself.
"""

from collections.abc import Collection, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.cases import of_citizen
from console.citizens.desk import Counter, Problem, told
from console.citizens.ledgers import Ledgers, Looking
from console.citizens.signing_in import SigningIn
from console.pages import Language, language_of, show
from ledger.archive.guard import PurposeRule
from ledger.archive.own import Filter
from ledger.tree import evidence

DISCLOSURES = "/my/disclosures"
PROOF = "/my/disclosures/proof"


class NoProof(Problem):
    status = 404
    text = (
        "Chưa có chứng minh cho lần này: bản ghi được niêm phong trong vài giây, hoặc đã được xóa khi hết hạn lưu.",
        "There is no proof of this reading: it is sealed within seconds, or it was erased when its time was over.",
    )


class OwnDisclosures:
    """The page on which citizens see who looked at their data."""

    def __init__(self, counter: Counter, signing_in: SigningIn, ledgers: Ledgers) -> None:
        self._counter, self._signing_in, self._ledgers = counter, signing_in, ledgers

    def routes(self) -> list[Route]:
        return [Route(DISCLOSURES, self.list, methods=["GET"]), Route(PROOF, self.proof, methods=["GET"])]

    @told
    async def list(self, request: Request) -> Response:
        """Readings of whoever is signed in, the latest first; others are asked to sign in."""
        session = await self._counter.session(request)
        if session is None:
            return await self._signing_in.begin(request, DISCLOSURES)
        looking = await Looking.of(self._counter, session, self._ledgers)
        wanted = Filter(
            purpose=_chosen(request, "purpose", looking.rules.by_code),
            agency=_chosen(request, "agency", looking.agencies),
        )
        after = request.query_params.get("after")
        page, language = await looking.page(wanted, after), language_of(request)
        async with self._counter.desk.engine.begin() as connection:
            waiting = [case for case in await of_citizen(connection, looking.reader) if case.is_open]
        complaints = await looking.complained_of([case for case in waiting if case.kind == "complaint"])
        return show(
            request,
            "own_disclosures.html",
            readings=await looking.said(page.rows, self._counter, language),
            complaints={row.id: number for number, row in complaints.items()},
            wanted=wanted,
            agencies=sorted(_named(looking.agencies, language), key=lambda each: each[1]),
            purposes=[
                (rule.code, _title(rule, language))
                for rule in looking.rules.by_code.values()
                if not rule.third_party_sensitive
            ],
            guarded=[(_title(rule, language), rule) for rule in looking.rules.guarded],
            is_first=after is None,
            next=page.next,
            silent=page.silent,
        )

    @told
    async def proof(self, request: Request) -> Response:
        """The proof of one reading, as a file to keep."""
        session = await self._counter.session(request)
        if session is None:
            return await self._signing_in.begin(request, DISCLOSURES)
        looking = await Looking.of(self._counter, session, self._ledgers)
        found = await looking.proof(request.query_params.get("id", ""))
        if found is None:
            raise NoProof
        return Response(evidence.encode(found), media_type="application/json", headers=_A_FILE)


_A_FILE = {
    "Content-Disposition": 'attachment; filename="disclosure-proof.json"',
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def _chosen(request: Request, name: str, known: Collection[str]) -> str | None:
    """What the reader chose of a list; nothing where it is on none."""
    given = request.query_params.get(name)
    return given if given in known else None


def _named(names: Mapping[str, tuple[str, str]], language: Language) -> Collection[tuple[str, str]]:
    place = ("vi", "en").index(language)
    return [(code, name[place]) for code, name in names.items()]


def _title(rule: PurposeRule, language: Language) -> str:
    return rule.title[("vi", "en").index(language)]
