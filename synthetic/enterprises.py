"""What the enterprise register knows of a block: enterprises and branches, who represents, holds and controls them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Table

from domains.enterprises import tables
from synthetic.cells import NULL, Bytes, Cells, Ints, digits, flags, joined, nullable, number, table
from synthetic.companies import CTCP, FORM, TNHH1TV, TNHH2TV, TRADE_CODE, Companies
from synthetic.counters import Counters
from synthetic.days import NEVER, TODAY, date_text, day
from synthetic.draws import Choice, between, chance
from synthetic.folk import Folk
from synthetic.places import COMMUNE_CODE, PROVINCE_CODE, PROVINCE_OF, draw_commune, draw_details, draw_former
from synthetic.references import Parties, people
from synthetic.rows import Rows, rows

BRANCH_SHARE: Final = 0.08
OWNERS_DECLARED: Final = 0.6
OWNER_FROM: Final = 2_500  # hundredths of a percent
_DECLARED_SINCE: Final = day("2025-07-01")
_BRANCH_KIND: Final = Choice({"CN": 70, "VPDD": 30})
_BRANCH: Final = ("Chi nhánh ".encode(), "Văn phòng đại diện ".encode())
_BRANCH_FOLDED: Final = (b"chi nhanh ", b"van phong dai dien ")
_TITLE: Final[Bytes] = table(["OWNER", "DIRECTOR", "DIRECTOR", "GENERAL_DIRECTOR", "MANAGING_PARTNER", "CHAIR"])
_LINES: Final[Bytes] = table(["46", "47", "82", "70", "68", "52", "77", "81"])


@dataclass(frozen=True, slots=True)
class _Roles:
    """Roles of people, gathered while their tables are written."""

    enterprise: Bytes
    kind: bytes
    since: Bytes
    holder: Parties


def enterprise_rows(rng: np.random.Generator, folk: Folk, companies: Companies, counters: Counters) -> Iterator[Rows]:
    """Everything of this register about the block."""
    every = np.arange(len(companies))
    registered = _representatives(companies)
    members = _Roles(
        companies.code[companies.member_of], b"MEMBER",
        date_text(companies.founded[companies.member_of]), companies.member_party,
    )  # fmt: skip
    yield _enterprises(rng, companies, counters)
    yield from _branches(rng, folk, companies, counters)
    yield _industries(rng, companies, counters)
    yield _role_rows(tables.representatives, registered, {"title": _TITLE[companies.form]}, counters)
    yield _member_rows(companies, members, counters)
    owners, shares = _beneficial_owners(rng, companies, every)
    yield _role_rows(tables.beneficial_owners, owners, shares, counters)
    for roles in (registered, members, owners):
        yield _by_person(roles, counters)


def _representatives(companies: Companies) -> _Roles:
    return _Roles(companies.code, b"REPRESENTATIVE", date_text(companies.founded), companies.director_party)


def _enterprises(rng: np.random.Generator, companies: Companies, counters: Counters) -> Rows:
    count, every = len(companies), np.arange(len(companies))
    closed = companies.status == b"CLOSED"
    closed_on = np.where(closed, between(rng, companies.founded, TODAY, count), NEVER)
    state_owned = np.isin(companies.form, (TNHH1TV, TNHH2TV, CTCP)) & chance(rng, 0.003, count)
    has_short_name = np.isin(companies.form, (TNHH2TV, CTCP)) & chance(rng, 0.5, count)
    values: dict[str, Cells] = {
        "code": companies.code,
        "name": companies.name(every, folded=False),
        "short_name": nullable(has_short_name, companies.short_name()),
        "foreign_name": nullable(has_short_name & chance(rng, 0.6, count), _foreign_name(companies)),
        "folded_name": companies.name(every, folded=True),
        "legal_form": FORM[companies.form],
        "status": companies.status,
        "founded_on": date_text(companies.founded),
        "closed_on": date_text(closed_on),
        **_head_office(rng, companies.commune),
        "charter_capital": (number(companies.capital, 9), b"000000"),
        "state_owned": flags(state_owned),
        "parent_code": NULL,
    }
    return rows(tables.enterprises, count, counters, values)


def _foreign_name(companies: Companies) -> Bytes:
    form = np.where(companies.form == CTCP, b" JOINT STOCK COMPANY", b" COMPANY LIMITED")
    return joined(companies.short_name(), form)


def _head_office(rng: np.random.Generator, commune: Ints) -> dict[str, Cells]:
    return {
        "province_code": PROVINCE_CODE[PROVINCE_OF[commune]],
        "commune_code": COMMUNE_CODE[commune],
        "address_detail": draw_details(rng, commune),
    }


def _branches(rng: np.random.Generator, folk: Folk, companies: Companies, counters: Counters) -> Iterator[Rows]:
    """Dependent units of some companies, each with its own head of unit."""
    parent = np.flatnonzero(
        np.isin(companies.form, (TNHH1TV, TNHH2TV, CTCP)) & chance(rng, BRANCH_SHARE, len(companies))
    )
    count, kind = len(parent), _BRANCH_KIND.draw(rng, len(parent))
    commune = draw_commune(rng, draw_former(rng, count))
    code = joined(companies.code[parent], np.full(count, b"-001"))
    founded = between(rng, companies.founded[parent], TODAY - 1, count)
    is_branch = kind == b"CN"
    alive = companies.status[parent] == b"ACTIVE"
    values: dict[str, Cells] = {
        "code": code,
        "name": (np.where(is_branch, *_BRANCH), *companies.name(parent, folded=False)),
        "short_name": NULL,
        "foreign_name": NULL,
        "folded_name": (np.where(is_branch, *_BRANCH_FOLDED), *companies.name(parent, folded=True)),
        "legal_form": kind,
        "status": np.where(alive, b"ACTIVE", b"CLOSED"),
        "founded_on": date_text(founded),
        "closed_on": date_text(np.where(alive, NEVER, between(rng, founded, TODAY, count))),
        **_head_office(rng, commune),
        "charter_capital": NULL,
        "state_owned": b"f",
        "parent_code": companies.code[parent],
    }
    yield rows(tables.enterprises, count, counters, values)
    adults = np.flatnonzero(folk.lives.present & (folk.lives.years >= 22) & (folk.lives.years < 65))
    head = people(rng, folk, adults[rng.integers(0, len(adults), count)])
    roles = _Roles(code, b"REPRESENTATIVE", date_text(founded), head)
    yield _role_rows(tables.representatives, roles, {"title": b"HEAD_OF_UNIT"}, counters)
    yield _by_person(roles, counters)


def _industries(rng: np.random.Generator, companies: Companies, counters: Counters) -> Rows:
    """The main line, and up to three others."""
    extra = between(rng, 0, 3, len(companies))
    beside = np.repeat(np.arange(len(companies)), extra)
    nth = np.arange(len(beside)) - np.repeat(np.cumsum(extra) - extra, extra)
    code = np.concatenate([TRADE_CODE[companies.trade], _LINES[(companies.trade[beside] + nth) % len(_LINES)]])
    enterprise = np.concatenate([np.arange(len(companies)), beside])
    main = np.arange(len(code)) < len(companies)
    kept = np.flatnonzero(main | (code != TRADE_CODE[companies.trade[enterprise]]))
    values: dict[str, Cells] = {
        "enterprise_code": companies.code[enterprise[kept]],
        "industry_code": code[kept],
        "is_main": flags(main[kept]),
    }
    return rows(tables.industries, len(kept), counters, values)


def _member_rows(companies: Companies, members: _Roles, counters: Counters) -> Rows:
    contribution = companies.capital[companies.member_of] * companies.percent  # x 100 VND
    values: dict[str, Cells] = {
        "enterprise_code": members.enterprise,
        "contribution": (number(contribution, 14), b"00"),
        "percent": _percent(companies.percent),
        "since": members.since,
        **members.holder.cells("member_pin", "member_enterprise"),
    }
    return rows(tables.members, len(companies.member_of), counters, values)


def _beneficial_owners(rng: np.random.Generator, companies: Companies, every: Ints) -> tuple[_Roles, dict[str, Cells]]:
    """Members with a quarter or more; where there is none, the director by control."""
    declares = chance(rng, OWNERS_DECLARED, len(companies)) & (companies.status != b"CLOSED")
    large = (companies.percent >= OWNER_FROM) & (companies.member_party.pin != NULL) & declares[companies.member_of]
    by_capital = np.flatnonzero(large)
    by_control = every[declares & ~np.isin(every, companies.member_of[by_capital])]
    enterprise = np.concatenate([companies.member_of[by_capital], by_control])
    capital, control = companies.member_party.picked(by_capital), companies.director_party.picked(by_control)
    holder = Parties(*(np.concatenate([getattr(capital, name), getattr(control, name)]) for name in Parties.__slots__))
    since = between(rng, np.maximum(_DECLARED_SINCE, companies.founded[enterprise]), TODAY, len(enterprise))
    is_capital = np.arange(len(enterprise)) < len(by_capital)
    percent = np.concatenate([companies.percent[by_capital], np.zeros(len(by_control), dtype=np.int64)])
    shares: dict[str, Cells] = {
        "percent": nullable(is_capital, joined(*_percent(percent))),
        "basis": np.where(is_capital, b"CAPITAL", b"CONTROL"),
    }
    return _Roles(companies.code[enterprise], b"BENEFICIAL_OWNER", date_text(since), holder), shares


def _role_rows(of: Table, roles: _Roles, values: dict[str, Cells], counters: Counters) -> Rows:
    cells = {"enterprise_code": roles.enterprise, "since": roles.since, **values, **roles.holder.cells("pin")}
    return rows(of, len(roles.enterprise), counters, cells)


def _by_person(roles: _Roles, counters: Counters) -> Rows:
    persons = np.flatnonzero(roles.holder.pin != NULL)
    values: dict[str, Cells] = {
        "enterprise_code": roles.enterprise[persons],
        "kind": roles.kind,
        "since": roles.since[persons],
        **roles.holder.picked(persons).cells("pin"),
    }
    return rows(tables.roles, len(persons), counters, values)


def _percent(hundredths: Ints) -> tuple[Bytes, Bytes, Bytes]:
    point = np.full(len(hundredths), b".")
    return number(hundredths // 100, 3), point, digits(hundredths % 100, 2)
