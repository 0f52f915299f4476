"""Plan x arguments -> rows: starts each step as soon as its keys are known, and gathers what arrives.

No task per step: futures of the loaders call back. A step that fails nulls its fields and the rest goes on (law 2); a
request past its deadline leaves its batches, which go on for the others. When the last step that looks at people has
said at whom, the disclosure is handed over, so that its write runs beside the remaining reads. Before steps follow
others, and before the hand-over, the caller is confirmed: whose rights changed reads nothing further (law 6).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from domains.kit import statements
from domains.kit.database import Database, SourceUnavailable
from domains.kit.loader import Ask, RowsLoader
from domains.kit.rules import Rule
from domains.kit.statements import KEYS
from graph.answer_code import FAILED
from graph.decide import Granted, RowsAllowed
from graph.errors import Code
from graph.limits import KEYS_PER_HOP
from graph.plan import Asked, Getter, Plan, Reader, Step

Databases = Mapping[str, Database]  # by domain
People = list[tuple[int, Sequence[str]]]  # step, and those at whom it looked


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
        if granted.ways is None:
            granted.ways = _ways(plan, granted, databases)
        self._plan = plan
        self._ways: list[_Way] = granted.ways
        self._asked = asked
        self._on_people = on_people
        self._confirm = confirm
        self._values = [way.constant if way.constant is not None else way.values(asked) for way in self._ways]
        self._keys: list[Sequence[Any]] = [way.given(asked) if way.given is not None else () for way in self._ways]
        self.arguments = [get(asked) for get in plan.arguments]
        self.rows: list[Any] = [None] * len(plan.steps)
        self.failed: dict[int, Code] = {}
        self._people: People = []
        self._others: People = []  # enterprises and parcels
        self._found = False  # guarded rows came, whoever they are about
        self._silent = {*plan.personal, *plan.others}  # steps that have not said yet at whom they look
        self._unfinished = {*range(len(plan.steps))}
        self._loading: dict[int, asyncio.Future[Any]] = {}
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self) -> "asyncio.Future[None]":
        """Start every step whose keys are known; the future is done when all steps are."""
        if not self._silent:
            self._hand_over()
        for step in self._plan.steps:
            if step.keys is None or step.keys.given is not None:
                self._start(step)
        self._finish_if_done()
        return self._done

    def expire(self) -> None:
        """The deadline has come: what has not arrived is not waited for."""
        try:
            for number in sorted(self._unfinished):
                if number in self._unfinished:
                    self._fail(self._plan.steps[number], Code.DEADLINE_EXCEEDED)
        except Exception as error:  # noqa: BLE001 -- raised where the request waits
            self._break(error)
        self.leave()

    def leave(self) -> None:
        """Leave the batches; asks that no connection has taken yet are not read for us."""
        for loading in self._loading.values():
            loading.cancel()

    def not_found(self) -> list[int]:
        """Persons named by the caller of whom no step has a row, as places among all that were handed over.

        Once all steps are done. Of a step that failed nobody knows who is there.
        """
        if all(self._has_rows(group[0], key) for group in self._plan.named for key in self._keys[group[0]]):
            return []
        named = {number for group in self._plan.named for number in group}
        there = {person for number, persons in self._people if number not in named for person in persons}
        there |= {key for number in named for key in self._keys[number] if self._has_rows(number, key)}
        gone = {key for number in named for key in self._keys[number]} - there
        everybody = (person for _, persons in self._people for person in persons)
        return [place for place, person in enumerate(everybody) if person in gone]

    def _has_rows(self, number: int, key: Any) -> bool:
        return number in self.failed or key in self.rows[number]

    def _start(self, step: Step) -> None:
        way, keys = self._ways[step.number], self._keys[step.number]
        if way.subject is not None:  # `self` filters the keys before they meet those of others
            keys = self._keys[step.number] = [key for key in keys if key == way.subject]
        if len(keys) > KEYS_PER_HOP:
            self._fail(step, Code.LIMIT_EXCEEDED)
            return
        if step.keys_are_persons:
            self._say(step, keys)
        elif step.named is not None:
            self._say(step, (step.named(self._asked),))
        if step.keys is not None and not keys:
            self._settle(step, {})
            return
        loading = way.load((tuple(keys), self._values[step.number]))
        self._loading[step.number] = loading
        loading.add_done_callback(partial(self._arrived, step))

    def _arrived(self, step: Step, loading: "asyncio.Future[Any]") -> None:
        if step.number not in self._unfinished or loading.cancelled():
            return
        try:
            self._take(step, loading)
        except Exception as error:  # noqa: BLE001 -- raised where the request waits
            self._break(error)

    def _take(self, step: Step, loading: "asyncio.Future[Any]") -> None:
        error = loading.exception()
        if error is not None:
            self._fail(step, Code.SOURCE_UNAVAILABLE if isinstance(error, SourceUnavailable) else Code.INTERNAL)
            return
        rows = loading.result()
        if step.at_most is not None and len(rows) > step.at_most:
            self._fail(step, Code.TOO_MANY_MATCHES)
            return
        if step.is_list and any(rows.get(key, ()) is None for key in self._keys[step.number]):
            self.failed[step.number] = Code.LIMIT_EXCEEDED  # of the lists that are null for it; the others stand
        self._settle(step, rows)

    def _settle(self, step: Step, rows: Any) -> None:
        self.rows[step.number] = rows
        shown = self._shown(step, rows) if step.key_columns else []
        found = {column: _distinct(shown, column) for column in step.key_columns}
        if step.is_personal and not self._found:
            self._found = bool(shown if step.key_columns else self._shown(step, rows))
        if step.other is not None and step.number in self._silent:
            self._others.append((step.number, found[step.other]))
        self._say(step, found[step.person] if step.person is not None else ())
        self._unfinished.discard(step.number)
        if step.followers:
            self._confirm()
        for follower in step.followers:
            assert follower.keys is not None
            self._keys[follower.number] = found[follower.keys.column]
            self._start(follower)
        self._finish_if_done()

    def _fail(self, step: Step, code: Code) -> None:
        self.failed[step.number] = code
        self.rows[step.number] = None if step.keys is None else {} if step.is_single else FAILED
        self._say(step, ())
        self._unfinished.discard(step.number)
        for follower in step.followers:
            self._start(follower)
        self._finish_if_done()

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
        self._on_people(self._people, self._others, self._found)

    def _shown(self, step: Step, rows: Any) -> list[Any]:
        """This request's own rows, without those that only tell whether there is a next page."""
        size = step.parameters[statements.LIMIT](self._asked) - 1 if step.is_paged else None
        if step.keys is None:
            own: list[Any] = rows[:size]
            return own
        keys = self._keys[step.number]
        if step.is_single:
            return [row for key in keys if (row := rows.get(key)) is not None]
        return [row for key in keys for row in (rows.get(key) or ())[:size]]


