"""The plan: which steps an operation takes, what it needs, and how its rows become an answer.

A plan is the same for everybody. It holds no value of a caller: values come with each request as `Asked`, through the
getters that the compiler wrote down. Made by compile.py; read by decide.py, run.py, explain.py and the ledger.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from auth.caller import Rights
from domains.kit.layout import Layout
from domains.kit.loader import Arrangement, Loads
from domains.kit.rules import OtherRows, PersonRows, Rule
from domains.kit.scopes import Verb
from domains.kit.statements import Part, Size, Statement, known
from graph.inputs import Values
from graph.limits import KEYS_PER_HOP
from ledger import Definition, Operation, Subject

Path = tuple[str, ...]  # response keys; indices of lists are left out


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What one request brings: its values, and of the caller only what arguments may depend on."""

    values: Values
    subject: str | None  # the citizen for whom the token speaks
    client: str  # to whom cursors are bound


Getter = Callable[[Asked], Any]


class Reached(Enum):
    """How the people of a step came into the answer; the ledger says so to them."""

    OPENED = auto()  # asked for by key
    VERIFIED = auto()  # asked about, and answered with yes or no
    LISTED = auto()  # found by a search, or on a page
    FOLLOWED = auto()  # through another record


@dataclass(frozen=True, slots=True)
class Need:
    """One right that the operation takes, and where in the answer it is needed."""

    scope: str
    coordinate: str
    verb: Verb
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the keys of a step come from: the arguments, or a column of an earlier step's rows."""

    given: Getter | None = None
    step: int = -1
    column: int = -1


@dataclass(eq=False, slots=True)
class Step:
    """One statement: rows of one table by a batch of keys, or by one search or page."""

    number: int
    domain: str
    source: Any  # table
    path: Path
    reached: Reached
    rows: PersonRows | None  # None: the rows are about nobody
    others: OtherRows | None  # rows about nobody that are guarded all the same
    opened: bool  # the person of each row was named by the caller, not found
    parent: int | None
    arrange: Arrangement = field(init=False)
    read: "Read" = field(init=False)
    conditions: Sequence[Any] = ()  # whatever the row rules
    key: Any = None  # column that is compared with the keys; first in each row
    keys: Keys | None = None  # None: a search or a page
    under: "Step | None" = None  # read by the same keys: where it has no row, nothing of this step is shown
    offset: int = 0  # of `columns` in the rows
    columns: list[Any] = field(default_factory=list)
    parameters: dict[str, Getter] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=set)  # of guarded fields read or searched by: they decide its reach
    reads: dict[str, None] = field(default_factory=dict)  # guarded coordinates read, for the ledger
    looks_up: dict[str, None] = field(default_factory=dict)  # guarded coordinates that people are found by
    areas: list[Getter] = field(default_factory=list)  # commune codes among the arguments
    sites: list[Path] = field(default_factory=list)  # the fields it supplies
    person: int | None = None  # column that holds the person; None: the keys are the persons, or nobody is
    keys_are_persons: bool = False
    about: Subject | None = None  # enterprise or parcel that its rows are about, all of them or those of no person
    other: int | None = None  # column that holds the key of that
    named: Getter | None = None  # argument that names the person, where neither keys nor rows do
    at_most: int | None = None  # rows of a search above which it is TOO_MANY_MATCHES
    fan: int | Getter = 1  # rows for each row of its parent, for the cost
    most: int | None = None  # rows for each row of its parent at most, where `fan` assumes fewer
    size: Size = Size.SEVERAL
    in_stretches: bool = False  # its page is looked for in the stretches of surrogates that are a parameter
    is_list: bool = False  # lists of a stated largest size
    is_paged: bool = False  # it returns one row more than is shown
    key_columns: Sequence[int] = ()  # columns of its rows that hold subjects, or keys of followers
    followers: list["Step"] = field(default_factory=list)  # steps whose keys stand in its rows

    @property
    def is_personal(self) -> bool:
        """True: what it reads is personal data, and goes on record."""
        return bool(self.reads or self.looks_up)

    @property
    def is_of_persons(self) -> bool:
        """False: all its rows are about enterprises or parcels."""
        return self.rows is not None or self.other is None

    @property
    def is_single(self) -> bool:
        """One row per key."""
        return self.size is Size.ONE

    def begins_with(self, asked: Asked) -> int:
        """How many keys the caller gives; 1 for a search."""
        return len(self.keys.given(asked)) if self.keys is not None and self.keys.given is not None else 1

    def part(self, rule: Rule, at: tuple[int, int] | None) -> Part:
        """What its statement reads for it under these row rules; `at` is where its keys stand in the statement."""
        about = self.rows or self.others
        where = (*self.conditions, *(about.conditions(rule) if about is not None else ()))
        return Part(self.source, tuple(self.columns), where, self.key, self.size, at, self.in_stretches)


