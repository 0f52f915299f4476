"""The office in this process, for an operator at the machine: the schema, acts and refusals of `/office/graphql`.

Nothing is served and no key is held. The policy is read once, for looking ahead; the database decides everything else.
"""

import getpass
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

from sqlalchemy import select

from auth import clock
from auth.acts.actors import DEMO_OFFICERS
from auth.acts.desk import Desk, desk_at
from auth.officers.door import Officers
from auth.policy.quotas import Quotas
from auth.policy.rows import read_policy
from auth.tables import officers
from domains.kit.units import communes_of
from graph.answer import Graph
from graph.compose import compose
from graph.composed import Composed
from graph.cursors import KEY_BYTES, Cursors
from graph.preview import Previews
from graph.registry import installed_domains
from installation.databases import connect, database_url
from installation.errors import Refusal
from installation.home import KeyFolder, key_file
from installation.settings import Settings
from ledger import KeyRing, Ledger
from ledger.archive.answers import Wanted
from ledger.insight.books import BooksReader
from migrations.run import check_current
from office import visitor
from office.answer import Question, answer
from office.context import Context, Office, RecordedAs, Works
from office.errors import NotAnswered
from office.exports import Format, exported
from office.readings import Asked
from office.rows import fetch
from office.schema import executable, schema
from office.visitor import Visitor
from shapes.archives import archives_of
from shapes.rights import catalogue_of

Take = Callable[[bytes], object]


async def asked(settings: Settings, document: str, variables: Mapping[str, Any], officer: str | None) -> dict[str, Any]:
    """The data that the office answers to the operator, or in demo mode to a demo officer. Raises Refusal."""
    async with _office(settings, officer) as (office, who):
        try:
            return await answer(executable(schema()), Question(document, None, variables), Context(who, office))
        except NotAnswered as ended:
            raise Refusal(" ".join(dict.fromkeys(error.message for error in ended.errors))) from None


async def export(
    settings: Settings, form: Format, wanted: Wanted, case: int | None, officer: str | None, take: Take
) -> None:
    """Hand the lines of an export on as they come. Raises Refusal."""
    async with _office(settings, officer) as (office, who):
        try:
            async for lines in exported(Asked(Context(who, office), wanted, case, None), form):
                take(lines)
        except NotAnswered as ended:
            raise Refusal(" ".join(dict.fromkeys(error.message for error in ended.errors))) from None


@asynccontextmanager
async def _office(settings: Settings, officer: str | None) -> AsyncIterator[tuple[Office, Visitor]]:
    if settings.is_of_one_register:
        raise Refusal("What people decide and see is at the authority: run this there.")
    await check_current(settings, ["auth"])
    unsigned = _unsigned(settings, officer)
    composed, dsn = compose(installed_domains()), database_url(settings, "auth")
    catalogue = catalogue_of(composed, settings)
    connection = await connect(dsn)
    try:
        policy = await read_policy(connection, catalogue, communes_of)
    finally:
        await connection.close()
    files, demo = partial(key_file, settings.home), settings.mode == "demo"
    async with desk_at(
        dsn, catalogue=catalogue, communes_of=communes_of, files=files, demo=demo, unsigned=unsigned
    ) as desk:
        rules = partial(policy.at, clock.wall())
        archives, door = archives_of(settings), Officers(desk.engine, settings.issuer)
        try:
            previews, books = _previews(settings, composed), BooksReader(database_url(settings, "ledger"))
            parts = _works(previews), _recorded_as(previews), archives, books
            yield Office(desk, rules, door, *parts), await _visitor(desk, officer)
        finally:
            await archives.close()


def _unsigned(settings: Settings, officer: str | None) -> frozenset[str]:
    """The demo officer for whom no passkey is asked. Nobody else acts as an officer here."""
    if officer is None:
        return frozenset()
    if settings.mode != "demo" or not officer.startswith(DEMO_OFFICERS):
        raise Refusal("--as takes demo-officer-1 or demo-officer-2, in demo mode only: set LIENTHONG_MODE=demo.")
    return frozenset({officer})


async def _visitor(desk: Desk, officer: str | None) -> Visitor:
    if officer is None:
        return visitor.machine(_login())
    live = select(officers).where(officers.c.officer == officer, officers.c.state == "active")
    for row in await fetch(desk.engine, live):
        return visitor.demo_officer(officer, frozenset(row.roles), opens_emergencies=row.opens_emergencies)
    raise Refusal("There is no such demo officer; `lienthong run` admits demo-officer-1 and demo-officer-2.")


def _login() -> str:
    """Under which name acts are recorded; an account without a name is told by its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def _previews(settings: Settings, composed: Composed) -> Callable[[], Previews]:
    """Previews over a graph without databases, made when the first is asked for."""

    @cache
    def previews() -> Previews:
        unopened = Ledger(database_url(settings, "ledger"), KeyRing(KeyFolder(settings.home)))
        cursors, seconds = Cursors([bytes(KEY_BYTES)]), settings.request_deadline_ms / 1000
        quotas = Quotas(database_url(settings, "auth"))
        return Previews(Graph(composed, {}, unopened, cursors, seconds, confirm=lambda _: None, quotas=quotas))

    return previews


def _works(previews: Callable[[], Previews]) -> Works:
    return lambda text, variables, caller: previews().works(text, variables, caller)


def _recorded_as(previews: Callable[[], Previews]) -> RecordedAs:
    return lambda text: previews().recorded_as(text)
