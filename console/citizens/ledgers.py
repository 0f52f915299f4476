"""What the pages about readings share: the ledgers' archive, asked for one citizen, and the words to say what is there.

The citizen's number is opened for the pseudonyms alone; ids and cursors are bound to the sealed one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.cases import Case
from auth.citizens.sessions import CitizenSession
from auth.tables import clients
from console.citizens.desk import Counter
from console.citizens.readings import Reading, Words, reading
from console.pages import Language
from ledger.archive.archives import Archives
from ledger.archive.guard import Rules
from ledger.archive.own import Filter, OwnPage, OwnRow, is_shown, own_row
from ledger.archive.rows import Row
from office.disclosures import agency_names, rules_of
from office.rows import fetch

PAGE = 20


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The registered ledgers, and what their coordinates are called in scopes (`graph.catalogue.field_names`)."""

    archives: Archives
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Looking:
    """One citizen who looks, at one moment, under the rules of that moment."""

    pin: str = field(repr=False)
    reader: str = field(repr=False)
    """The sealed number."""
    now: datetime
    rules: Rules
    agencies: Mapping[str, tuple[str, str]]
    engine: AsyncEngine = field(repr=False)
    ledgers: Ledgers = field(repr=False)

    @classmethod
    async def of(cls, counter: Counter, session: CitizenSession, ledgers: Ledgers) -> "Looking":
        engine = counter.desk.engine
        reader = counter.desk.authority.subjects.keep(session.citizen)
        rules, agencies = await rules_of(engine), await agency_names(engine)
        return cls(session.citizen, reader, datetime.now(UTC), rules, agencies, engine, ledgers)

    async def page(self, wanted: Filter, after: str | None) -> OwnPage:
        """Raises `NotGivenOutHere`, `LedgerSilent`."""
        return await self.ledgers.archives.page(
            self.pin, self.reader, self.rules, first=PAGE, after=after, wanted=wanted, now=self.now
        )

    async def find(self, id_: str) -> Row | None:
        """The row of that id, if this citizen is shown it. Raises `NotGivenOutHere`, `LedgerSilent`."""
        return await self.ledgers.archives.find(self.pin, self.reader, self.rules, id_, self.now)

    async def proof(self, id_: str) -> Any:
        """Raises `NotGivenOutHere`, `LedgerSilent`, `RecordBroken`."""
        return await self.ledgers.archives.proof(self.pin, self.reader, self.rules, id_, self.now)

    async def complained_of(self, complaints: Collection[Case]) -> dict[int, OwnRow]:
        """By number of the case, the reading that was complained of, as far as it is shown. Raises `LedgerSilent`."""
        found: dict[int, OwnRow] = {}
        for origin in {case.origin for case in complaints if case.origin is not None}:
            archive = self.ledgers.archives.of(origin)
            if archive is None:
                continue
            own = [case for case in complaints if case.origin == origin]
            requests = {case.request_id for case in own if case.request_id is not None}
            rows = await archive.subjects.of_requests(archive.pseudonyms(self.pin), requests)
            shown = {row.answer.leaf: row for row in rows if is_shown(row, self.rules, Filter(), self.now)}
            found |= {case.number: self.own(shown[case.leaf]) for case in own if case.leaf in shown}
        return found

    def own(self, row: Row) -> OwnRow:
        """A row as the rules of its purpose have it shown."""
        return own_row(((self.ledgers.archives.id_of(row, self.reader), row),), self.rules, self.now)

    async def said(self, rows: Sequence[OwnRow], counter: Counter, language: Language) -> list[Reading]:
        """Rows in words."""
        words = Words(
            agencies=self.agencies,
            clients=await self._clients(rows),
            purposes={code: rule.title for code, rule in self.rules.by_code.items()},
            fields=self.ledgers.fields,
            described=counter.described,
        )
        return [reading(row, words, language) for row in rows]

    async def _clients(self, rows: Sequence[OwnRow]) -> dict[str, str]:
        told = [row.told for row in rows if row.told is not None]
        names = {name for each in told for name in (each.client, *each.through)}
        if not names:
            return {}
        found = await fetch(self.engine, select(clients.c.client, clients.c.name).where(clients.c.client.in_(names)))
        return {row.client: row.name for row in found}
