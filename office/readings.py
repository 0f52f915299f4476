"""What was read, for officers and for an agency about itself: lists and counts. Officers' looks are recorded first.

A person is looked up under an open case only (`auth.acts.disclosures`): no field here takes a personal number, and none
answers with one, or with a pseudonym.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import strawberry

from auth.acts.disclosures import ReadDisclosures
from auth.cases import by_number
from auth.keys import subject_seal
from ledger.archive import counts as counting
from ledger.archive.answers import AnswerPage, AnswerRow, Moment, Wanted
from ledger.archive.counts import By, Count, Counted
from ledger.archive.own import HERE
from ledger.archive.persons import PersonPage, person_page
from ledger.archive.rows import Kind, Row
from ledger.archive.subjects import Place
from office.changes import capacities_for
from office.context import Context, Info
from office.disclosed import StepOfDisclosure, id_or_none, step_of
from office.disclosures import answering
from office.errors import Code, not_answered
from office.fields import asked_by
from office.recorded import record
from office.rows import number, page_size, word
from office.visitor import Capacity

READERS = capacities_for("disclosures.read")
YEARS = range(2000, 2200)
"""Of moments that can be asked for: all that are, and none that overflows in another time zone."""
_CURSOR = "answers"

strawberry.enum(By, name="CountedBy", description="What is counted apart.")


@strawberry.type(description="So many subjects' readings of a kind.")
class CountOfKind:
    kind: Kind
    people: int


@strawberry.type(description="One answer of the graph, as it is on record; under a case, what it read of the person.")
class Disclosure:
    origin: str = strawberry.field(description="Whose ledger: the origin of its checkpoints.")
    leaf: strawberry.ID = strawberry.field(description="Its leaf in that ledger's tree.")
    at: datetime = strawberry.field(description="When it was recorded.")
    kind: Kind = strawberry.field(description="What became of it; of many, the most telling.")
    agency: strawberry.ID = strawberry.field(description="Whose rights were used.")
    client: strawberry.ID = strawberry.field(description="Which client asked.")
    supplier: strawberry.ID | None = strawberry.field(description="The client's own agency, where it used another's.")
    through: list[strawberry.ID] = strawberry.field(description="Clients on whose behalf it asked, the latest first.")
    purpose: strawberry.ID | None = strawberry.field(description="For what; null: no purpose was given.")
    legal_basis: str | None = strawberry.field(description="The law it stood on.")
    case_reference: str | None = strawberry.field(description="The agency's case.")
    officer: str | None = strawberry.field(description="The agency's own officer, where its client named one.")
    request_id: strawberry.ID = strawberry.field(description="Id of the request.")
    operation: str | None = strawberry.field(description="Name of the query, as its author wrote it.")
    document: strawberry.ID = strawberry.field(description="Hash of the query without what was typed into it.")
    coordinates: list[str] = strawberry.field(description="Fields read; of an answer that read nothing, those asked.")
    people: int = strawberry.field(description="Number of subjects in the answer.")
    kinds: list[CountOfKind] = strawberry.field(description="How many subjects' readings are of each kind.")
    steps: list[StepOfDisclosure] = strawberry.field(description="Under a case: what was read of the person.")
    missing: list[str] = strawberry.field(
        description="Of a refusal: rights that were missing. For officers also what a narrowing on trial would refuse."
    )
    emergencies: list[strawberry.ID] = strawberry.field(description="Emergency grants that it rests on.")
    grants_revision: strawberry.ID = strawberry.field(description="State of the grants it was decided by.")
    withheld_because: str | None = strawberry.field(description="client_left or rights_changed.")


@strawberry.type(description="Answers, the latest first. It can be shorter than was asked for, and not be the last.")
class Disclosures:
    entries: list[Disclosure] = strawberry.field(description="At most as many as were asked for.")
    next: strawberry.ID | None = strawberry.field(description="For `after` of the next page; null: this is the last.")


@strawberry.type(description="One line of a count; what is not counted apart is null.")
class DisclosureCount:
    day: date | None
    agency: strawberry.ID | None
    client: strawberry.ID | None
    purpose: strawberry.ID | None
    operation: str | None = strawberry.field(description="Hash of the query, and its name.")
    outcome: str | None = strawberry.field(description="granted, refused or no_hit.")
    answers: int = strawberry.field(description="Answers.")
    people: int = strawberry.field(description="Subjects in them; who stands in several counts in each.")
    on_trial: int = strawberry.field(description="Answers that a narrowing on trial would have refused.")


@strawberry.input(description="Which answers; what is left out admits all.")
class DisclosureFilter:
    agency: strawberry.ID | None = strawberry.field(default=None, description="Whose rights, or whose client, asked.")
    client: strawberry.ID | None = strawberry.field(default=None, description="Which client asked.")
    purpose: strawberry.ID | None = strawberry.field(default=None, description="For what.")
    coordinate: str | None = strawberry.field(default=None, description="A field read or looked up by: Citizen.pin.")
    since: datetime | None = strawberry.field(default=None, description="From that moment on.")
    until: datetime | None = strawberry.field(default=None, description="Before that moment.")
    kind: Kind | None = strawberry.field(default=None, description="In which somebody's reading is of this kind.")


@strawberry.type
class ReadingQueries:
    @asked_by(*READERS)
    async def disclosures(
        self,
        info: Info,
        *,
        filter: DisclosureFilter | None = None,  # noqa: A002 - the argument's name
        case: strawberry.ID | None = None,
        first: int = 50,
        after: strawberry.ID | None = None,
    ) -> Disclosures:
        """Answers of the graph, the latest first; of the person of an open case. Records that it was asked."""
        page_size(first)
        asked = Asked(info.context, wanted_of(filter), None if case is None else number(case), after)
        await record(info.context, ReadDisclosures(filter=written(asked.wanted), case=asked.case))
        return await asked.page(first)

    @asked_by(*READERS)
    async def disclosure_counts(
        self,
        info: Info,
        *,
        by: list[By],
        filter: DisclosureFilter | None = None,  # noqa: A002 - the argument's name
    ) -> list[DisclosureCount]:
        """Counts of sealed answers by whole days of Vietnam's time, the largest first. Records that it was asked."""
        wanted = wanted_of(filter)
        if not by or wanted.kind is not None:
            raise not_answered(Code.BAD_USER_INPUT, "Counts take at least one `by`, and no kind.")
        await record(info.context, ReadDisclosures(filter={**written(wanted), "by": " ".join(by)}))
        with answering():
            database = info.context.office.archives.own.database
            found = await counting.counts(database, list(dict.fromkeys(by)), _days(wanted))
        return [_count(line) for line in found]

    @asked_by(Capacity.AGENCY)
    async def own_disclosures(
        self,
        info: Info,
        *,
        filter: DisclosureFilter | None = None,  # noqa: A002 - the argument's name
        first: int = 50,
        after: strawberry.ID | None = None,
    ) -> Disclosures:
        """Answers in which the agency's rights were used, or that its own clients got; the latest first."""
        page_size(first)
        asked = Asked(info.context, wanted_of(filter), None, after)
        return await asked.page(first)


