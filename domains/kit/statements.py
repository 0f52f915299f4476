"""SQL of the planned reads, written by SQLAlchemy Core once, when a plan is compiled, and run by asyncpg as it is.

Every statement names its columns: those asked for, and the keys to join, to page and to know whose data it is (law 3).
Lookups and row rules stand in conditions only, each part's beside its own table. A list of keys is one array parameter,
so a statement is the same for any number of people and any number of requests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Double,
    FromClause,
    Numeric,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, asyncpg
from sqlalchemy.sql.visitors import replacement_traverse

from domains.kit.arrays import array_parameter
from domains.kit.fields import AsOf
from domains.kit.layout import Layout
from domains.kit.tables import PLAIN

KEYS, AFTER, LIMIT, DATE, STRETCHES = "keys", "after", "limit", "as_of", "stretches"
STATEMENTS = 2_000  # kept when their plans are forgotten
COLLATION = ' COLLATE "C"'
"""Of parameters. Every text column has it itself; said of a parameter, it keeps a comparison from being sent on to
another server (`postgres_fdw` sends only what takes its collation from a column)."""
PLACE = "place"  # of a row in its subquery: the surrogate

Columns = Sequence[ColumnElement[Any]]
Conditions = Sequence[ColumnElement[bool]]


class Size(Enum):
    """How many rows of a part one key has."""

    ONE = auto()
    SEVERAL = auto()
    PAGED = auto()  # those after `after`, at most `limit`


@dataclass(frozen=True, slots=True)
class Part:
    """What a statement reads of one table: rows whose `key` is one of the statement's keys, or what another row says.

    `at` is where that stands: the part, and the place in its rows. Without a key the rows are a search's (SEVERAL),
    or a page of them; such a part is the first. The key stands first in each row. `in_stretches`: a page is looked for
    in the statement's `stretches` of surrogates alone.
    """

    source: FromClause
    columns: Columns
    where: Conditions
    key: ColumnElement[Any] | None = None
    size: Size = Size.ONE
    at: tuple[int, int] | None = None
    in_stretches: bool = False

    @property
    def row(self) -> list[ColumnElement[Any]]:
        """The columns as they are sent."""
        sent = [*map(_sent, self.columns)]
        return [self.key, *sent] if self.key is not None else sent or [true()]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text and the names of its parameters, in the order of `$1`, `$2`, ...

    A row holds the columns of all parts, one after the other; `starts` says where each part's begin. They are null
    where a part has no row. `repeats`: a row of the first part comes once for each row of another; those that belong
    together stand together, and have the same value in their last column.
    """

    sql: str
    parameters: tuple[str, ...]
    starts: tuple[int, ...] = (0,)
    repeats: bool = False

    @property
    def keyed(self) -> bool:
        """Whether it reads by keys; else it searches."""
        return KEYS in self.parameters


def parameter(name: str, part: int) -> str:
    """The name under which a part's own parameter stands in the statement."""
    return f"{name}_{part}" if part else name


def written(parts: Sequence[Part], layout: Layout = Layout.WHOLE) -> Statement:
    """One statement for all parts, of which at most one has more than one row for a row that it hangs on."""
    return _Joined(parts, layout).statement()


@lru_cache(maxsize=STATEMENTS)
def known(parts: tuple[Part, ...], layout: Layout) -> Statement:
    """The same, for parts of tuples: a document may be new, of what it reads most was read before."""
    return written(parts, layout)


