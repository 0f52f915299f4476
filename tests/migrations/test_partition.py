"""A register's tables moved into parts and back: what they hold and have stays, and nothing is moved twice."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

from domains.kit.units import UNITS_TABLE
from installation.databases import DOMAINS, connect, database_url
from installation.errors import MigrationRefused
from installation.settings import Settings
from migrations import revise  # noqa: F401 - makes reflection know `point` and `box`
from migrations.condition import findings
from migrations.partition import layout, partition, tables_of
from migrations.run import engine_of
from migrations.targets import METADATA
from synthetic.seed import seed
from tests.domains.rows import write

PINS = [f"{number:012}" for number in range(40)]
ROLE = "parted_reader"


async def differences(settings: Settings, name: str) -> list[Any]:
    """What the database has otherwise than declared; parts belong to their tables."""

    def compared(connection: Connection) -> list[Any]:
        def is_no_part(_: object, called: str | None, kind: str, *__: object) -> bool:
            return kind != "table" or called in METADATA[name].tables

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_no_part})
        return list(compare_metadata(context, METADATA[name]))

    async with engine_of(settings, name) as engine, engine.connect() as connection:
        return await connection.run_sync(compared)


async def rows(connection: asyncpg.Connection, table: str) -> list[Mapping[str, Any]]:
    return [dict(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY pin")]


@pytest.mark.parametrize("name", DOMAINS)
async def test_an_operator_parts_a_register_and_it_is_the_declared_one_there_and_back(
    fresh_settings: Settings, name: str
) -> None:
    await partition(fresh_settings, name, 3)
    assert {each.parts for each in await layout(fresh_settings, name)} == {3}
    found = await differences(fresh_settings, name)
    lost = {each[1].name for each in found}
    assert lost == ({"parcels_surrogate"} if name == "land" else set()), "unique by the id, which is the same number"
    await partition(fresh_settings, name, 5)
    assert {each.parts for each in await layout(fresh_settings, name)} == {5}
    await partition(fresh_settings, name, 1)
    assert await differences(fresh_settings, name) == []


async def test_an_operator_parts_a_register_and_rows_comments_and_rights_stay(fresh_settings: Settings) -> None:
    connection = await connect(database_url(fresh_settings, "identity"))
    citizens = tables_of("identity")["citizens"]
    for pin in PINS:
        await write(connection, citizens, pin=pin, other_names=[], nationalities=["VN"])
    await connection.execute(f"DROP ROLE IF EXISTS {ROLE}; CREATE ROLE {ROLE}; GRANT SELECT ON citizens TO {ROLE}")
    await connection.execute(f"ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO {ROLE}")
    await connection.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}; ALTER TABLE contacts OWNER TO {ROLE}")
    before = await rows(connection, "citizens")
    told: list[str] = []
    await partition(fresh_settings, "identity", 3, told.append)
    assert await rows(connection, "citizens") == before
    counts = [await connection.fetchval(f"SELECT count(*) FROM citizens_{part}_of_3") for part in range(3)]
    assert sum(counts) == len(PINS)
    assert min(counts) > 0
    assert await connection.fetchval("SELECT obj_description('citizens'::regclass)") == citizens.comment
    assert await connection.fetchval("SELECT has_table_privilege($1, 'citizens', 'SELECT')", ROLE)
    assert not await connection.fetchval("SELECT has_table_privilege($1, 'citizens', 'INSERT')", ROLE)
    owned = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relowner = $1::regrole ORDER BY relname"
    names = [row["relname"] for row in await connection.fetch(owned, ROLE)]
    assert names == ["contacts", *(f"contacts_{part}_of_3" for part in range(3))]
    assert f"{len(PINS)} rows" in " ".join(told)
    await connection.close()


async def test_an_operator_parts_a_register_again_and_nothing_is_moved(fresh_settings: Settings) -> None:
    await partition(fresh_settings, "identity", 3)
    told: list[str] = []
    await partition(fresh_settings, "identity", 3, told.append)
    assert not [line for line in told if line.startswith("Table ")]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE PUBLICATION replicas FOR TABLE citizens", "has a publication"),
        (
            "CREATE TRIGGER told BEFORE UPDATE ON citizens EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "has triggers",
        ),
        ("ALTER TABLE contacts FORCE ROW LEVEL SECURITY", "has row level security"),
        ("GRANT SELECT (pin) ON contacts TO PUBLIC", "has privileges on columns"),
        ("CREATE RULE quiet AS ON DELETE TO contacts DO INSTEAD NOTHING", "has rules"),
        ("ALTER TABLE contacts ADD COLUMN n int GENERATED ALWAYS AS IDENTITY", "has identity columns"),
        ("ALTER TABLE contacts ADD FOREIGN KEY (pin) REFERENCES citizens", "has foreign keys"),
        ("CREATE POLICY mine ON contacts", "has row security policies"),
        ("ALTER TABLE contacts SET (autovacuum_enabled = off)", "has settings of its storage"),
        (
            'DROP TABLE contacts; CREATE TABLE contacts (pin text COLLATE "C") PARTITION BY LIST (pin)',
            "was parted otherwise",
        ),
        (
            """DROP TABLE contacts; CREATE TABLE contacts (pin text COLLATE "C") PARTITION BY HASH (pin);
            CREATE FOREIGN DATA WRAPPER away; CREATE SERVER away FOREIGN DATA WRAPPER away;
            CREATE FOREIGN TABLE part PARTITION OF contacts FOR VALUES WITH (MODULUS 1, REMAINDER 0) SERVER away""",
            "was parted otherwise",
        ),
    ],
    ids=[
        "a_publication", "a_trigger", "row_security", "columns", "a_rule", "identity", "foreign_keys", "a_policy",
        "storage", "parts_of_somebody_else", "parts_elsewhere",
    ],
)  # fmt: skip
async def test_an_operator_parts_what_would_lose_something_and_is_refused_before_anything_moves(
    fresh_settings: Settings, made: str, said: str
) -> None:
    connection = await connect(database_url(fresh_settings, "identity"))
    await connection.execute(made)
    await connection.close()
    with pytest.raises(MigrationRefused, match=said):
        await partition(fresh_settings, "identity", 3)
    assert not [each for each in await layout(fresh_settings, "identity") if each.parts > 1]


async def test_doctor_says_which_table_a_later_revision_laid_in_one_piece(fresh_settings: Settings) -> None:
    await partition(fresh_settings, "identity", 3)
    lines = [finding.line async for finding in findings(fresh_settings)]
    assert [line for line in lines if line.endswith("identity stand in 3 parts")]
    connection = await connect(database_url(fresh_settings, "identity"))
    await connection.execute(
        "CREATE TABLE anew (LIKE contacts INCLUDING ALL); DROP TABLE contacts; ALTER TABLE anew RENAME TO contacts"
    )
    await connection.close()
    (advice,) = [finding async for finding in findings(fresh_settings) if "stand in 3 parts" in finding.line]
    assert advice.advice
    assert "but not contacts: `lienthong partition identity --parts 3`" in advice.line


async def test_a_nation_is_invented_into_parts(fresh_settings: Settings) -> None:
    for name in DOMAINS:
        await partition(fresh_settings, name, 2)
    report = await seed({name: database_url(fresh_settings, name) for name in DOMAINS}, 1_000, progress=False)
    for name in DOMAINS:
        connection = await connect(database_url(fresh_settings, name))
        for table in METADATA[name].tables:
            if table != UNITS_TABLE:
                assert await connection.fetchval(f"SELECT count(*) FROM {table}") == report.rows[f"{name}.{table}"]
        await connection.close()
        assert {each.parts for each in await layout(fresh_settings, name)} == {2}