@dataclass(eq=False, slots=True)
class Read:
    """Steps that one statement reads, the first one's keys being the statement's."""

    number: int
    steps: list[Step]
    followers: list["Read"] = field(default_factory=list)  # those whose keys stand in its rows
    readers: dict[tuple[Layout, tuple[Rule, ...]], "Reader"] = field(default_factory=dict)

    @property
    def keys(self) -> Keys | None:
        """Where the statement's keys come from; None: it is a search or a page."""
        return self.steps[0].keys

    @property
    def hung(self) -> list[Step]:
        """The steps whose keys are the statement's."""
        return [step for step in self.steps if step.keys is not None and step.keys == self.keys]

    def write(self, rules: Sequence[Rule], layout: Layout = Layout.WHOLE) -> Statement:
        """The statement under the row rules of each step, for a register whose tables stand so."""
        places = {step.number: place for place, step in enumerate(self.steps)}
        hung = self.hung
        parts = [
            step.part(rule, None if step in hung or step.keys is None else (places[step.keys.step], step.keys.column))
            for step, rule in zip(self.steps, rules, strict=True)
        ]
        return known(tuple(parts), layout)


@dataclass(frozen=True, eq=False, slots=True)
class Reader:
    """One variant of a read's statement: under these row rules, on this database.

    `others` are its parameters apart from the keys, in order: whose, and by which name there.
    """

    statement: Statement
    loader: Loads
    others: tuple[tuple[Step, str], ...]


@dataclass(eq=False, slots=True)
class Plan:
    """One operation under one shape of its arguments."""

    operation: str | None
    steps: Sequence[Step]
    reads: Sequence[Read]
    needs: Sequence[Need]
    speaks: bool  # it asks for the citizen for whom the token speaks
    introspects: bool
    arguments: Sequence[Getter]  # values that the answer's code uses
    build: Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]]
    code: str  # the source of `build`, for whoever wants to read it
    fingerprint: bytes  # of the operation without its values; names it in the ledger
    personal: Mapping[int, int]  # number of each step that reads personal data -> its place in the ledger's definition
    others: Mapping[int, int]  # ... that reads about enterprises or parcels -> the place of what it reads of them
    named: Sequence[Sequence[int]]  # steps by persons whom the caller names: together, those that the same ones begin
    decisions: WeakKeyDictionary[Rights, dict[Any, Any]] = field(
        default_factory=WeakKeyDictionary
    )  # they end with both
    recorded_as: Definition[Operation] | None = None  # as the ledger knows it, once it does
    registers: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        self.registers = tuple(sorted({step.domain for step in self.steps}))

    @property
    def is_personal(self) -> bool:
        """True: it reads personal data, so an entry is due for its answer."""
        return bool(self.personal or self.others)

    def cost(self, asked: Asked) -> int:
        """Points: one for each statement, and one for each row it may return (assumed sizes of lists: steps.py)."""
        rows: list[int] = []
        for step in self.steps:
            fan = step.fan if isinstance(step.fan, int) else step.fan(asked)
            rows.append(fan * (step.begins_with(asked) if step.parent is None else rows[step.parent]))
        return len(rows) + sum(rows)

    def most_persons(self, asked: Asked) -> int:
        """How many persons this request can look at, at most; steps that look at the same ones count once."""
        rows: list[int] = []
        persons: dict[Hashable, int] = {}
        for step in self.steps:
            of_parent = step.begins_with(asked) if step.parent is None else rows[step.parent]
            keys = of_parent if step.keys is None or step.keys.given is not None else rows[step.keys.step]
            keys = min(keys, KEYS_PER_HOP)
            fan = step.fan if isinstance(step.fan, int) else step.fan(asked)
            rows.append(keys * (step.most or fan))
            if step.is_personal:
                persons[self._whom(step)] = self._how_many(step, keys, rows[-1])
        return sum(persons.values())

    def _whom(self, step: Step) -> Hashable:
        """Where the persons of a step come from: the arguments, or a column of a step's rows."""
        if step.keys is None or not step.keys_are_persons:
            return step.number
        if step.keys.given is not None:
            return step.keys.given
        source = self.steps[step.keys.step]
        is_its_person = step.keys.column == source.person
        return source.number if is_its_person and source.is_personal else (source.number, step.keys.column)

    def _how_many(self, step: Step, keys: int, rows: int) -> int:
        if step.named is not None:
            return 1
        if step.keys_are_persons:
            return rows if step.parent is None else keys
        return rows if step.person is not None else 0