class _Joined:
    """A statement while it is put together, part after part."""

    def __init__(self, parts: Sequence[Part], layout: Layout) -> None:
        self._parts = parts
        self._layout = layout
        self._rows: list[list[Any]] = []
        self._order: list[Any] = []
        self._last: list[Any] = []
        self._where: list[Any] = []
        self._limit: Any = None
        self._keys = _each_key(parts[0]) if _takes_each_key(parts) else None
        self._from: Any = self._keys
        if self._keys is None:
            self._begin(parts[0])
        for number in range(len(self._rows), len(parts)):
            self._join(number)

    def statement(self) -> Statement:
        chosen = [column for row in self._rows for column in row]
        found = select(*chosen, *self._last).select_from(self._from).where(*self._where)
        starts = tuple(sum(map(len, self._rows[:number])) for number in range(len(self._rows)))
        statement = _written(found.order_by(*self._order).limit(self._limit), starts, repeats=bool(self._last))
        if self._layout is Layout.SPREAD:
            return replace(statement, sql=statement.sql.replace(COLLATION, ""))
        return statement

    def _begin(self, part: Part) -> None:
        """With rows that have one of the keys, or that are searched for."""
        if part.key is not None:
            self._from, self._rows = part.source, [part.row]
            if self._layout is Layout.PARTED:
                self._from = _each_key(part).join(part.source, part.key == self._anchor(part))
            else:
                self._where = [_is_one_of_the_keys(part.key)]
            self._where += _own(part.where, 0)
            self._order = [_surrogate(part.source)] if part.size is not Size.ONE else []
        elif len(self._parts) == 1 and not part.in_stretches:
            self._from, self._rows = part.source, [part.row]
            self._where, self._order = [*_own(part.where, 0), *_after(part, 0)], [_surrogate(part.source)]
            self._limit = _limit(0)
        else:
            self._from = self._found(part).subquery("page")
            self._rows, surrogate = [_out_of("page", part)], _of("page", PLACE)
            self._order = [surrogate]
            self._last = [surrogate] if any(other.size is not Size.ONE for other in self._parts[1:]) else []

    def _join(self, number: int) -> None:
        part, anchor, at_once = self._parts[number], self._anchor(self._parts[number]), self._at_once(number)
        assert part.key is not None
        where = [part.key == anchor, *part.where]
        if part.size is Size.ONE:
            self._from = self._from.outerjoin(part.source, and_(*_own(where, number), *at_once))
            self._rows.append(part.row)
            return
        name, limit, on = f"list_{number}", _limit(number) if part.size is Size.PAGED else None, true()
        if at_once:
            rows, on = (
                self._listed(part, number, part.where, None).where(*at_once).subquery(name),
                _of(name, "c0") == anchor,
            )
        else:
            rows = self._listed(part, number, where, limit).lateral(name)
        self._from = self._from.join(rows, on, isouter=len(self._parts) > 1)
        self._rows.append(_out_of(name, part))
        self._order.append(_of(name, PLACE))

    def _at_once(self, number: int) -> Conditions:
        """For parts on other servers, that they are asked for all keys in one go; a page of each key cannot be."""
        part = self._parts[number]
        if self._layout is not Layout.SPREAD or part.at is not None or part.key is None or part.size is Size.PAGED:
            return []
        return [_is_one_of_the_keys(part.key)]

    def _anchor(self, part: Part) -> Any:
        """What the key of a part is compared with."""
        if part.at is None:
            assert part.key is not None
            return _of("keys", "key", part.key.type)
        return self._rows[part.at[0]][part.at[1]]

    def _found(self, part: Part) -> Any:
        """The rows of a search, its surrogate last."""
        where = [_surrogate(part.source) == any_(self._places(part))] if part.in_stretches else part.where
        return self._listed(part, 0, where, _limit(0))

    def _places(self, part: Part) -> Any:
        """The surrogates of a page, found in stretches.

        Each is read by an index on the surrogate and no further than the page: what lies behind is not touched. An
        index that includes what is compared is all that is read of rows that do not match.
        """
        given = cast(bindparam(STRETCHES, type_=Text()), INT8MULTIRANGE())
        stretch = func.unnest(given).table_valued("it", with_ordinality=PLACE).render_derived(name="stretch")
        surrogate, it = _surrogate(part.source), _of("stretch", "it")
        where = [*_own(part.where, 0), surrogate >= func.lower(it), surrogate < func.upper(it), *_after(part, 0)]
        rows = select(surrogate.label(PLACE)).where(*where).order_by(surrogate).limit(_limit(0)).lateral("rows")
        place = _of("rows", PLACE)
        found = select(place).select_from(stretch.join(rows, true())).order_by(_of("stretch", PLACE), place)
        return func.array(found.limit(_limit(0)).scalar_subquery().correlate(None))

    def _listed(self, part: Part, number: int, where: Conditions, limit: Any) -> Any:
        """Rows in the order of their surrogate, which stands last."""
        row = [column.label(f"c{place}") for place, column in enumerate(part.row)]
        surrogate = _surrogate(part.source)
        found = select(*row, surrogate.label(PLACE)).select_from(part.source)
        return found.where(*_own(where, number), *_after(part, number)).order_by(surrogate).limit(limit)


