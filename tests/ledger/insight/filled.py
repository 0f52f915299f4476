"""Books with the rows that a test says, as the sealer writes them. Who stands in them is invented; hashes are not."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import asyncpg

from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.insight.days import today
from ledger.segments.entries import Outcome, Step, Subject, Way
from ledger.tables import metadata
from ledger.tree.leaves import Reading, StepRead, canonical, digest

NAME, BORN = "identity:citizen.full_name:read", "identity:citizen.date_of_birth:read"
LIVES = "population:residence.commune_code:lookup"
OPENS = (Step("citizen", ("Citizen.fullName",), Way.OPENED, ("Citizen.pin",)),)
LISTS = (Step("residents.nodes.holder", ("Citizen.fullName",), Way.LISTED, ("Residence.communeCode",)),)
_USAGE = """\
insert into usage (day, party, operation, outcome, answers, people, on_trial) values ($1, $2, $3, $4, 1, $5, $6)
on conflict (day, party, operation, outcome) do update set answers = usage.answers + 1,
    people = usage.people + excluded.people, on_trial = usage.on_trial + excluded.on_trial"""


def subject(number: int) -> bytes:
    return hashlib.md5(str(number).encode()).digest()  # noqa: S324 -- sixteen bytes of nobody


@dataclass
class Filled:
    """A ledger's books, and the hands of its sealer."""

    dsn: str
    connection: asyncpg.Connection
    _numbers: dict[tuple[str, bytes], int] = field(default_factory=dict)
    first: int = 0
    """Leaf of the first answer."""

    def __post_init__(self) -> None:
        self._leaf = self.first - 1

    async def party(self, agency: str = "G01", client: str = "desk", purpose: str | None = "tax", **others: Any) -> int:
        said = {"agency": agency, "client": client, "supplier": None, "through": (), "legal_basis": None, **others}
        return await self._interned("parties", "party", {**said, "purpose": purpose})

    async def operation(
        self,
        *needs: str,
        steps: Sequence[Step] = OPENS,
        name: str | None = "Profile",
        document: bytes = bytes(16),
    ) -> int:
        read = {*(each for step in steps for each in (*step.reads, *step.looks_up))}
        said = {"document": document, "name": name, "needs": sorted(needs), "coordinates": sorted(read)}
        return await self._interned("operations", "operation", {**said, "steps": canonical(steps).decode()})

    async def reading(self, way: Way = Way.OPENED, kind: Subject = Subject.PERSON) -> int:
        content = Reading(kind, (StepRead("citizen", way, ("Citizen.fullName",), ()),))
        said = {"subject": kind.value, "kind": way.value, "coordinates": ["Citizen.fullName"]}
        return await self._interned("readings", "reading", {**said, "content": canonical(content).decode()})

    async def answer(
        self,
        party: int,
        operation: int,
        at: datetime,
        people: Sequence[int] = (),
        *,
        outcome: Outcome = Outcome.GRANTED,
        case: str | None = None,
        missing: Sequence[str] = (),
        way: Way = Way.OPENED,
        times: int = 1,
    ) -> int:
        """The leaf of the last of so many answers, a second apart."""
        for number in range(times):
            await self._answer(party, operation, at + timedelta(seconds=number), people, outcome, case, missing, way)
        return self._leaf

    async def not_found(self, leaf: int, places: Sequence[int]) -> None:
        """Mark that of an answer's subjects these were not there."""
        answer = await self.connection.fetchrow("select request_id, at from answers where leaf = $1", leaf)
        assert answer is not None
        self._leaf += 1
        row = {"leaf": self._leaf, "request_id": answer["request_id"], "answered_at": answer["at"]}
        marked = {"kind": "not_found", "places": list(places), "at": answer["at"] + timedelta(seconds=1)}
        await self._insert("marks", {**row, **marked})

    async def _answer(  # noqa: PLR0917 -- the columns of one row
        self,
        party: int,
        operation: int,
        at: datetime,
        people: Sequence[int],
        outcome: Outcome,
        case: str | None,
        missing: Sequence[str],
        way: Way,
    ) -> None:
        self._leaf += 1
        row = {
            "leaf": self._leaf, "stream": uuid.UUID(int=1), "seq": self._leaf, "place": 0,
            "request_id": uuid.uuid4(), "at": at, "outcome": int(outcome), "party": party, "operation": operation,
            "case_reference": case, "grants_revision": 7, "missing": list(missing), "salt": bytes(16),
            "seed": bytes(16), "people": len(people), "root": bytes(32),
        }  # fmt: skip
        await self._insert("answers", row)
        reading = await self.reading(way)
        rows = [(self._leaf, place, subject(number), reading) for place, number in enumerate(people)]
        await self.connection.executemany(
            "insert into people (leaf, place, subject, reading) values ($1, $2, $3, $4)", rows
        )
        on_trial = int(bool(missing) and outcome is Outcome.GRANTED)
        await self.connection.execute(_USAGE, today(at), party, operation, int(outcome), len(people), on_trial)

    async def _interned(self, table: str, key: str, said: dict[str, Any]) -> int:
        mark = digest(said)
        if (table, mark) not in self._numbers:
            known = await self.connection.fetchval(f"select {key} from {table} where digest = $1", mark)
            self._numbers[table, mark] = known or await self._insert(table, {"digest": mark, **said}, key)
        return self._numbers[table, mark]

    async def _insert(self, table: str, row: dict[str, Any], returning: str = "null") -> Any:
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        statement = f"insert into {table} ({', '.join(row)}) values ({places}) returning {returning}"
        return await self.connection.fetchval(statement, *row.values())


_databases = count(1)
_empty: list[str] = []
_EMPTY = "truncate {} restart identity"
_TRIGGERS_OFF = "set session_replication_role = replica"


@asynccontextmanager
async def filling(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Filled]:
    """Empty books in a migrated database, nobody else's meanwhile, and a hand that fills them."""
    name = _empty.pop() if _empty else await _made(postgres, templates, worker)
    connection = await asyncpg.connect(postgres.url(name))
    try:
        yield Filled(postgres.url(name), connection)
        await connection.execute(_TRIGGERS_OFF)
        await connection.execute(_EMPTY.format(", ".join(table.name for table in metadata.sorted_tables)))
        _empty.append(name)
    finally:
        await connection.close()


async def _made(postgres: Postgres, templates: Settings, worker: str) -> str:
    name = f"insight_{worker}_{next(_databases)}"
    server = await asyncpg.connect(postgres.url("postgres"))
    await server.execute(f'create database {name} template "{database_name(templates, "ledger")}"')
    await server.close()
    return name
