"""Identity cards: which one a person holds, and the one before.

A card is due at 14, 25, 40 and 60 and is valid until the next of these birthdays, or the one after where that is less
than two years away; without end from 58 on. In 2021 and 2022 almost everybody was given a chip card.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from domains.identity import tables
from synthetic.cells import Bytes, Cells, Flags, Ints, table
from synthetic.counters import Counters
from synthetic.days import NEVER, TODAY, date_text, day, plus_years
from synthetic.draws import between, chance
from synthetic.folk import Folk
from synthetic.rows import Rows, rows, rule_cells

FIRST_CARD_AGE: Final = 14
DUE_AGES: Final = (14, 25, 40, 60)
EXPIRY_AGES: Final = (25, 40, 60)
CHILDREN_WITH_CARD: Final = 0.12
TWO_YEARS: Final = 730

_STARTS: Final[Ints] = np.array([day("2013-07-01"), day("2016-01-01"), day("2021-01-01"), day("2024-07-01")])
_CMND, _CCCD, _CHIP, _CAN_CUOC = _STARTS
_KIND: Final[Bytes] = table(["CMND_12", "CCCD", "CCCD_CHIP", "CAN_CUOC"])
_ISSUER: Final[Bytes] = table(
    [
        "Công an cấp tỉnh",
        "Cục Cảnh sát đăng ký quản lý cư trú và dữ liệu quốc gia về dân cư",
        "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "Bộ Công an",
    ]
)
_CAMPAIGN_END: Final = day("2023-06-30")


@dataclass(frozen=True, slots=True)
class _Cards:
    """One card each of some people."""

    holder: Ints
    issued: Ints
    replaced: Flags


def card_rows(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    """Present cards and the ones before."""
    present = _present_cards(rng, folk)
    cards = _with_earlier(rng, folk, present)
    kind = np.searchsorted(_STARTS, cards.issued, side="right") - 1
    expires = _expiry(folk.lives.born[cards.holder], cards.issued)
    values: dict[str, Cells] = {
        "pin": folk.pin[cards.holder],
        "kind": _KIND[kind],
        "issued_on": date_text(cards.issued),
        "issued_by": _ISSUER[kind],
        "expires_on": date_text(expires),
        "status": _status(rng, folk, cards, expires),
    }
    count = len(cards.holder)
    return rows(tables.identity_cards, count, counters, values | rule_cells(folk, cards.holder))


def _present_cards(rng: np.random.Generator, folk: Folk) -> _Cards:
    lives = folk.lives
    last = np.where(lives.died == NEVER, TODAY - 1, lives.died)
    of_age = plus_years(lives.born, FIRST_CARD_AGE) + 40 <= last
    early = ~of_age & (lives.died == NEVER) & (lives.born + 40 <= last) & chance(rng, CHILDREN_WITH_CARD, len(folk))
    holder = np.flatnonzero(of_age & (last > _CMND + 400) | early)
    issued = np.where(
        of_age, _issued(rng, lives.born, last), between(rng, np.maximum(_CAN_CUOC, lives.born), last, len(folk))
    )
    return _Cards(holder, issued[holder], np.zeros(len(holder), dtype=np.bool_))


def _issued(rng: np.random.Generator, born: Ints, last: Ints) -> Ints:
    """After the latest birthday at which one was due, or in the campaign if that is later."""
    due = np.maximum.reduce([_passed(plus_years(born, age), last) for age in DUE_AGES])
    after_due = between(rng, due, np.minimum(due + 300, last), len(born))
    in_campaign = between(rng, np.maximum(due, _CHIP), np.minimum(_CAMPAIGN_END, last), len(born))
    before_it = between(rng, np.maximum(due, _CCCD), np.minimum(_CHIP - 1, last), len(born))
    by_campaign = np.where((due < _CHIP - 400) & chance(rng, 0.08, len(born)), before_it, in_campaign)
    issued = np.where(due >= _CHIP, after_due, by_campaign)
    return np.minimum(issued, last)


def _passed(birthday: Ints, last: Ints) -> Ints:
    return np.where(birthday <= last, birthday, 0)


def _with_earlier(rng: np.random.Generator, folk: Folk, cards: _Cards) -> _Cards:
    first = np.maximum(_CMND, plus_years(folk.lives.born[cards.holder], FIRST_CARD_AGE))
    has_one = np.flatnonzero((cards.issued - first > 800) & chance(rng, 0.3, len(cards.holder)))
    issued = between(rng, first[has_one], cards.issued[has_one] - 400, len(has_one))
    holder = np.append(cards.holder, cards.holder[has_one])
    order = np.argsort(holder, kind="stable")  # who reads the cards of a person reads one page
    return _Cards(
        holder[order],
        np.append(cards.issued, issued)[order],
        np.append(cards.replaced, np.ones(len(has_one), dtype=np.bool_))[order],
    )


def _expiry(born: Ints, issued: Ints) -> Ints:
    expires = np.full(len(born), NEVER)
    for age in reversed(EXPIRY_AGES):
        birthday = plus_years(born, age)
        expires = np.where(birthday - issued > TWO_YEARS, birthday, expires)
    child_until = plus_years(born, FIRST_CARD_AGE)
    return np.where(issued < child_until, child_until, expires)


def _status(rng: np.random.Generator, folk: Folk, cards: _Cards, expires: Ints) -> Bytes:
    dead = folk.lives.died[cards.holder] != NEVER
    expired = (expires != NEVER) & (expires < TODAY)
    lost = chance(rng, 0.003, len(dead))
    return np.select([cards.replaced, dead, expired, lost], [b"REPLACED", b"REVOKED", b"EXPIRED", b"LOST"], b"VALID")
