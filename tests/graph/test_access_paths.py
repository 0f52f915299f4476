"""Ways into the tables: no statement that a plan can make reads a large table from end to end, under any row rule.

Of registers in one piece and in parts (docs/decisions/0029).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bench.questions import LIST, PAGE, PROFILE
from domains.kit.fields import Relation
from domains.kit.layout import Layout
from domains.kit.statements import KEYS, Statement
from domains.kit.units import UNITS_TABLE
from installation.databases import database_urls
from installation.settings import Settings
from migrations.targets import METADATA
from tests.conftest import PARTS
from tests.domains.rows import Connection, taken_back
from tests.graph.compiling import plan_of, registers
from tests.graph.corpus import corpus, hops
from tests.graph.test_compile import EACH_RULE, GIVEN, QUESTIONS

ROWLESS = {"Function Scan", "Subquery Scan", "CTE Scan"}  # of what a statement was given or has found
FORBIDDEN = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
AFTER = re.compile(r"( AND )?\(surrogate > \$\d+\)")  # where a page goes on: true of most rows

ASKED: Mapping[str, tuple[str, Mapping[str, Any] | None]] = {
    **{name: (text, GIVEN.get(name)) for name, text in QUESTIONS.items()},
    "profile": (PROFILE, {"pin": "001205123456"}),
    "list": (LIST, {"pins": ["001205123456"]}),
    "page": (PAGE, {"bbox": {"west": 105.8, "south": 21.0, "east": 105.9, "north": 21.1}}),
    **{name: (text, None) for name, text in corpus()},
}

IN_EVERY_PART = {
    "certificates.parcel_id",
    "enterprises.parent_code",
    "land_rights.holder_enterprise",
    "land_rights.holder_pin",
    "members.member_enterprise",
}
"""What hangs on keys that its table is not parted by: an index of every part is looked into, for each key."""


def statements(name: str, layout: Layout) -> Iterator[tuple[str, Statement]]:
    """The statements of a question with the register that each is sent to."""
    for read in plan_of(*ASKED[name]).reads:
        for rule in EACH_RULE:
            yield read.steps[0].domain, read.write([rule] * len(read.steps), layout)


async def plan_nodes(connection: Connection, statement: Statement, *, run: bool = False) -> list[Mapping[str, Any]]:
    """The steps of the plan for whatever the parameters are; of a run, for one key, with how often each was taken."""
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE asked AS {statement.sql}")
    given = ", ".join("'{x}'" if run and name == KEYS else "NULL" for name in statement.parameters)
    how = "ANALYZE, TIMING OFF, " if run else ""
    found = await connection.fetchval(f"EXPLAIN ({how}FORMAT JSON) EXECUTE asked{given and f'({given})'}")
    await connection.execute("DEALLOCATE asked")
    return [*within(json.loads(found)[0]["Plan"])]


def within(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from within(inner)


def reads_all(node: Mapping[str, Any]) -> bool:
    """A scan whose index, if it has one, is given nothing but where the page goes on."""
    kind = node["Node Type"]
    if node.get("Relation Name") == UNITS_TABLE or not kind.endswith("Scan") or kind in {"Bitmap Heap Scan", *ROWLESS}:
        return False
    return not AFTER.sub("", node.get("Index Cond", "")).strip("( )")


@pytest.fixture
def layouts(untouched_settings: Settings, parted_settings: Settings) -> Mapping[Layout, Mapping[str, str]]:
    """The databases in either layout."""
    return {Layout.WHOLE: database_urls(untouched_settings), Layout.PARTED: database_urls(parted_settings)}


@pytest.mark.parametrize("layout", [Layout.WHOLE, Layout.PARTED], ids=lambda layout: layout.value)
@pytest.mark.parametrize("name", ASKED)
async def test_a_caller_asks_and_no_large_table_is_read_from_end_to_end(
    name: str, layout: Layout, layouts: Mapping[Layout, Mapping[str, str]]
) -> None:
    """Without rows PostgreSQL likes every table best from end to end; forbidden that, it does so where it must."""
    asked = dict.fromkeys(statements(name, layout))
    for domain in dict.fromkeys(domain for domain, _ in asked):
        async with taken_back(layouts[layout][domain]) as connection:
            await connection.execute(FORBIDDEN)
            for statement in (statement for of, statement in asked if of == domain):
                assert not [node for node in await plan_nodes(connection, statement) if reads_all(node)], statement.sql


async def test_a_key_leads_to_the_one_part_where_its_rows_are(
    layouts: Mapping[Layout, Mapping[str, str]], record_property: Any
) -> None:
    """All but what hangs on another key: each of those is named here."""
    asked = {each for name in ASKED for each in statements(name, Layout.PARTED) if each[1].keyed}
    everywhere: set[str] = set()
    for domain in sorted({domain for domain, _ in asked}):
        async with taken_back(layouts[Layout.PARTED][domain]) as connection:
            await connection.execute(FORBIDDEN)
            for statement in (statement for of, statement in asked if of == domain):
                everywhere |= looked_for_everywhere(await plan_nodes(connection, statement, run=True))
    record_property("counted", f"{len(asked)} statements by keys, each looked at in parts")
    assert everywhere == IN_EVERY_PART


def looked_for_everywhere(nodes: list[Mapping[str, Any]]) -> set[str]:
    """The column by which rows were looked for in more parts than one."""
    looked = [
        (re.sub(rf"_\d_of_{PARTS}$", "", node["Relation Name"]), node["Index Cond"])
        for node in nodes
        if "Index Cond" in node and "Relation Name" in node and node["Actual Loops"] > 0
    ]
    columns = [f"{table}.{condition.strip('(').partition(' ')[0]}" for table, condition in looked]
    return {column for column in columns if columns.count(column) > 1}


def test_what_is_asked_here_reaches_every_table_and_every_way_between_them(record_property: Any) -> None:
    steps = [step for text, given in ASKED.values() for step in plan_of(text, given).steps]
    bindings = [made.binding for made in registers().made.values()]
    tables = {name for domain in registers().domains for name in METADATA[domain.name].tables}
    hung = {str(binding.by) for binding in bindings if isinstance(binding, Relation)}
    assert tables - {step.source.name for step in steps} == {UNITS_TABLE}
    assert hung <= {str(step.key) for step in steps}
    reached = {site for step in steps for site in step.sites}
    assert {name for _, name in hops()} <= {name for site in reached for name in site}
    record_property("counted", f"{len(ASKED)} questions, {len(steps)} steps, by {len(hung)} columns")
