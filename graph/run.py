"""Plan x arguments -> rows: starts each step as soon as its keys are known, and gathers what arrives.

No task per step: futures of the loaders call back. A step that fails nulls its fields and the rest goes on (law 2); a
request past its deadline leaves its batches, which go on for the others. When the last step that looks at people has
said at whom, the disclosure is handed over, so that its write runs beside the remaining reads. Rows that come before
the row under which they stand wait for it: where it is hidden, they show nobody and lead nowhere. Before steps follow
others, and before the hand-over, the caller is confirmed: whose rights changed reads nothing further (law 6).
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from typing import Any

from domains.kit import statements
from domains.kit.database import SourceUnavailable
from domains.kit.layout import Layout
from domains.kit.loader import Ask
from domains.kit.replicas import Register, loader_of
from domains.kit.rules import Rule
from domains.kit.statements import KEYS, parameter
from graph.answer_code import FAILED
from graph.decide import Granted, RowsAllowed
from graph.errors import Code
from graph.limits import KEYS_PER_HOP
from graph.plan import Asked, Getter, Plan, Read, Reader, Step

Databases = Mapping[str, Register]  # by domain
People = list[tuple[int, Sequence[str]]]  # step, and those at whom it looked
Came = Iterator[tuple[Step, Any]]  # steps of one read with their rows

NOTHING: Iterable[Any] = repeat({})  # of each step, for a read without keys
_NO_ROWS: Iterable[Any] = repeat(())


class Run:
    """One run of one plan for one request."""

    def __init__(
        self,
        plan: Plan,
        granted: Granted,
        asked: Asked,
        databases: Databases,
        on_people: Callable[[People, People, bool], None],
        confirm: Callable[[], None],
    ) -> None:
        """Every argument is looked at now: whatever is wrong with one is said before anything is read."""
        self._plan = plan
        self._ways: list[_Way] = granted.ways or [_way(read, granted, databases) for read in plan.reads]
        if granted.ways is None and all(databases[step.domain].layout for step in plan.steps):
            granted.ways = self._ways
        self._asked = asked
        self._on_people = on_people
        self._confirm = confirm
        self._values = [way.constant if way.constant is not None else way.values(asked) for way in self._ways]
        self._given = [way.given(asked) if way.given is not None else () for way in self._ways]
        self.arguments = [get(asked) for get in plan.arguments]
        steps = len(plan.steps)
        self._keys: list[Sequence[Any]] = [()] * steps
        self.rows: list[Any] = [None] * steps
        self.failed: dict[int, Code] = {}
        self._people: People = []
        self._others: People = []  # enterprises and parcels
        self._silent = {*plan.personal, *plan.others}  # steps that have not said yet at whom they look
        self._unfinished = {*range(len(plan.reads))}
        self._loading: dict[int, asyncio.Future[Any]] = {}
        self._held: dict[int, list[tuple[Read, Came]]] = {}  # by the step under which they stand, until that has come
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self) -> "asyncio.Future[None]":
        """Start every read whose keys are known; the future is done when all are."""
        if not self._silent:
            self._hand_over()
        for read in self._plan.reads:
            keys = read.keys
            if keys is None or keys.given is not None:
                self._start(read, self._given[read.number])
        self._finish_if_done()
        return self._done

    def expire(self) -> None:
        """The deadline has come: what has not arrived is not waited for."""
        try:
            for number in sorted(self._unfinished):
                if number in self._unfinished:
                    self._fail(self._plan.reads[number], Code.DEADLINE_EXCEEDED)
        except Exception as error:  # noqa: BLE001 -- raised where the request waits
            self._break(error)
        self.leave()

    def leave(self) -> None:
        """Leave the batches; asks that no connection has taken yet are not read for us."""
        for loading in self._loading.values():
            loading.cancel()

    def not_found(self) -> list[int]:
        """Persons named by the caller of whom no step shows a row, as places among all that were handed over.

        Once all steps are done. Of a step that failed nobody knows who is there.
        """
        if all(self._has_all(group[0]) for group in self._plan.named):
            return []
        named = {number for group in self._plan.named for number in group}
        there = {person for number, persons in self._people if number not in named for person in persons}
        for number in named:
            there |= {key for key in self._shown_keys(self._plan.steps[number]) if self._has_rows(number, key)}
        gone = {key for number in named for key in self._keys[number]} - there
        everybody = (person for _, persons in self._people for person in persons)
        return [place for place, person in enumerate(everybody) if person in gone]

    def _has_all(self, number: int) -> bool:
        return number in self.failed or all(map(self.rows[number].__contains__, self._keys[number]))

    def _has_rows(self, number: int, key: Any) -> bool:
        return number in self.failed or key in self.rows[number]

    def _start(self, read: Read, keys: Sequence[Any]) -> None:
        way = self._ways[read.number]
        if way.subject is not None:  # `self` filters the keys before they meet those of others
            keys = [key for key in keys if key == way.subject]
        for step in way.hung:
            self._keys[step.number] = way.reached(step, keys)
        if len(keys) > KEYS_PER_HOP:
            self._fail(read, Code.LIMIT_EXCEEDED)
            return
        for step in way.hung:
            if step.keys_are_persons:
                self._say(step, self._keys[step.number])
        named = read.steps[0].named
        if named is not None:
            self._say(read.steps[0], (named(self._asked),))
        if way.hung and not keys:
            self._settle(read, NOTHING)
            return
        loading = way.load((tuple(keys), self._values[read.number]))
        self._loading[read.number] = loading
        loading.add_done_callback(partial(self._arrived, read))

    def _arrived(self, read: Read, loading: "asyncio.Future[Any]") -> None:
        if read.number not in self._unfinished or loading.cancelled():
            return
        try:
            error = loading.exception()
            if error is None:
                self._settle(read, loading.result())
            else:
                self._fail(read, Code.SOURCE_UNAVAILABLE if isinstance(error, SourceUnavailable) else Code.INTERNAL)
        except Exception as broken:  # noqa: BLE001 -- raised where the request waits
            self._break(broken)

    def _settle(self, read: Read, found: Iterable[Any]) -> None:
        self._take_each(read, zip(read.steps, found, strict=False))

    def _take_each(self, read: Read, came: Came) -> None:
        """What has come of each step; then whatever waits for it."""
        for step, rows in came:
            if step.under is not None and self.rows[step.under.number] is None:
                self._held.setdefault(step.under.number, []).append((read, chain(((step, rows),), came)))
                return
            keys = self._shown_keys(step)
            if step.at_most is not None and len(rows) > step.at_most:
                self._null(step, Code.TOO_MANY_MATCHES)
            elif len(keys) > KEYS_PER_HOP:
                self._null(step, Code.LIMIT_EXCEEDED)
            else:
                if step.is_list and None in map(rows.get, keys, _NO_ROWS):
                    self.failed[step.number] = Code.LIMIT_EXCEEDED  # of the lists that are null for it; others stand
                self._take(step, rows)
            self._release(step)
        self._go_on(read)

    def _release(self, step: Step) -> None:
        """Take what came before this step did and stands under its rows."""
        for read, came in self._held.pop(step.number, ()):
            if read.number in self._unfinished:  # it has not come too late
                self._take_each(read, came)

    def _take(self, step: Step, rows: Any) -> None:
        """This request's own among the rows of its batch: whom they are about, and the keys of what follows."""
        self.rows[step.number] = rows
        found: dict[int, list[Any]] = {}
        if step.key_columns:
            shown = self._shown(step, rows)
            found = {column: _distinct(shown, column) for column in step.key_columns}
        if step.other is not None and step.number in self._silent:
            self._others.append((step.number, found[step.other]))
        self._say(step, found[step.person] if step.person is not None else ())
        for follower in step.followers:
            assert follower.keys is not None
            if follower.keys.column not in found:
                continue
            keys: Sequence[Any] = found[follower.keys.column]
            if follower.read is step.read:
                keys = self._ways[step.read.number].reached(follower, keys)
                if follower.keys_are_persons:
                    self._say(follower, keys)
            self._keys[follower.number] = keys

    def _go_on(self, read: Read) -> None:
        """Start what waits for a read; the caller is confirmed before anything further is read."""
        self._unfinished.discard(read.number)
        if read.followers:
            self._confirm()
            for follower in read.followers:
                self._start(follower, self._keys[follower.steps[0].number])
        self._finish_if_done()

    def _fail(self, read: Read, code: Code) -> None:
        for step in read.steps:
            self._null(step, code)
        self._unfinished.discard(read.number)
        for follower in read.followers:
            self._start(follower, ())
        for step in read.steps:
            self._release(step)
        self._finish_if_done()

    def _null(self, step: Step, code: Code) -> None:
        self.failed[step.number] = code
        self.rows[step.number] = None if step.keys is None else {} if step.is_single else FAILED
        self._say(step, ())

    def _break(self, error: Exception) -> None:
        """End with an error: where the loop calls, it would go to a log, and the answer out without its record."""
        self._unfinished.clear()
        if not self._done.done():
            self._done.set_exception(error)
        self.leave()

    def _finish_if_done(self) -> None:
        if not self._unfinished and not self._done.done():
            self._done.set_result(None)

    def _say(self, step: Step, persons: Sequence[str]) -> None:
        """At whom a step looks, once; nothing for steps that read no personal data."""
        if step.number not in self._silent:
            return
        self._silent.discard(step.number)
        if step.is_of_persons:
            self._people.append((step.number, persons))
        if not self._silent:
            self._hand_over()

    def _hand_over(self) -> None:
        self._confirm()
        names_somebody = any(keys for _, keys in (*self._people, *self._others))
        self._on_people(self._people, self._others, names_somebody or self._has_found())

    def _has_found(self) -> bool:
        """Whether guarded rows came, whoever they are about."""
        settled = ((step, self.rows[step.number]) for step in self._plan.steps if step.is_personal)
        return any(rows and rows is not FAILED and self._shown(step, rows) for step, rows in settled)

    def _shown(self, step: Step, rows: Any) -> list[Any]:
        """This request's own rows, without those that only tell whether there is a next page."""
        size = step.parameters[statements.LIMIT](self._asked) - 1 if step.is_paged else None
        if step.keys is None:
            own: list[Any] = rows[:size]
            return own
        keys = self._shown_keys(step)
        if step.is_single:
            return [row for key in keys if (row := rows.get(key)) is not None]
        return [row for key in keys for row in (rows.get(key) or ())[:size]]

    def _shown_keys(self, step: Step) -> Sequence[Any]:
        """This request's own keys, without those of whom a row is missing or hidden under which the step stands."""
        keys, under = self._keys[step.number], step.under
        while under is not None:
            there = self.rows[under.number]
            keys, under = [key for key in keys if key in there], under.under
        return keys