def _distinct(rows: list[Any], column: int) -> list[Any]:
    """The values of a column, without nulls."""
    values = dict.fromkeys([row[column] for row in rows])
    values.pop(None, None)
    return list(values)


@dataclass(frozen=True, slots=True)
class _Way:
    """How one step is run under one decision."""

    load: Callable[[Ask], "asyncio.Future[Any]"]
    getters: Sequence[Getter]
    constant: tuple[Any, ...] | None  # the values of its parameters where no request changes them
    given: Getter | None  # keys from the arguments
    subject: str | None  # the only key that may be asked for

    def values(self, asked: Asked) -> tuple[Any, ...]:
        return tuple([get(asked) for get in self.getters])


def _ways(plan: Plan, granted: Granted, databases: Databases) -> list[_Way]:
    return [_way(step, allowed, databases) for step, allowed in zip(plan.steps, granted.rows, strict=True)]


def _way(step: Step, allowed: RowsAllowed, databases: Databases) -> _Way:
    reader = _reader(step, allowed.rules, databases)
    varies = any(name in step.parameters for name in reader.others)
    return _Way(
        reader.loader.load,
        [step.parameters.get(name) or _always(allowed.values[name]) for name in reader.others],
        None if varies else tuple(allowed.values[name] for name in reader.others),
        step.keys.given if step.keys is not None else None,
        allowed.values["subject"] if Rule.SELF in allowed.rules and step.keys_are_persons else None,
    )


def _reader(step: Step, rules: Rule, databases: Databases) -> Reader:
    reader = step.readers.get(rules)
    if reader is None:
        statement = step.write(rules)
        loader = RowsLoader(databases[step.domain], statement, step.arrange)
        others = tuple(name for name in statement.parameters if name != KEYS)
        reader = step.readers[rules] = Reader(statement, loader, others)
    return reader


def _always(value: Any) -> Getter:
    return lambda _: value
