"""Write a revision from what changed in a `tables.py`: `python -m migrations.revise NAME "What it does"`.

For developers. Needs a running server (the embedded one unless LIENTHONG_DATABASE_URL says otherwise) with databases
that are at their present heads. The result is read and tried before it is committed: Alembic sees tables and columns,
not meaning.
"""

import asyncio
import sys
from collections.abc import Iterable
from typing import Any

from alembic import command
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, ops
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Connection
from sqlalchemy.types import UserDefinedType

from auth.policy.triggers import STATEMENTS
from domains.kit.geometry import Box, Point
from domains.kit.units import UNITS_TABLE
from installation.databases import DATABASES, embedded, uses_embedded
from installation.settings import load
from migrations.run import engine_of, migrate
from migrations.scripts import alembic_config, known, versions
from migrations.targets import METADATA

# Types of core PostgreSQL that SQLAlchemy has no names for: without this, reflection warns and comparing sees nothing.
PGDialect.ischema_names.update({"point": Point, "box": Box})


class FillUnits(MigrateOperation):
    """Stands in a revision for the call that inserts the administrative units."""


@renderers.dispatch_for(FillUnits)
def _render_units(context: AutogenContext, _: FillUnits) -> str:
    context.imports.add("from migrations.units import fill_administrative_units")
    return "fill_administrative_units()"


def render_type(kind: str, item: object, context: AutogenContext) -> str | bool:
    """Our own types by name; every other as Alembic writes it."""
    if kind != "type" or not isinstance(item, UserDefinedType):
        return False
    context.imports.add(f"from {type(item).__module__} import {type(item).__name__}")
    return f"{type(item).__name__}()"


def write_revision(connection: Connection, name: str, message: str) -> None:
    """Compare the database with its tables and write the difference as the next revision."""
    config = alembic_config(name)
    first = not known(name)

    def complete(_: object, __: object, scripts: list[ops.MigrationScript]) -> None:
        if first and scripts[0].upgrade_ops is not None:
            scripts[0].upgrade_ops.ops.extend(_first_rows(name))

    config.attributes.update(
        connection=connection, metadata=METADATA[name], render_item=render_type, process_revision_directives=complete
    )
    number = f"{len(known(name)) + 1:04}"
    config.set_main_option("file_template", f"{number}_%%(slug)s")
    versions(name).mkdir(parents=True, exist_ok=True)
    command.revision(config, message, autogenerate=True, rev_id=f"{name}_{number}")


def _first_rows(name: str) -> Iterable[Any]:
    """What a database holds besides tables from its first revision on."""
    if UNITS_TABLE in METADATA[name].tables:
        yield FillUnits()
    elif name == "auth":
        yield from (ops.ExecuteSQLOp(statement) for statement in STATEMENTS)


async def revise(name: str, message: str) -> None:
    settings = load()
    if uses_embedded(settings):
        embedded(settings).start()
    await migrate(settings)
    async with engine_of(settings, name) as engine, engine.begin() as connection:
        await connection.run_sync(write_revision, name, message)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in DATABASES:
        sys.exit(f"usage: python -m migrations.revise {{{','.join(DATABASES)}}} MESSAGE")
    asyncio.run(revise(sys.argv[1], sys.argv[2]))