def _distinct(rows: list[Any], column: int) -> list[Any]:
    """The values of a column, without nulls."""
    values = dict.fromkeys([row[column] for row in rows])
    values.pop(None, None)
    return list(values)


@dataclass(frozen=True, slots=True)
class _Way:
    """How one read is run under one decision."""

    load: Callable[[Ask], "asyncio.Future[Any]"]
    getters: Sequence[Getter]
    constant: tuple[Any, ...] | None  # the values of its parameters where no request changes them
    given: Getter | None  # keys from the arguments
    subject: str | None  # the only key that may be asked for
    hung: Sequence[Step]  # the steps whose keys are the statement's
    subjects: Mapping[int, str]  # the only person of each step that reaches one alone, by its number

    def reached(self, step: Step, keys: Sequence[Any]) -> Sequence[Any]:
        """Those of a step's keys at which it looks: `self` looks at nobody else, whoever stands in the rows above."""
        subject = self.subjects.get(step.number)
        return keys if subject is None else [key for key in keys if key == subject]

    def values(self, asked: Asked) -> tuple[Any, ...]:
        return tuple([get(asked) for get in self.getters])


def _way(read: Read, granted: Granted, databases: Databases) -> _Way:
    allowed = {step.number: granted.rows[step.number] for step in read.steps}
    reader = _reader(read, allowed, databases)
    varies = any(name in step.parameters for step, name in reader.others)
    only = {step.number: _only(step, allowed[step.number]) for step in read.steps}
    of_keys = {only[step.number] for step in read.hung}
    return _Way(
        reader.loader.load,
        [step.parameters.get(name) or _always(allowed[step.number].values[name]) for step, name in reader.others],
        None if varies else tuple(allowed[step.number].values[name] for step, name in reader.others),
        read.keys.given if read.keys is not None else None,
        of_keys.pop() if len(of_keys) == 1 else None,  # else the condition of each step tells
        read.hung,
        {number: subject for number, subject in only.items() if subject is not None},
    )


def _only(step: Step, allowed: RowsAllowed) -> str | None:
    """The only key that a step may ask for, where its keys are persons and the caller reaches one alone."""
    subject: str | None = allowed.values["subject"] if Rule.SELF in allowed.rules and step.keys_are_persons else None
    return subject


def _reader(read: Read, allowed: Mapping[int, RowsAllowed], databases: Databases) -> Reader:
    rules = tuple(allowed[step.number].rules for step in read.steps)
    database = databases[read.steps[0].domain]
    layout = database.layout or Layout.WHOLE  # whoever was never reached answers nothing, however it is asked
    reader = read.readers.get((layout, rules))
    if reader is None:
        statement = read.write(rules, layout)
        loader = loader_of(database, statement, tuple(step.arrange for step in read.steps))
        whose = {
            parameter(name, place): (step, name)
            for place, step in enumerate(read.steps)
            for name in (*step.parameters, *allowed[step.number].values)
        }
        others = tuple(whose[name] for name in statement.parameters if name != KEYS)
        reader = read.readers[layout, rules] = Reader(statement, loader, others)
    return reader


def _always(value: Any) -> Getter:
    return lambda _: value
