"""Reading what was decided: what the database says is what the model sees, and no more is read than changed."""

from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta
from random import Random
from typing import Any

import asyncpg
import pytest
from asyncpg import Connection, Record

from auth import clock
from auth.policy.decided import SigningKey
from auth.policy.rows import PolicyReader, read_policy
from auth.policy.snapshot import Policy
from tests.auth.policy.judged import CATALOGUE, KEY, as_allowed, authority_over, caller_of, policy_of
from tests.auth.policy.model import allowed, is_admitted
from tests.auth.policy.worlds import NOW, PURPOSES, Row, World, communes_of, token, world

STEPS, TOKENS = 40, 10

COMMON: dict[str, Row] = {
    "agencies": {"name_vi": "a", "name_en": "a"},
    "clients": {"name": "a", "public_keys": "{}"},
    "grants": {"proposed_by": "o1", "approved_by": "o2", "revoked_by": "o3", "reason": "invented"},
    "delegations": {"made_by": "o1", "revoked_by": "o3"},
}
KEYS = {"agencies": "agency", "clients": "client", "grants": "grant_id", "delegations": "delegation"}


async def write(connection: "Connection[Record]", table: str, row: Row) -> None:
    """The row as it is from here on, whether there was one or not."""
    full, key = {**COMMON[table], **row}, KEYS[table]
    places = ", ".join(f"${number}" for number in range(1, len(full) + 1))
    changed = ", ".join(f"{column} = excluded.{column}" for column in full if column != key)
    await connection.execute(
        f"insert into {table} ({', '.join(full)}) overriding system value values ({places}) "
        f"on conflict ({key}) do update set {changed}",
        *full.values(),
    )


async def write_all(connection: "Connection[Record]", made: World) -> None:
    for code in PURPOSES:
        await connection.execute("insert into purposes values ($1, 'Law', 'a', 'a', 12) on conflict do nothing", code)
    for table in COMMON:
        for row in getattr(made, table):
            await write(connection, table, row)


async def write_revocations(connection: "Connection[Record]", made: World) -> None:
    await connection.execute("delete from revocations")
    for kind, reference in made.revocations:
        until = NOW + timedelta(days=1)
        await connection.execute("insert into revocations values ($1, $2, $3)", kind, reference, until)


async def change(connection: "Connection[Record]", random: Random, made: World) -> World:
    """One row of one table becomes another, or something is revoked."""
    other = world(random, 40)
    table = random.choice([*COMMON, "grants", "revocations"])
    if table == "revocations":
        made = replace(made, revocations=other.revocations)
        await write_revocations(connection, made)
        await connection.execute("update policy set revision = revision + 1")  # taking back is no act of anybody
        return made
    row, key = random.choice(getattr(other, table) or [None]), KEYS[table]
    if row is None:
        return made
    await write(connection, table, row)
    rows = {each[key]: each for each in getattr(made, table)} | {row[key]: row}
    changed: Any = {table: tuple(rows[number] for number in sorted(rows))}
    return replace(made, **changed)


def differences(one: Policy, other: Policy) -> list[str]:
    return [each.name for each in fields(Policy) if getattr(one, each.name) != getattr(other, each.name)]


def counting(policy: Policy) -> Any:
    """What counts now."""
    now = policy.at(NOW.timestamp())
    return now.agencies, set(now.clients), now.grants, now.delegations, now.revoked


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_read_after_each_change_is_what_the_model_sees(dsn: str, seed: int) -> None:
    random, met = Random(seed), Counter[str]()  # noqa: S311
    made, reader, known = world(random, 40), PolicyReader(CATALOGUE, communes_of), None
    connection = await asyncpg.connect(dsn)
    await write_all(connection, made)
    await write_revocations(connection, made)
    for _ in range(STEPS):
        known = await reader(connection, known)
        assert differences(known, await read_policy(connection, CATALOGUE, communes_of)) == []
        assert counting(known) == counting(policy_of(made))
        authority = authority_over(usable(known))
        for asking in [token(random) for _ in range(TOKENS)]:
            caller = caller_of(authority, asking)
            assert (caller is not None) == is_admitted(made, asking)
            if caller is not None:
                assert as_allowed(caller) == allowed(made, asking, NOW)
                met["admitted"] += 1
                met["something"] += bool(caller.rights.reach)
        made = await change(connection, random, made)
    await connection.close()
    assert met["admitted"] > STEPS
    assert met["something"] > 5


