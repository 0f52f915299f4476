"""Whoever owns the database changes it, past every trigger: `verify` finds it and names the row."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from tests.ledger.audit.world import World


class Case(NamedTuple):
    statements: Sequence[str]
    found: str
    """What the first fault says, up to its reason. In braces: what a query of the untouched database answers."""
    given: str = "select 0 as _"


ANSWER = "select leaf, party, stream, seq from answers where leaf > 20 order by leaf limit 1"
SWAP = (
    "update {0} set {1} = -1 - {1} where {1} in ({2}, {3})",
    "update {0} set {1} = case -1 - {1} when {2} then {3} else {2} end where {1} < 0",
)


def swapped(table: str, column: str, one: object, other: object) -> list[str]:
    return [each.format(table, column, one, other) for each in SWAP]


FIRST_SIZE = "select min(size) as size from checkpoints"
STREAM = "select stream from segments where seq = 1 order by stream limit 1"
ALTERED = {
    "answer": Case(
        ["update answers set case_reference = 'HS-9' where leaf = {leaf}"], "altered: answers, leaf {leaf}", ANSWER
    ),
    "time of an answer": Case(
        ["update answers set at = at + interval '1 microsecond' where leaf = {leaf}"],
        "altered: answers, leaf {leaf}",
        ANSWER,
    ),
    "answer's party": Case(
        ["update answers set party = {party} % 2 + 1 where leaf = {leaf}"], "altered: answers, leaf {leaf}", ANSWER
    ),
    "place of an answer's segment": Case(
        ["update answers set seq = seq + 1000 where leaf = {leaf}"],
        "removed: segments, stream {stream}, seq 1",
        ANSWER,
    ),
    "person": Case(
        ["update people set subject = decode(repeat('ab', 16), 'hex') where leaf = {leaf} and place = 0"],
        "altered: people, leaf {leaf}",
        ANSWER,
    ),
    "what was read of a person": Case(
        ["update people set reading = (select max(reading) from readings) where leaf = {leaf} and place = 0"],
        "altered: people, leaf {leaf}, place 0",
        ANSWER,
    ),
    "party": Case(["update parties set client = 'another' where party = 1"], "altered: parties, party 1"),
    "operation": Case(
        ["update operations set needs = array['x'] where operation = 1"], "altered: operations, operation 1"
    ),
    "operation's coordinates": Case(
        ["update operations set coordinates = '{{}}' where operation = 1"], "altered: operations, operation 1"
    ),
    "reading": Case(["update readings set kind = 'listed' where reading = 1"], "altered: readings, reading 1"),
    "mark": Case(
        ["update marks set kind = 'not_found', reason = null where leaf = {leaf}"],
        "altered: marks, leaf {leaf}",
        "select min(leaf) as leaf from marks where reason is not null",
    ),
    "event": Case(
        ["update events set content = replace(content, 'serving', 'sealing') where leaf = {leaf}"],
        "altered: events, leaf {leaf}",
        "select max(leaf) as leaf from events where kind = 'process.started'",
    ),
    "act": Case(
        ["update acts set hash = sha256('x') where act = 3"],
        "altered: acts, leaf {leaf}",
        "select leaf from acts where act = 3",
    ),
    "leaf": Case(["update leaves set hash = sha256('x') where leaf = 17"], "altered: leaves, leaf 17"),
    "leaf of the last tile": Case(
        ["update leaves set hash = sha256('x') where leaf = {leaf}"],
        "altered: leaves, leaf {leaf}",
        "select max(leaf) - 1 as leaf from leaves",
    ),
    "kind of a leaf": Case(["update leaves set kind = 4 - kind where leaf = 17"], "altered: leaves, leaf 17"),
    "node": Case(["update nodes set hash = sha256('x') where place = 0"], "altered: nodes, level 1, place 0"),
    "checkpoint's root": Case(
        ["update checkpoints set root = sha256('x') where size = {size}"],
        "altered: checkpoints, size {size}",
        FIRST_SIZE,
    ),
    "checkpoint's note": Case(
        ["update checkpoints set note = replace(note, 'lienthong', 'lienthang') where size = {size}"],
        "altered: checkpoints, size {size}",
        "select max(size) as size from checkpoints",
    ),
    "segment": Case(
        ["update segments set data = data || '\\x00' where seq = 1 and stream = '{stream}'"],
        "altered: segments, stream {stream}, seq 1",
        STREAM,
    ),
    "number of a segment's answers": Case(
        ["update segments set n = n + 1 where seq = 1 and stream = '{stream}'"],
        "altered: segments, stream {stream}, seq 1",
        STREAM,
    ),
    "progress": Case(
        ["update progress set hash = sha256('x') where stream = '{stream}'"],
        "altered: progress, stream {stream}",
        "select min(stream::text) as stream from progress",
    ),
    "usage": Case(
        ["update usage set people = people - 1 where (party, operation, outcome) = ({party}, {operation}, {outcome})"],
        "altered: usage, day {day}, party {party}, operation {operation}, outcome {outcome}",
        "select day, party, operation, outcome from usage order by 1, 2, 3, 4 limit 1",
    ),
}
IMPOSSIBLE = (
    "update answers set at = 'infinity' where leaf = 20",
    "update answers set grants_revision = -1, request_id = '00000000-0000-0000-0000-000000000000' where leaf = 20",
    "update answers set people = -1 where leaf = 20",
    "update answers set people = 2000000000 where leaf = 20",
    "update marks set places = array[-1]",
    "update marks set at = '-infinity'",
    "update events set at = 'infinity', content = '[1]'",
    "update acts set act = -act",
    "update acts set hash = ''",
    "update checkpoints set at = 'infinity'",
    "update checkpoints set note = ''",
    "update checkpoints set size = -size",
    "update readings set content = '[[[1]]]'",
    "update operations set steps = '{}'",
    "update operations set document = ''",
    "update segments set data = ''",
    "update segments set data = '\\x4c544c0300000001'",
    "update segments set n = -1",
    "update progress set segments = -1",
    "update usage set day = 'infinity'",
    "update nodes set level = 9",
    "update leaves set leaf = leaf - 1",
)


@pytest.mark.parametrize("statement", IMPOSSIBLE)
async def test_owner_writes_what_cannot_be_and_it_is_a_fault_and_no_failure(original: World, statement: str) -> None:
    assert (await original.tampered(statement)).faults != []


@pytest.mark.parametrize("altered", ALTERED)
async def test_owner_alters_a_row_and_it_is_named(original: World, altered: str) -> None:
    await _found(original, ALTERED[altered])


REMOVED = {
    "answer": Case(["delete from answers where leaf = {leaf}"], "removed: answers, leaf {leaf}", ANSWER),
    "answer with its persons": Case(
        ["delete from answers where leaf = {leaf}", "delete from people where leaf = {leaf}"],
        "removed: answers, leaf {leaf}",
        ANSWER,
    ),
    "answer and its leaf": Case(
        [f"delete from {table} where leaf = {{leaf}}" for table in ("answers", "people", "leaves")],
        "removed: leaves, leaf {leaf}",
        ANSWER,
    ),
    "person": Case(
        ["delete from people where leaf = {leaf} and place = 0"], "removed: people, leaf {leaf}, place 0", ANSWER
    ),
    "last person": Case(
        ["delete from people where leaf = {leaf} and place = 1"], "removed: people, leaf {leaf}, place 1", ANSWER
    ),
    "party": Case(["delete from parties where party = 2"], "removed: parties, party 2"),
    "operation": Case(["delete from operations where operation = 2"], "removed: operations, operation 2"),
    "reading": Case(["delete from readings where reading = 2"], "removed: readings, reading 2"),
    "mark": Case(
        ["delete from marks where leaf = {leaf}"],
        "removed: marks, leaf {leaf}",
        "select max(leaf) as leaf from marks",
    ),
    "event": Case(
        ["delete from events where leaf = {leaf}"],
        "removed: events, leaf {leaf}",
        "select max(leaf) as leaf from events",
    ),
    "act": Case(
        ["delete from acts where act = 3"], "removed: acts, leaf {leaf}", "select leaf from acts where act = 3"
    ),
    "node": Case(["delete from nodes where place = 0"], "removed: nodes, level 1, place 0"),
    "checkpoint": Case(
        ["delete from checkpoints where size = {size}"],
        "removed: checkpoints, size {size}",
        FIRST_SIZE,
    ),
    "segment": Case(
        ["delete from segments where seq = 1 and stream = '{stream}'"],
        "removed: segments, stream {stream}, seq 1",
        STREAM,
    ),
    "segments of a stream": Case(
        ["delete from segments where stream = '{stream}'"],
        "removed: segments, stream {stream}, seq 0",
        "select min(stream::text) as stream from segments",
    ),
    "stream, where the sealer stood in it too": Case(
        ["delete from segments where stream = '{stream}'", "delete from progress where stream = '{stream}'"],
        "removed: segments, stream {stream}, seq 1",
        "select min(stream::text) as stream from segments",
    ),
    "last segment of a stream": Case(
        ["delete from segments where stream = '{stream}' and seq = {seq}"],
        "removed: segments, stream {stream}, seq {seq}",
        "select stream, max(seq) as seq from segments group by stream order by stream limit 1",
    ),
    "last segment of a stream, and that it was sealed": Case(
        [
            "delete from segments where stream = '{stream}' and seq = {seq}",
            "update progress set segments = {seq}, hash = '\\{hash}' where stream = '{stream}'",
        ],
        "removed: segments",
        "select stream, seq, substr(prev::text, 2) as hash from segments order by stream, seq desc limit 1",
    ),
    "progress": Case(
        ["delete from progress where stream = '{stream}'"],
        "altered: answers, leaf {leaf}",
        "select stream, leaf from answers order by stream, seq, place limit 1",
    ),
    "usage": Case(
        ["delete from usage where (party, operation, outcome) = ({party}, {operation}, {outcome})"],
        "removed: usage, day {day}, party {party}, operation {operation}, outcome {outcome}",
        "select day, party, operation, outcome from usage order by 1, 2, 3, 4 limit 1",
    ),
}


@pytest.mark.parametrize("removed", REMOVED)
async def test_owner_removes_a_row_and_it_is_named(original: World, removed: str) -> None:
    await _found(original, REMOVED[removed])


SIZE = "select max(size) as size, max(size) + 1 as further from checkpoints"
INSERTED = {
    "leaf": Case(["insert into leaves values ({size}, 4, sha256('x'))"], "inserted: leaves, leaf {size}", SIZE),
    "act with its leaf": Case(
        ["insert into leaves values ({size}, 4, sha256('x'))", "insert into acts values ({size}, 99, sha256('x'))"],
        "inserted: leaves, leaf {size}",
        SIZE,
    ),
    "act": Case(["insert into acts values ({size}, 99, sha256('x'))"], "inserted: acts, leaf {size}", SIZE),
    "act where an answer stands": Case(
        ["insert into acts values ({leaf}, 99, sha256('x'))"], "inserted: acts, leaf {leaf}", ANSWER
    ),
    "act before the first": Case(["insert into acts values (-1, 99, sha256('x'))"], "inserted: acts, leaf -1"),
    "mark": Case(
        ["insert into marks select {size}, request_id, at, 'withheld', 'client_left', '{{}}', at from answers limit 1"],
        "inserted: marks, leaf {size}",
        SIZE,
    ),
    "event": Case(["insert into events values ({size}, now(), 'x', '{{}}')"], "inserted: events, leaf {size}", SIZE),
    "person of no answer": Case(
        ["insert into people values ({size}, 0, decode(repeat('ab', 16), 'hex'), 1)"],
        "inserted: people, leaf {size}",
        SIZE,
    ),
    "one more person of an answer": Case(
        ["insert into people values ({leaf}, {people}, decode(repeat('ab', 16), 'hex'), 1)"],
        "inserted: people, leaf {leaf}, place {people}",
        "select leaf, people from answers where leaf > 20 order by leaf limit 1",
    ),
    "party": Case(
        ["insert into parties (digest, agency, client) values (sha256('x'), 'G09', 'x')"],
        "inserted: parties, party {party}",
        "select max(party) + 1 as party from parties",
    ),
    "node": Case(["insert into nodes values (1, 77, sha256('x'))"], "inserted: nodes, level 1, place 77"),
    "checkpoint": Case(
        ["insert into checkpoints select size - 1, root, at, note from checkpoints where size = {size}"],
        "altered: checkpoints, size {before}",
        "select max(size) as size, max(size) - 1 as before from checkpoints",
    ),
    "usage": Case(
        ["insert into usage values ('2020-01-01', 1, 1, 1, 1, 1, 0)"],
        "inserted: usage, day 2020-01-01, party 1, operation 1, outcome 1",
    ),
}


@pytest.mark.parametrize("inserted", INSERTED)
async def test_owner_inserts_a_row_and_it_is_named(original: World, inserted: str) -> None:
    await _found(original, INSERTED[inserted])


TWO = """
select min(leaf) as one, max(leaf) as other from (select leaf from answers where leaf < 250 order by 1 desc limit 7) a
"""
REORDERED = {
    "answers": Case(
        [*swapped("answers", "leaf", "{one}", "{other}"), *swapped("people", "leaf", "{one}", "{other}")],
        "reordered: answers, leaf {one}",
        TWO,
    ),
    "leaves": Case(swapped("leaves", "leaf", "{one}", "{other}"), "reordered: leaves, leaf {one}", TWO),
    "answers with their leaves": Case(
        [each for table in ("answers", "people", "leaves") for each in swapped(table, "leaf", "{one}", "{other}")],
        "altered: leaves, from leaf",
        TWO,
    ),
    "persons of an answer": Case(
        [
            "update people set place = -4 - place where leaf = {leaf} and place < 2",
            "update people set place = place + 5 where place < 0",
        ],
        "altered: people, leaf {leaf}",
        ANSWER,
    ),
    "segments": Case(
        [
            "update segments set seq = seq + 1000 where stream = '{stream}' and seq in (1, 2)",
            "update segments set seq = 1003 - seq where stream = '{stream}' and seq > 1000",
        ],
        "altered: segments, stream {stream}, seq 1",
        "select stream from segments where seq = 2 order by stream limit 1",
    ),
}


@pytest.mark.parametrize("reordered", REORDERED)
async def test_owner_reorders_rows_and_the_first_is_named(original: World, reordered: str) -> None:
    await _found(original, REORDERED[reordered])


async def _found(original: World, case: Case) -> None:
    given = dict((await original.fetch(case.given))[0])

    report = await original.tampered(*(statement.format(**given) for statement in case.statements))

    said = [str(fault) for fault in report.faults]
    assert any(each.startswith(case.found.format(**given)) for each in said), said
