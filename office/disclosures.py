"""What was read of a citizen, for that citizen; and the guards of purposes, for everybody.

The citizen's number stays sealed until the ledger's archive makes pseudonyms of it, and nothing here keeps it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import strawberry
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.scalars import JSON

from auth.citizens.representation import PURPOSE, PURPOSE_TITLE
from auth.keys import subject_seal
from auth.tables import agencies, purposes
from ledger.archive.database import LedgerSilent
from ledger.archive.guard import PurposeRule, Rules
from ledger.archive.own import Filter
from ledger.archive.proofs import RecordBroken
from ledger.archive.sealed import NotGivenOutHere
from ledger.tree import evidence
from office.context import Context, Info
from office.disclosed import Names, OwnDisclosures, own_disclosure
from office.errors import Code, not_answered
from office.fields import asked_by
from office.rows import fetch, made, of, page_size, word
from office.visitor import EVERYBODY, Capacity

log = structlog.get_logger(__name__)


@strawberry.type(description="How readings for a purpose are shown to the citizens they are of.")
class DisclosureGuard:
    purpose: strawberry.ID = of(purposes.c.purpose)
    legal_basis: str = of(purposes.c.legal_basis)
    title_vi: str = of(purposes.c.title_vi)
    title_en: str = of(purposes.c.title_en)
    shown_after_days: int = of(purposes.c.shown_after_days)
    in_general_terms: bool = of(purposes.c.third_party_sensitive)


@strawberry.type
class DisclosureQueries:
    @asked_by(Capacity.CITIZEN)
    async def my_disclosures(
        self,
        info: Info,
        *,
        purpose: strawberry.ID | None = None,
        agency: strawberry.ID | None = None,
        first: int = 20,
        after: strawberry.ID | None = None,
    ) -> OwnDisclosures:
        """What was read of the citizen who asks, by whom and why, the latest first; of one purpose, of one agency."""
        size, context = page_size(first), info.context
        wanted = Filter(*(None if given is None else word(given) for given in (purpose, agency)))
        rules = await rules_of(context.engine)
        with answering():
            page = await context.office.archives.page(
                pin_of(context), context.visitor.actor.name, rules, first=size, after=after, wanted=wanted
            )
        names = await agency_names(context.engine)
        entries = [own_disclosure(row, rules, names) for row in page.rows]
        following = None if page.next is None else strawberry.ID(page.next)
        return OwnDisclosures(entries=entries, next=following, silent=list(page.silent))

    @asked_by(Capacity.CITIZEN)
    async def disclosure_proof(self, info: Info, id: strawberry.ID) -> JSON | None:  # noqa: A002 - the argument's name
        """The proof that a reading is on record, for `lienthong ledger check-proof`; null: not yours, or not sealed.

        Of a reading in general terms it leaves closed who asked and why, and tells the moment and the steps that read.
        """
        context = info.context
        rules = await rules_of(context.engine)
        with answering():
            proof = await context.office.archives.proof(pin_of(context), context.visitor.actor.name, rules, id)
        return None if proof is None else JSON(json.loads(evidence.encode(proof)))

    @asked_by(*EVERYBODY)
    async def disclosure_guards(self, info: Info) -> list[DisclosureGuard]:
        """Purposes whose readings are shown to citizens later, or in general terms, in the order of their codes."""
        guarded = (purposes.c.shown_after_days > 0) | purposes.c.third_party_sensitive
        rows = await fetch(info.context.engine, select(purposes).where(guarded).order_by(purposes.c.purpose))
        return [made(DisclosureGuard, row) for row in rows]


# --- What the ledger's archive needs to know -------------------------------------------------------------------------


async def rules_of(engine: AsyncEngine) -> Rules:
    """The rules of all purposes, as they are now; of the authority's own as well, which is on no list."""
    listed = (
        PurposeRule(
            row.purpose,
            (row.title_vi, row.title_en),
            row.retention_months,
            row.shown_after_days,
            row.third_party_sensitive,
        )
        for row in await fetch(engine, select(purposes))
    )
    return Rules.of([PurposeRule(PURPOSE.code, PURPOSE_TITLE), *listed])


async def agency_names(engine: AsyncEngine) -> Names:
    """Vietnamese and English names of all agencies, by their identifiers."""
    return {row.agency: (row.name_vi, row.name_en) for row in await fetch(engine, select(agencies))}


def pin_of(context: Context) -> str:
    """The number of the citizen who asks, for the pseudonyms alone."""
    return subject_seal(context.office.desk.files).kept(context.visitor.actor.name)


@contextmanager
def answering() -> Iterator[None]:
    """Says in the office's words why a ledger was not read."""
    try:
        yield
    except NotGivenOutHere:
        raise not_answered(Code.BAD_USER_INPUT, "An ID is not one that was given out here to you.") from None
    except LedgerSilent as silent:
        raise not_answered(Code.DATABASE_UNAVAILABLE, "The ledger does not answer now.") from silent
    except RecordBroken as broken:
        log.error("ledger_record_broken", origin=broken.origin, leaf=broken.leaf)  # noqa: TRY400 - says all there is
        message = "The ledger's record of this reading does not hold together; those who run it have been told."
        raise not_answered(Code.INTERNAL, message) from None
