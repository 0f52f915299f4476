"""Ways into the tables: no statement of what is asked most reads a large table from end to end, under any row rule."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bench.questions import LIST, PAGE, PROFILE
from tests.domains.rows import Connection, taken_back
from tests.graph.compiling import plan_of
from tests.graph.test_compile import EACH_RULE, GIVEN, QUESTIONS, under

SMALL = "administrative_units"  # a few thousand rows, the same in every nation
ROWLESS = {"Function Scan", "Subquery Scan", "CTE Scan"}  # of what a statement was given or has found
AFTER = re.compile(r"( AND )?\(surrogate > \$\d+\)")  # where a page goes on: true of most rows

ASKED = {
    **{name: (text, GIVEN.get(name)) for name, text in QUESTIONS.items()},
    "profile": (PROFILE, {"pin": "001205123456"}),
    "list": (LIST, {"pins": ["001205123456"]}),
    "page": (PAGE, {"bbox": {"west": 105.8, "south": 21.0, "east": 105.9, "north": 21.1}}),
}


def statements(name: str) -> Iterator[tuple[str, str]]:
    """The statements of a question with the register that each is sent to."""
    for read in plan_of(*ASKED[name]).reads:
        for rule in EACH_RULE:
            yield read.steps[0].domain, under(read, rule).sql


async def plan_nodes(connection: Connection, sql: str) -> Iterator[Mapping[str, Any]]:
    """The steps of the plan for whatever the parameters are."""
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE asked AS {sql}")
    given = ", ".join(["NULL"] * len({*re.findall(r"\$\d+", sql)}))
    found = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{given and f'({given})'}")
    return within(json.loads(found)[0]["Plan"])


def within(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from within(inner)


def reads_all(node: Mapping[str, Any]) -> bool:
    """A scan whose index, if it has one, is given nothing but where the page goes on."""
    kind = node["Node Type"]
    if node.get("Relation Name") == SMALL or not kind.endswith("Scan") or kind in {"Bitmap Heap Scan", *ROWLESS}:
        return False
    return not AFTER.sub("", node.get("Index Cond", "")).strip("( )")


@pytest.mark.parametrize("name", ASKED)
async def test_a_caller_asks_and_no_large_table_is_read_from_end_to_end(name: str, urls: Mapping[str, str]) -> None:
    """Without rows PostgreSQL likes every table best from end to end; forbidden that, it does so where it must."""
    for domain, sql in dict.fromkeys(statements(name)):
        async with taken_back(urls[domain]) as connection:
            await connection.execute("SET LOCAL enable_seqscan = off")
            assert not [node for node in await plan_nodes(connection, sql) if reads_all(node)], sql