def usable(policy: Policy) -> Policy:
    """With the key by which these tests sign, and every client registered for the tokens that they make."""
    clients = {name: replace(client, bearer=True) for name, client in policy.clients.items()}
    return replace(policy, keys={KEY.thumbprint(): SigningKey(KEY, "current")}, clients=clients)


class Counted:
    """Says which communes a unit has, and how often that was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, code: str, scheme: str) -> frozenset[str]:
        self.asked += 1
        return communes_of(code, scheme)


@pytest.fixture
async def connection(dsn: str) -> Any:
    """To a database with 1200 grants in one unit each."""
    made = await asyncpg.connect(dsn)
    await write_all(made, World(({"agency": "G01"},), (), (), (), frozenset()))
    await made.execute(
        "insert into grants (agency, purpose, scopes, reach, units, units_scheme, state, proposed_by, approved_by, "
        "reason) select 'G01', 'p', array['a:b.f0:read'], 'jurisdiction', array['01'], 'Y2025', 'active', 'o1', 'o2', "
        "'invented' from generate_series(1, 1200)"
    )
    yield made
    await made.close()


async def test_of_many_grants_only_those_that_changed_are_read_again(connection: "Connection[Record]") -> None:
    counted = Counted()
    reader = PolicyReader(CATALOGUE, counted)
    first = await reader(connection, None)
    assert (len(first.grants), counted.asked) == (1200, 1200)
    assert len({id(grant.scopes) for grant in first.grants}) == 1  # what many grants share is kept once
    assert len({id(grant.reach.communes) for grant in first.grants}) == 1
    await connection.execute("update grants set units = '{02}' where grant_id = 7")
    second = await reader(connection, first)
    assert counted.asked == 1201
    assert [grant.number for grant, before in zip(second.grants, first.grants, strict=True) if grant != before] == [7]
    assert second.grants[0] is first.grants[0]
    await connection.execute("update grants set state = 'suspended' where grant_id in (8, 9)")
    assert len((await reader(connection, second)).grants) == 1198
    await connection.execute("update grants set state = 'active' where grant_id in (8, 9)")
    third = await reader(connection, second)
    assert (len(third.grants), counted.asked) == (1200, 1203)


async def test_for_a_revocation_no_rule_is_read_again(connection: "Connection[Record]") -> None:
    counted = Counted()
    reader = PolicyReader(CATALOGUE, counted)
    first = await reader(connection, None)
    until = NOW + timedelta(hours=1)
    await connection.execute("insert into revocations values ('consent', '5', $1)", until)
    second = await reader(connection, first)
    assert (second.revision, second.rules_revision) == (first.revision + 1, first.rules_revision)
    assert second.has_the_rules_of(first)
    assert second.revoked == {("consent", "5")}
    assert counted.asked == 1200


async def test_a_server_never_seen_before_is_read_wholly(connection: "Connection[Record]") -> None:
    counted = Counted()
    reader = PolicyReader(CATALOGUE, counted)
    await reader(connection, None)
    await reader(connection, None)
    assert counted.asked == 2400


async def test_a_database_set_back_to_an_earlier_revision_is_read_again(connection: "Connection[Record]") -> None:
    counted = Counted()
    reader = PolicyReader(CATALOGUE, counted)
    ahead = replace(await reader(connection, None), revision=10**9)
    assert (await reader(connection, ahead)).revision < 10**9


async def test_what_ended_is_not_read_and_what_is_to_start_is(connection: "Connection[Record]") -> None:
    await connection.execute("update grants set valid_from = now() + interval '1 day' where grant_id = 1")
    await connection.execute(
        "update grants set valid_from = now() - interval '2 days', valid_until = now() - interval '1 day' "
        "where grant_id = 2"
    )
    read = await read_policy(connection, CATALOGUE, communes_of)
    assert [grant.number for grant in read.grants[:2]] == [1, 3]
    assert [grant.number for grant in read.at(clock.wall()).grants["G01"][:1]] == [3]
