"""The same questions of the same nation in one piece, in parts, and on two servers: the same answers.

And what the coordinator sends: for keys a condition on the keys, never a table from end to end.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domains.kit.layout import Layout
from tests.graph.compiling import holding, needed, plan_of, registers
from tests.graph.corpus import corpus
from tests.graph.test_compile import EACH_RULE
from tests.properties.operations import Operation
from tests.properties.served import Served, served
from tests.system.postgresql import Server, server
from tests.system.spread import Spread, spread

FORBIDDEN = "SET enable_hashjoin = off; SET enable_mergejoin = off"
DEAR = "ALTER SERVER shard_{} OPTIONS (fdw_tuple_cost '100')"  # rows, as if there were many
LISTS = (Layout.PARTED, Layout.SPREAD)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with server() as first, server() as second:
        yield first, second


@pytest.fixture(scope="module")
async def nation(servers: tuple[Server, Server], tmp_path_factory: pytest.TempPathFactory) -> Spread:
    return await spread(*servers, Path(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
async def layouts(nation: Spread) -> AsyncIterator[Mapping[Layout, Served]]:
    composed = registers()
    whole, parted, apart = (nation.urls[layout] for layout in Layout)
    async with served(composed, whole) as one, served(composed, parted) as two, served(composed, apart) as three:
        yield {Layout.WHOLE: one, Layout.PARTED: two, Layout.SPREAD: three}


@pytest.fixture(scope="module")
async def asked(nation: Spread) -> Mapping[str, str]:
    """The corpus of somebody who is there, for each way into the registers; more people than one part has."""
    urls = nation.urls[Layout.WHOLE]
    return {
        **await _rows(urls["identity"], _PEOPLE),
        **await _rows(urls["enterprises"], _ENTERPRISES),
        **await _rows(urls["land"], _LAND),
        **await _rows(urls["population"], _HOMES),
        "asOf": '"2024-01-01"', "first": "50", "status": "ACTIVE", "name": '"cong ty"',
    }  # fmt: skip


_PEOPLE = """
    SELECT to_json(pin) AS pin, to_json(full_name) AS "fullName",
        to_json(date_of_birth) AS "dateOfBirth", birth_year AS "birthYear",
        to_json(coalesce(birth_place_code, '01')) AS "birthPlaceCode",
        to_json(old_identity_number) AS "oldIdentityNumber",
        (SELECT json_agg(pin) FROM (SELECT pin FROM citizens ORDER BY surrogate LIMIT 60) AS several) AS pins
    FROM citizens WHERE old_identity_number IS NOT NULL ORDER BY surrogate LIMIT 1
"""
_ENTERPRISES = """
    SELECT to_json(code) AS "Query.enterprise.code", to_json(province_code) AS province,
        (SELECT json_agg(code) FROM enterprises) AS codes
    FROM enterprises WHERE parent_code IS NULL ORDER BY surrogate LIMIT 1
"""
_LAND = """
    SELECT to_json(p.id) AS id, to_json(p.commune_code) AS "communeCode", p.sheet, p.number, to_json(serial) AS serial,
        format('{west: %s, south: %s, east: %s, north: %s}', centroid[0] - 0.04, centroid[1] - 0.04, centroid[0] + 0.04, centroid[1] + 0.04) AS bbox
    FROM parcels p JOIN certificates c ON c.parcel_id = p.id ORDER BY p.surrogate LIMIT 1
"""  # noqa: E501
_HOMES = """
    SELECT to_json(code) AS "Query.household.code", to_json(commune_code) AS "Query.residents.communeCode"
    FROM households WHERE commune_code IS NOT NULL ORDER BY surrogate LIMIT 1
"""


async def _rows(url: str, sql: str) -> Mapping[str, str]:
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(sql)
    await connection.close()
    assert row is not None
    return {name: str(value) for name, value in row.items()}


async def test_a_caller_asks_and_hears_the_same_wherever_the_parts_are(
    layouts: Mapping[Layout, Served], asked: Mapping[str, str], record_property: Any
) -> None:
    rows = 0
    for name, text in corpus(asked):
        if name.startswith("Query.me"):  # for a citizen, who is read by the key as others are
            continue
        caller = holding(needed(plan_of(text)))
        answers = {layout: await layouts[layout].ask(Operation(text, {}), caller) for layout in Layout}
        whole = json.loads(answers[Layout.WHOLE].body)
        assert "errors" not in whole, (name, whole)
        for layout in LISTS:
            assert json.loads(answers[layout].body)["data"] == whole["data"], (name, layout)
        rows += answers[Layout.WHOLE].body.count(b"__typename")
    record_property("counted", f"{rows} objects in equal answers from three layouts")
    assert rows > 100


def test_each_process_has_noticed_how_the_tables_stand(layouts: Mapping[Layout, Served]) -> None:
    found = {layout: {each.layout for each in of.databases.values()} for layout, of in layouts.items()}
    assert found == {layout: {layout} for layout in Layout}


async def test_a_coordinator_sends_keys_and_conditions_and_fetches_no_table_whole(
    nation: Spread, asked: Mapping[str, str], record_property: Any
) -> None:
    sent: set[str] = set()
    for domain, sql in {each: None for _, text in corpus(asked) for each in _statements(text)}:
        connection = await asyncpg.connect(nation.urls[Layout.SPREAD][domain])
        await connection.execute(f"BEGIN; {DEAR.format(0)}; {DEAR.format(1)}; SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"{FORBIDDEN}; PREPARE asked AS {sql}")
        given = ", ".join(["NULL"] * len({*re.findall(r"\$\d+", sql)}))
        plan = json.loads(await connection.fetchval(f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE asked({given})"))
        found = re.findall(r'"Remote SQL": "((?:[^"\\]|\\.)*)"', json.dumps(plan))
        sent |= {*found}
        await connection.close()
    whole = {each for each in sent if " WHERE " not in each}
    record_property("counted", f"{len(sent)} statements sent to shards")
    assert sent
    assert not whole


def _statements(text: str) -> Iterator[tuple[str, str]]:
    """Those of one table: how a row that was found leads to the next is for the coordinator's estimates to say."""
    for read in (read for read in plan_of(text).reads if len(read.steps) == 1):
        for rule in EACH_RULE:
            yield read.steps[0].domain, read.write([rule] * len(read.steps), Layout.SPREAD).sql


async def test_a_list_of_keys_is_one_question_to_each_server(nation: Spread, asked: Mapping[str, str]) -> None:
    read = plan_of(f"{{citizens(pins: {asked['pins']}) {{fullName contact {{mobile}}}}}}").reads[0]
    statement = read.write([EACH_RULE[1]] * len(read.steps), Layout.SPREAD)
    connection = await asyncpg.connect(nation.urls[Layout.SPREAD]["identity"])
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE asked AS {statement.sql}")
    keys = "{" + ",".join(json.loads(asked["pins"])) + "}"
    plan = await connection.fetchval(f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) EXECUTE asked('{keys}')")
    scans = [node for node in _within(json.loads(plan)[0]["Plan"]) if node["Node Type"] == "Foreign Scan"]
    await connection.close()
    assert {node["Actual Loops"] for node in scans} == {1}
    assert not [node["Remote SQL"] for node in scans if "pin = ANY" not in node["Remote SQL"]]


def _within(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _within(inner)
