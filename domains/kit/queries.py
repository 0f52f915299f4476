"""Root fields: the ways into a register, and what each demands.

A root field has no scope of its own. It demands the `lookup` of every guarded field that it searches by, which it names
through the columns of its matches; what is selected below demands its own `read`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, SmallInteger, bindparam
from sqlalchemy.types import TypeEngine

from domains.kit import weights
from domains.kit.fields import FieldDecorator, _method


class Unsearchable(ValueError):
    """An argument has the right type and cannot be searched by. The message says what it must be, never what it was."""


class Way(Enum):
    """How a root field answers."""

    ONE = auto()  # the row with this key, or null
    EACH = auto()  # the rows with these keys, in the order asked, null where there is none
    HITS = auto()  # every row that matches, if they are few
    PAGE = auto()  # a connection over the rows that match
    VERIFIED = auto()  # true or false: does such a row exist
    SELF = auto()  # the citizen for whom the token speaks


Stretches = Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False, slots=True)
class Match:
    """One argument compared with the row.

    `condition` writes the predicate from the bound parameter; `prepare` turns the coerced argument into the value that
    is bound (folding a name, say) or raises Unsearchable. `reads` are the published columns whose `lookup` the match
    demands. `is_area`: the argument is a commune code, which a jurisdiction can be compared with before anything is
    read. `stretches`: from the value that is bound, the surrogates from the first to before the second of each pair,
    outside which no row matches; for tables whose surrogates say where a row stands.
    """

    condition: Callable[[Any], ColumnElement[bool]]
    parameter: Any
    reads: tuple[ColumnElement[Any], ...]
    prepare: Callable[[Any], Any] = field(default=lambda argument: argument)
    is_area: bool = False
    stretches: Callable[[Any], Stretches] | None = None


Matches = Mapping[str, "Match | Matches"]


@dataclass(frozen=True, eq=False, slots=True)
class Root:
    """The binding of a root field. Arguments and members of a oneOf input are named as in Python."""

    way: Way
    source: FromClause
    by: Matches
    key: ColumnElement[Any] | None  # ONE, EACH: compared with the argument; else: holds the key of the entity shown
    where: tuple[ColumnElement[bool], ...] = ()
    at_most: int = 100
    verifies: str = ""  # VERIFIED: the type whose `verify` right is demanded


def equals(
    column: ColumnElement[Any],
    *,
    of: ColumnElement[Any] | None = None,
    prepare: Callable[[Any], Any] = lambda argument: argument,
    is_area: bool = False,
) -> Match:
    """The argument equals `column`. `of` names the published column where `column` itself is not one."""
    reads = (of if of is not None else column,)
    return Match(lambda parameter: column == parameter, _sent(column.type), reads, prepare, is_area)


def lookup(key: ColumnElement[Any]) -> FieldDecorator:
    """One row by its key. The method takes one argument; which, does not matter."""
    return _method(Root(Way.ONE, _table(key), {}, key), [weights.SINGLE])


def lookup_each(key: ColumnElement[Any]) -> FieldDecorator:
    """Rows by a list of at most 100 keys."""
    root = Root(Way.EACH, _table(key), {}, key)
    return _method(root, weights.listed(root.at_most))


def hits(source: FromClause, by: Matches, *, at_most: int, key: ColumnElement[Any] | None = None) -> FieldDecorator:
    """All rows that match, or TOO_MANY_MATCHES above `at_most`."""
    return _method(Root(Way.HITS, source, by, key, at_most=at_most), weights.listed(at_most))


def page(
    source: FromClause,
    by: Matches,
    *,
    key: ColumnElement[Any] | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
) -> FieldDecorator:
    """A connection over the rows that match. The method takes the matches' arguments, `first` and `after`."""
    return _method(Root(Way.PAGE, source, by, key, where), weights.paged())


def verify(source: FromClause, by: Matches, verifies: str) -> FieldDecorator:
    """Yes or no: a row matches all arguments. Demands the `verify` right of the type, and nothing else."""
    return _method(Root(Way.VERIFIED, source, by, None, verifies=verifies), [weights.SINGLE])


def speaker(key: ColumnElement[Any]) -> FieldDecorator:
    """The citizen for whom the token speaks; takes no argument, demands no lookup."""
    return _method(Root(Way.SELF, _table(key), {}, key), [weights.SINGLE])


@cache
def compared(match: Match, name: str) -> ColumnElement[bool]:
    """The predicate of a match, by the statement parameter of this name."""
    return match.condition(parameter_of(match, name))


def parameter_of(match: Match, name: str) -> Any:
    """The statement parameter of a match."""
    return bindparam(name, type_=match.parameter)


def _sent(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of an argument: GraphQL's Int has 32 bits, so that one too large for a smaller column finds nobody."""
    return Integer() if isinstance(type_, SmallInteger) else type_


def _table(column: ColumnElement[Any]) -> FromClause:
    table: FromClause = column.table
    return table