def _takes_each_key(parts: Sequence[Part]) -> bool:
    """Whether a row is made for each key, for parts to hang on: where several do, or where each key has a page."""
    keyed = [part for part in parts if part.at is None and part.key is not None]
    return len(keyed) > 1 or any(part.size is Size.PAGED for part in keyed)


def _each_key(part: Part) -> Any:
    assert part.key is not None
    return func.unnest(_keys(part.key)).table_valued("key").render_derived(name="keys")


def _after(part: Part, number: int) -> Conditions:
    if part.size is not Size.PAGED:
        return []
    return [_surrogate(part.source) > bindparam(parameter(AFTER, number), type_=BigInteger())]


def _limit(number: int) -> Any:
    return bindparam(parameter(LIMIT, number), type_=BigInteger())


def _out_of(name: str, part: Part) -> list[ColumnElement[Any]]:
    """The row of a part as it stands outside of its subquery."""
    return [_of(name, f"c{place}", column.type) for place, column in enumerate(part.row)]


def _of(name: str, column: str, type_: Any = None) -> ColumnElement[Any]:
    """A column of a subquery by name: the names are ours, and looking for it in there would take longer."""
    return literal_column(f"{name}.{column}", type_)


def _own(conditions: Conditions, number: int) -> list[ColumnElement[bool]]:
    """The conditions with parameters of this part's own, and constants written into the SQL."""

    def replaced(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.required and number:
            return bindparam(parameter(element.key, number), type_=element.type)
        return _constant(element)

    return [replacement_traverse(condition, {}, replaced) for condition in conditions]


def stretches_text(stretches: Iterable[tuple[int, int]]) -> str:
    """The parameter `stretches`: PostgreSQL's text of a multirange, which puts them in order and joins neighbors."""
    return f"{{{','.join(f'[{first},{end})' for first, end in stretches)}}}"


@cache
def valid_on(validity: AsOf, *, dated: bool) -> Conditions:
    """Rows valid today, or on the date given as the parameter `as_of`."""
    day: Any = bindparam(DATE, type_=validity.since.type) if dated else func.current_date()
    return validity.since <= day, validity.until.is_(None) | (validity.until > day)


def is_key(source: FromClause, column: ColumnElement[Any]) -> bool:
    """Whether no two rows of a table have the same value in a column."""
    return [*source.primary_key] == [column]


def _surrogate(source: FromClause) -> ColumnElement[int]:
    return source.c["surrogate"]


def _is_one_of_the_keys(key: ColumnElement[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = key == any_(_keys(key))
    return found


def _keys(key: ColumnElement[Any]) -> ColumnElement[Any]:
    return array_parameter(KEYS, key.type if key.type.python_type is not str else PLAIN)


def _written(statement: Select[Any], starts: tuple[int, ...], *, repeats: bool) -> Statement:
    compiled: Any = statement.compile(dialect=_DIALECT)
    return Statement(str(compiled), tuple(compiled.positiontup or ()), starts, repeats)


def _constant(element: Any, **_: Any) -> Any:
    """Constants of a derived fact are written into the SQL; only what a request brings stays a parameter."""
    if isinstance(element, BindParameter) and not element.required:
        return literal_column(
            str(element.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})), element.type
        )
    return None


_DIALECT: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]


@cache
def _sent(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A declared column as it is sent: numeric as double precision, which is what JSON has; constants written out."""
    is_decimal = isinstance(column.type, Numeric) and not isinstance(column.type, Double)
    fixed: ColumnElement[Any] = replacement_traverse(column, {}, _constant)
    return cast(fixed, Double()) if is_decimal else fixed
