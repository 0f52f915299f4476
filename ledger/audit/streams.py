"""The segments, stream by stream: their chain, and every row of the books against the entry that it was made of.

Written apart from the sealer, which made the rows. Segments that are erased, and definitions in them, are passed over
where an erasure on record explains it; their hashes still have to continue the chain.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record

from ledger.audit.contents import IMPOSSIBLE, moment
from ledger.audit.faults import Tampered, What
from ledger.audit.gaps import Gaps
from ledger.audit.known import Meanings
from ledger.audit.rows import Rows
from ledger.audit.told import Definitions, NotDefined, answers_of, is_event, is_mark, odd_column, odd_place
from ledger.segments.chain import ChainBroken, Segment, genesis, proven
from ledger.segments.records import Answer, Contents, Defined, Entry, Happened, Mark, Opening
from ledger.tree.leaves import canonical
from ledger.tree.readings import NoSuchStep

_SEGMENTS = """
select stream, seq, n, prev, segments.hash, data, progress.segments, progress.hash as last_hash
from segments left join progress using (stream) order by stream, seq
"""
_ANSWERS = """
select stream, seq, place, leaf, request_id, at, outcome, party, operation, case_reference, grants_revision,
       emergencies, missing, officer, seed from answers order by stream, seq, place
"""
_PEOPLE = "select leaf, place, subject, reading from people where leaf = any($1) order by leaf, place"
_MARKS = "select leaf, request_id, answered_at, kind, reason, places, at from marks where leaf = any($1)"
_EVENTS = "select leaf, at, content from events where leaf = any($1)"
_MARKED = "select min(leaf) from marks where request_id = $1 and answered_at = $2 and at = $3 and leaf > $4"
_HAPPENED = "select min(leaf) from events where kind = $1 and content = $2 and at = $3 and leaf > $4"
_NEXT = "select seq, hash from segments where stream = $1 and seq in ($2 - 1, $2 + 1) order by seq"
_LOST = """
select stream from progress where not exists (select from segments where segments.stream = progress.stream)
order by stream limit 1
"""
FETCHED = 32
"""Segments at a time: a segment holds up to some thousand answers."""
_RECENT = 20_000
"""Answers kept at hand for marks about them."""


async def check_streams(connection: Connection, gaps: Gaps, tell: Callable[[int, int], None]) -> None:
    """Raises `Tampered` at the first segment, or row made of one, that is not as it was written."""
    lost = await connection.fetchval(_LOST)
    if lost is not None:
        raise _removed(lost, 0, "the whole stream is gone, and the tree took it in")
    total = await connection.fetchval("select count(*) from segments")
    streams = Streams(connection, gaps, await Rows.of(connection, _ANSWERS, columns=3))
    segments, done = await Rows.of(connection, _SEGMENTS, columns=2, fetched=FETCHED), 0
    while rows := await segments.some():
        await streams.take(rows)
        done += len(rows)
        tell(done, total)
    await streams.end()


class Streams:
    def __init__(self, connection: Connection, gaps: Gaps, answers: Rows) -> None:
        self._connection = connection
        self._gaps = gaps
        self._answers = answers
        self._meanings = Meanings(connection)
        self._recent: OrderedDict[tuple[bytes, int], Answer] = OrderedDict()
        self._before: Record | None = None
        self._definitions = Definitions()
        self._leaf = -1
        """The last leaf of the stream so far."""
        self._matched = {"marks": 0, "events": 0}
        self._erased = 0

    async def take(self, segments: Sequence[Record]) -> None:
        """The next ones, ordered by stream and number."""
        taken = [(segment, await self._answers_of(segment)) for segment in segments]
        people = await self._people([answer["leaf"] for _, answers in taken for answer in answers])
        for segment, answers in taken:
            contents = await self._chained(segment)
            if segment["segments"] is not None and segment["seq"] < segment["segments"]:
                try:
                    await self._sealed(segment, contents, answers, people)
                except IMPOSSIBLE:
                    said = "it, or a row made of it, says what cannot be"
                    raise Tampered(What.ALTERED, "segments", _key(segment), said) from None
            elif answers:
                raise _altered(answers[0], "its segment is not sealed")
            else:
                _define(self._definitions, contents)
            await self._follow_back(contents)
            self._before = segment

    async def end(self) -> None:
        """After the last segment: nothing else is on record as if it had stood in one."""
        self._end_of_stream()
        row = await self._answers.next()
        if row is not None:
            raise _removed(row["stream"], row["seq"], f"leaf {row['leaf']} was made of it")
        for table, matched in self._matched.items():
            standing = await self._connection.fetchval(f"select count(*) from {table}")  # noqa: S608 - names of ours
            if standing != matched and not self._erased:
                raise Tampered(What.REMOVED, "segments", {}, f"{standing - matched} of {table} stand in none")

    # --- The chain ---------------------------------------------------------------------------------------------------

    async def _chained(self, row: Record) -> Contents | None:
        """What the segment says; None where it is erased."""
        if self._before is None or self._before["stream"] != row["stream"]:
            self._end_of_stream()
            self._before, self._definitions, self._leaf = None, Definitions(), -1
        seq, prev = (
            (0, genesis(row["stream"])) if self._before is None else (self._before["seq"] + 1, self._before["hash"])
        )
        try:
            return _contents(row, seq, prev)
        except ChainBroken as broken:
            what = What.REMOVED if row["seq"] != seq else What.ALTERED
            raise Tampered(what, "segments", {"stream": str(broken.stream), "seq": broken.seq}, broken.reason) from None

    async def _follow_back(self, contents: Contents | None) -> None:
        """What a stream says of the one before it: how far that had come, and that it did not go on for long."""
        opening = contents.entries[0] if contents and contents.entries else None
        if not isinstance(opening, Opening):
            return
        before = UUID(bytes=opening.predecessor)
        found = await self._connection.fetch(_NEXT, before, opening.segments)
        if not found or (found[0]["seq"], found[0]["hash"]) != (opening.segments - 1, opening.last_hash):
            raise _removed(before, opening.segments - 1, "the next stream of its process follows it")
        if len(found) > 1:
            where: dict[str, int | str] = {"stream": str(before), "seq": opening.segments + 1}
            raise Tampered(What.INSERTED, "segments", where, "its process had gone on in another stream")

    def _end_of_stream(self) -> None:
        last = self._before
        if last is None or last["segments"] is None:
            return
        if last["seq"] + 1 < last["segments"]:
            raise _removed(last["stream"], last["seq"] + 1, "the end of the stream is gone, and the tree took it in")

    # --- What was made of it -----------------------------------------------------------------------------------------

    async def _sealed(
        self, segment: Record, contents: Contents | None, answers: Sequence[Record], people: dict[int, list[Record]]
    ) -> None:
        if segment["seq"] + 1 == segment["segments"] and segment["hash"] != segment["last_hash"]:
            raise Tampered(What.ALTERED, "progress", {"stream": str(segment["stream"])}, "its hash is of no segment")
        if answers and answers[0]["leaf"] <= self._leaf:
            raise Tampered(What.REORDERED, "answers", {"leaf": answers[0]["leaf"]}, "its segment stands after others")
        if contents is None:
            self._pass_over(segment, answers)
            return
        _define(self._definitions, contents)
        self._refuse_other_places(segment, contents, answers)
        try:
            for row, (_, answer) in zip(answers, answers_of(contents.entries), strict=True):
                await self._compare(row, people.get(row["leaf"], []), answer)
            await self._compare_others(segment, contents, answers)
        except (NotDefined, NoSuchStep):
            raise Tampered(What.ALTERED, "segments", _key(segment), "an answer names what is not defined") from None

    def _pass_over(self, segment: Record, answers: Sequence[Record]) -> None:
        self._erased += 1
        self._definitions.is_complete = False
        if not answers or not self._gaps.explain_segment(answers[-1]["leaf"]):
            raise _removed(segment["stream"], segment["seq"], "its data is gone, and no erasure on record names it")
        if len(answers) != segment["n"]:
            raise Tampered(What.ALTERED, "segments", _key(segment), f"{len(answers)} answers were made of it")
        for one, other in pairwise(answers):
            if one["leaf"] > other["leaf"]:
                raise Tampered(What.REORDERED, "answers", {"leaf": one["leaf"]}, "its place is that of a later leaf")
        self._leaf = answers[-1]["leaf"]

    def _refuse_other_places(self, segment: Record, contents: Contents, answers: Sequence[Record]) -> None:
        """Every answer of the segment has its row, and no row is of another place."""
        said = {place for place, _ in answers_of(contents.entries)}
        rows = {row["place"] for row in answers}
        for place in sorted(said - rows):
            raise Tampered(What.REMOVED, "answers", {**_key(segment), "place": place}, "its segment holds it")
        for row in answers:
            if row["place"] not in said:
                raise Tampered(What.INSERTED, "answers", {"leaf": row["leaf"]}, "its segment does not hold it")

    async def _compare(self, row: Record, people: Sequence[Record], answer: Answer) -> None:
        if self._meanings.lack(row, people):
            await self._meanings.have(row, people)
        column = odd_column(row, answer, self._definitions, self._meanings)
        if column is not None:
            raise _altered(row, f"its segment says another {column}")
        place = odd_place(people, answer, self._definitions, self._meanings)
        if place is not None:
            where = {"leaf": row["leaf"], "place": place}
            raise Tampered(What.ALTERED, "people", where, "its segment says another subject or reading")
        self._recent[answer.request_id, answer.microseconds] = answer
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    async def _compare_others(self, segment: Record, contents: Contents, answers: Sequence[Record]) -> None:
        """Marks and events have no column that says where they stood: they follow the leaves of their segment."""
        told = [entry for entry in contents.entries if isinstance(entry, Answer | Mark | Happened)]
        if not told:
            return
        first = await self._first_leaf(segment, told, answers)
        others = {first + at: entry for at, entry in enumerate(told) if not isinstance(entry, Answer)}
        rows = {row["leaf"]: row for kind in (_MARKS, _EVENTS) for row in await self._rows(kind, others)}
        for leaf, entry in others.items():
            table = "marks" if isinstance(entry, Mark) else "events"
            if not self._is_told(rows.get(leaf), entry):
                said = f"not what segment {segment['seq']} of stream {segment['stream']} says"
                raise Tampered(What.ALTERED, table, {"leaf": leaf}, said)
            self._matched[table] += 1
        for row, at in zip(answers, (at for at, entry in enumerate(told) if isinstance(entry, Answer)), strict=True):
            if row["leaf"] != first + at:
                raise Tampered(
                    What.REORDERED, "answers", {"leaf": row["leaf"]}, f"by its segment it is leaf {first + at}"
                )
        self._leaf = first + len(told) - 1

    async def _first_leaf(self, segment: Record, told: Sequence[Entry], answers: Sequence[Record]) -> int:
        """Where nothing says it, the first after the stream's leaves so far that it can be."""
        if answers:
            leaf: int = answers[0]["leaf"]
            return leaf - next(at for at, entry in enumerate(told) if isinstance(entry, Answer))
        statement, *given = _question(told[0])
        found: int | None = await self._connection.fetchval(statement, *given, self._leaf)
        if found is None:
            table = "marks" if isinstance(told[0], Mark) else "events"
            raise Tampered(
                What.REMOVED, table, _key(segment), "the segment says it, and no row of leaves after it does"
            )
        return found

    async def _rows(self, statement: str, leaves: dict[int, Any]) -> Sequence[Record]:
        rows: Sequence[Record] = await self._connection.fetch(statement, list(leaves)) if leaves else []
        return rows

    def _is_told(self, row: Record | None, entry: Entry) -> bool:
        if row is None:
            return False
        if isinstance(entry, Mark):
            return is_mark(row, entry, self._recent.get((entry.request_id, entry.answered_at)))
        return isinstance(entry, Happened) and is_event(row, entry)

    async def _answers_of(self, segment: Record) -> Sequence[Record]:
        stream, seq = segment["stream"], segment["seq"]
        answers: Sequence[Record] = await self._answers.before(stream, seq + 1)
        if answers and (answers[0]["stream"], answers[0]["seq"]) != (stream, seq):
            first = answers[0]
            raise _removed(first["stream"], first["seq"], f"leaf {first['leaf']} was made of it")
        return answers

    async def _people(self, leaves: Sequence[int]) -> dict[int, list[Record]]:
        rows = await self._connection.fetch(_PEOPLE, leaves) if leaves else []
        return {leaf: list(people) for leaf, people in groupby(rows, itemgetter("leaf"))}


