"""Residences with their history, each under the unit that was in force when it ended.

What ended before the mergers of 2025-07-01 has the code of a former province; what holds, or ended later, has a
commune of today.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from domains.kit.units import PRE_2025, Y2025
from domains.population import tables
from synthetic.cells import Bytes, Cells, Ints, nullable, table
from synthetic.counters import Counters
from synthetic.days import MERGER, NEVER, TODAY, date_text, plus_years
from synthetic.draws import between, chance
from synthetic.folk import Folk
from synthetic.kinship import NOBODY
from synthetic.places import COMMUNE_CODE, FORMER_CODE, draw_commune, draw_details, draw_former
from synthetic.rows import Rows, rows, rule_cells

MOVED_SHARE: Final = 0.3
MIGRANT_SHARE: Final = 0.09
MIGRANT_AGES: Final = (18, 45)
LONGEST_TERM: Final = 2  # years

_KIND: Final[Bytes] = table(["PERMANENT", "TEMPORARY", "CURRENT"])
_PERMANENT, _TEMPORARY, _CURRENT = range(3)
_REASON: Final[Bytes] = table(["\\N", "MOVED", "DEATH", "MISSING"])
_HOLDS, _MOVED, _DEATH, _MISSING = range(4)


@dataclass(frozen=True, slots=True)
class _Stays:
    """Some registrations; by registration."""

    person: Ints
    kind: Ints
    former: Ints
    commune: Ints
    detail: Bytes
    since: Ints
    until: Ints
    reason: Ints
    term: Ints


def residence_rows(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    """All registrations of the block."""
    latest = _latest(rng, folk)
    temporary = _migrants(rng, folk)
    return _rows(folk, counters, _all([latest, _earlier(rng, latest, folk.lives.born), temporary, _current(temporary)]))


def _latest(rng: np.random.Generator, folk: Folk) -> _Stays:
    """The permanent residence of everybody, ended for the dead and missing."""
    lives, family = folk.lives, folk.households.family
    person = np.arange(len(folk))
    end = np.where(lives.died == NEVER, lives.missing_since, lives.died)
    known = family != NOBODY
    former = np.where(known, folk.addresses.former[family], folk.born_in)
    commune = np.where(known, folk.addresses.commune[family], draw_commune(rng, former))
    detail = np.where(known, folk.addresses.detail[family], draw_details(rng, commune))
    last = np.where(end == NEVER, TODAY, end)
    since = np.minimum(np.maximum(folk.home_since[family], lives.born), last)
    reason = np.select([lives.died != NEVER, lives.missing_since != NEVER], [_DEATH, _MISSING], _HOLDS)
    nothing = np.full(len(folk), NEVER)
    return _Stays(person, np.full(len(folk), _PERMANENT), former, commune, detail, since, end, reason, nothing)


def _earlier(rng: np.random.Generator, latest: _Stays, born: Ints) -> _Stays:
    """The permanent residence before, for some of those who were born elsewhere or moved."""
    moved = np.flatnonzero(chance(rng, MOVED_SHARE, len(latest.person)) & (latest.since - born > 400))
    count = len(moved)
    former = np.where(chance(rng, 0.6, count), latest.former[moved], draw_former(rng, count))
    commune = draw_commune(rng, former)
    until = latest.since[moved]
    since = np.maximum(until - between(rng, 200, 4_000, count), born[moved])
    return _Stays(
        latest.person[moved], np.full(count, _PERMANENT), former, commune, draw_details(rng, commune),
        since, until, np.full(count, _MOVED), np.full(count, NEVER),
    )  # fmt: skip


def _migrants(rng: np.random.Generator, folk: Folk) -> _Stays:
    """Those who work or study away from home."""
    years = folk.lives.years
    of_age = folk.lives.present & (years >= MIGRANT_AGES[0]) & (years < MIGRANT_AGES[1])
    person = np.flatnonzero(of_age & chance(rng, MIGRANT_SHARE, len(folk)))
    count = len(person)
    former = draw_former(rng, count)
    commune = draw_commune(rng, former)
    since = between(rng, TODAY - 700, TODAY - 1, count)
    return _Stays(
        person, np.full(count, _TEMPORARY), former, commune, draw_details(rng, commune),
        since, np.full(count, NEVER), np.full(count, _HOLDS), plus_years(since, LONGEST_TERM),
    )  # fmt: skip


def _current(temporary: _Stays) -> _Stays:
    count = len(temporary.person)
    return _Stays(
        temporary.person, np.full(count, _CURRENT), temporary.former, temporary.commune, temporary.detail,
        temporary.since, temporary.until, temporary.reason, np.full(count, NEVER),
    )  # fmt: skip


def _all(parts: list[_Stays]) -> _Stays:
    """Those of one person together, so that who reads them all reads one page."""
    order = np.argsort(np.concatenate([part.person for part in parts]), kind="stable")
    return _Stays(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in _Stays.__slots__))


def _rows(folk: Folk, counters: Counters, stays: _Stays) -> Rows:
    of_today = (stays.until == NEVER) | (stays.until >= MERGER)
    commune = COMMUNE_CODE[stays.commune]
    values: dict[str, Cells] = {
        "pin": folk.pin[stays.person],
        "kind": _KIND[stays.kind],
        "unit_code": np.where(of_today, commune, FORMER_CODE[stays.former]),
        "unit_scheme": np.where(of_today, Y2025.encode(), PRE_2025.encode()),
        "commune_code": nullable(of_today, commune),
        "detail": stays.detail,
        "valid_from": date_text(stays.since),
        "valid_until": date_text(stays.until),
        "term_until": date_text(stays.term),
        "removal_reason": _REASON[stays.reason],
    }
    return rows(tables.residences, len(stays.person), counters, values | rule_cells(folk, stays.person))