# --- Looking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A look into the ledger: by whom, for what, of whom, and from where on."""

    context: Context
    wanted: Wanted
    case: int | None
    after: str | None

    async def page(self, first: int) -> Disclosures:
        rows, following = await self.rows(first)
        agency = self.context.visitor.agency
        return Disclosures(
            entries=[disclosure_of(row, of_agency=agency is not None) for row in rows], next=id_or_none(following)
        )

    async def rows(self, first: int) -> tuple[tuple[AnswerRow | Row, ...], str | None]:
        """So many rows, and the cursor after them. An agency is shown what it has a part in, whatever it names."""
        archives, reader = self.context.office.archives, self.context.visitor.actor.signature
        use = f"{_CURSOR} {self.case}"
        wanted = replace(self.wanted, within=self.context.visitor.agency)
        page: AnswerPage | PersonPage
        with answering():
            before = None if self.after is None else archives.seal.open(self.after, use, reader)
            if self.case is None:
                page = await archives.own.answers.page(wanted, first, before and Moment(*before))
            else:
                pin = await self._person(self.case)
                page = await person_page(archives.own, pin, wanted, first, before and Place(*before))
        return page.rows, page.next and archives.seal.seal(page.next, use, reader)

    async def _person(self, case: int) -> str:
        """The number of the case's person, for pseudonyms alone: asked for each page, since a copy takes a while."""
        async with self.context.engine.connect() as connection:
            found = await by_number(connection, case)
        if found is None or not found.admits(datetime.now(UTC)):
            raise not_answered(Code.FORBIDDEN, "There is no such case, or nobody is looked up under it any more.")
        return subject_seal(self.context.office.desk.files).kept(found.citizen)