def _define(definitions: Definitions, contents: Contents | None) -> None:
    for entry in contents.entries if contents else ():
        if isinstance(entry, Defined):
            definitions.define(entry.number, entry.meaning)


def _question(entry: Entry) -> tuple[Any, ...]:
    if isinstance(entry, Mark):
        moments = moment(entry.answered_at), moment(entry.microseconds)
        return _MARKED, UUID(bytes=entry.request_id), *moments
    assert isinstance(entry, Happened)
    content = canonical(entry.event).decode()
    return _HAPPENED, entry.event.__struct_config__.tag, content, moment(entry.microseconds)


def _contents(row: Record, seq: int, prev: bytes) -> Contents | None:
    """None where it is erased. Raises `ChainBroken`."""
    if row["data"] is not None:
        return proven(Segment(*tuple(row)[:6]), seq, prev)
    if row["seq"] != seq:
        raise ChainBroken(row["stream"], seq, f"missing; segment {row['seq']} stands in its place")
    if row["prev"] != prev:
        raise ChainBroken(row["stream"], seq, "does not continue the segment before it")
    return None


def _key(segment: Record) -> dict[str, int | str]:
    return {"stream": str(segment["stream"]), "seq": segment["seq"]}


def _altered(row: Record, reason: str) -> Tampered:
    return Tampered(What.ALTERED, "answers", {"leaf": row["leaf"]}, reason)


def _removed(stream: UUID, seq: int, reason: str) -> Tampered:
    return Tampered(What.REMOVED, "segments", {"stream": str(stream), "seq": seq}, reason)