def wanted_of(given: DisclosureFilter | None) -> Wanted:
    """What was asked for, or BAD_USER_INPUT."""
    if given is None:
        return Wanted()
    for moment in (given.since, given.until):
        if moment is not None and (moment.tzinfo is None or moment.year not in YEARS):
            message = f"A moment is written 2027-01-31T08:00+07:00, of the years {YEARS.start} to {YEARS.stop - 1}."
            raise not_answered(Code.BAD_USER_INPUT, message)
    return Wanted(
        agency=_word(given.agency),
        client=_word(given.client),
        purpose=_word(given.purpose),
        coordinate=_word(given.coordinate),
        since=given.since,
        until=given.until,
        kind=given.kind,
    )


def written(wanted: Wanted) -> dict[str, str]:
    """A filter as the record of acts keeps it."""
    said = {"agency": wanted.agency, "client": wanted.client, "purpose": wanted.purpose}
    said |= {"coordinate": wanted.coordinate, "kind": wanted.kind}
    moments = {"since": wanted.since, "until": wanted.until}
    said |= {name: None if moment is None else moment.isoformat() for name, moment in moments.items()}
    return {name: str(value) for name, value in said.items() if value}


def _word(given: str | None) -> str | None:
    return None if given is None else word(given)


# --- As it is shown --------------------------------------------------------------------------------------------------


def disclosure_of(row: AnswerRow | Row, *, of_agency: bool) -> Disclosure:
    """`of_agency`: an agency learns of a refusal what was missing, and nothing of narrowings on trial."""
    answer, party = row.answer, row.answer.party
    kinds = {row.kind: 1} if isinstance(row, Row) else row.kinds
    return Disclosure(
        origin=answer.origin,
        leaf=strawberry.ID(str(answer.leaf)),
        at=answer.at,
        kind=row.kind,
        agency=strawberry.ID(party.agency),
        client=strawberry.ID(party.client),
        supplier=id_or_none(party.supplier),
        through=[strawberry.ID(client) for client in party.through],
        purpose=id_or_none(party.purpose),
        legal_basis=party.legal_basis,
        case_reference=answer.case_reference,
        officer=answer.officer,
        request_id=strawberry.ID(str(answer.request_id)),
        operation=answer.operation.name,
        document=strawberry.ID(answer.operation.document),
        coordinates=list(row.coordinates),
        people=answer.people,
        kinds=[CountOfKind(kind=kind, people=kinds[kind]) for kind in Kind if kinds.get(kind)],
        steps=[step_of(step) for step in row.reading.steps] if isinstance(row, Row) else [],
        missing=list(answer.missing) if row.kind is Kind.REFUSED or not of_agency else [],
        emergencies=[strawberry.ID(str(number)) for number in answer.emergencies],
        grants_revision=strawberry.ID(str(answer.grants_revision)),
        withheld_because=answer.withheld_because,
    )


def _count(line: Count) -> DisclosureCount:
    return DisclosureCount(
        day=line.day,
        agency=id_or_none(line.agency),
        client=id_or_none(line.client),
        purpose=id_or_none(line.purpose),
        operation=line.operation,
        outcome=None if line.outcome is None else line.outcome.name.lower(),
        answers=line.answers,
        people=line.people,
        on_trial=line.on_trial,
    )


def _days(wanted: Wanted) -> Counted:
    since, until = (moment and moment.astimezone(HERE).date() for moment in (wanted.since, wanted.until))
    return Counted(wanted.agency, wanted.client, wanted.purpose, wanted.coordinate, since, until)
