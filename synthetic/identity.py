"""What the identity register knows of a block: citizens, their contacts and electronic identities. Cards: cards.py."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from domains.identity import tables
from domains.kit.units import PRE_2025, Y2025
from synthetic.cards import card_rows
from synthetic.cells import Bytes, Cells, Flags, Ints, digits, joined, nullable
from synthetic.counters import Counters
from synthetic.days import MERGER, NEVER, TODAY, YEAR_OF, date_text, day, partial_text, plus_years
from synthetic.draws import Choice, between, chance
from synthetic.folk import Folk
from synthetic.naming import GIVEN, SURNAMES
from synthetic.places import FORMER_CODE, PROVINCE_CODE, SUCCESSOR, draw_former
from synthetic.rows import Rows, rows, rule_cells

YEAR_ONLY_SHARE: Final = 0.02  # of those born before 1975: 1 in 200 of all
MONTH_ONLY_SHARE: Final = 0.002
OLD_RECORDS: Final = 1975
FIRST_ELECTRONIC: Final = day("2022-07-18")

_SECOND_NATIONALITY: Final = Choice({"": 997.5, ",US": 0.8, ",AU": 0.3, ",FR": 0.4, ",DE": 0.3, ",CZ": 0.3, ",KR": 0.4})
_OCCUPATION: Final = Choice(
    {
        "Nông dân": 24, "Công nhân may": 8, "Công nhân điện tử": 6, "Thợ xây": 5, "Buôn bán": 12, "Giáo viên": 5,
        "Nhân viên văn phòng": 8, "Kế toán": 3, "Lái xe": 4, "Ngư dân": 2, "Thợ mộc": 1.5, "Thợ cơ khí": 2.5,
        "Đầu bếp": 1.5, "Nhân viên bán hàng": 5, "Y tá": 1, "Bác sĩ": 0.8, "Kỹ sư": 3, "Lập trình viên": 1.2,
        "Công chức": 2, "Nội trợ": 5, "Thợ cắt tóc": 1, "Bảo vệ": 1.5, "Nghỉ hưu": 4,
    }
)  # fmt: skip
#: No operator uses the prefix 095, and no mail is delivered under .example.
_MOBILE_PREFIX: Final = b"095"
_MAIL_DOMAIN: Final = b"@thu.example"


def identity_rows(rng: np.random.Generator, folk: Folk, counters: Counters) -> Iterator[Rows]:
    """Everything of this register about the block."""
    yield _citizens(rng, folk, counters)
    yield _contacts(rng, folk, counters)
    yield _electronic_identities(rng, folk, counters)
    yield card_rows(rng, folk, counters)


def _citizens(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    count, names, born = len(folk), folk.names, folk.lives.born
    year = YEAR_OF[born]
    old = year < OLD_RECORDS
    scheme = np.where(born < MERGER, PRE_2025.encode(), Y2025.encode())
    birth_place = np.where(chance(rng, 0.9, count), folk.born_in, draw_former(rng, count))
    place_known = ~(old & chance(rng, 0.08, count))
    values: dict[str, Cells] = {
        "pin": folk.pin,
        "family_name": SURNAMES.text[names.surname],
        "middle_name": nullable(names.has_middle, names.middle_text),
        "given_name": GIVEN.text[names.given],
        "full_name": names.full,
        "folded_name": names.folded,
        "other_names": _other_names(rng, folk),
        "date_of_birth": partial_text(
            born, old & chance(rng, YEAR_ONLY_SHARE, count), old & chance(rng, MONTH_ONLY_SHARE, count)
        ),
        "birth_year": digits(year, 4),
        "sex": np.where(folk.lives.male, b"MALE", b"FEMALE"),
        "birth_place_code": nullable(place_known, _province(birth_place, born)),
        "birth_place_scheme": nullable(place_known, scheme),
        "birth_registration_code": _province(folk.born_in, born),
        "birth_registration_scheme": scheme,
        "hometown_code": _province(folk.hometown, born),
        "hometown_scheme": scheme,
        "nationalities": (b"{VN", _SECOND_NATIONALITY.draw(rng, count), b"}"),
        "old_identity_number": _old_numbers(rng, year),
        "occupation": nullable(_works(rng, folk), _OCCUPATION.draw(rng, count)),
    }
    return rows(tables.citizens, count, counters, values | rule_cells(folk, np.arange(count)))


def _province(former: Ints, born: Ints) -> Bytes:
    """The province as it was called at birth."""
    return np.where(born < MERGER, FORMER_CODE[former], PROVINCE_CODE[SUCCESSOR[former]])


def _other_names(rng: np.random.Generator, folk: Folk) -> Cells:
    """Now and then the name at home; a second given name."""
    has, count = chance(rng, 0.02, len(folk)), len(folk)
    quote = np.where(has, b'"', b"")
    name = np.where(has, GIVEN.text[rng.integers(0, len(GIVEN.text), count)], b"")
    return (b"{", quote, name, quote, b"}")


def _old_numbers(rng: np.random.Generator, year: Ints) -> Bytes:
    count = len(year)
    had_one = (year < 2002) & chance(rng, 0.9, count)
    return nullable(had_one, digits(between(rng, 10_000_000, 389_999_999, count), 9))


def _works(rng: np.random.Generator, folk: Folk) -> Flags:
    works: Flags = (folk.lives.years >= 16) & chance(rng, 0.75, len(folk))
    return works


def _contacts(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    lives = folk.lives
    people = np.flatnonzero(lives.present & (lives.years >= 15) & chance(rng, 0.67, len(folk)))
    count = len(people)
    subscriber = digits(rng.integers(0, 10_000_000, count), 7)
    has_mail = chance(rng, np.interp(lives.years[people], [15, 25, 45, 70], [0.5, 0.7, 0.4, 0.05]), count)
    mailbox = nullable(has_mail, joined(_mail_name(folk, people), np.full(count, _MAIL_DOMAIN)))
    values: dict[str, Cells] = {"pin": folk.pin[people], "mobile": (_MOBILE_PREFIX, subscriber), "email": mailbox}
    return rows(tables.contacts, count, counters, values | rule_cells(folk, people))


def _mail_name(folk: Folk, people: Ints) -> Bytes:
    """Given name, surname and year of birth, as many mailboxes are called; not unique."""
    names, year = folk.names, YEAR_OF[folk.lives.born[people]]
    given, surname = GIVEN.folded[names.given[people]], SURNAMES.folded[names.surname[people]]
    return joined(given, np.full(len(people), b"."), surname, digits(year % 100, 2))


def _electronic_identities(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    lives = folk.lives
    people = np.flatnonzero((lives.years >= 14) & (lives.died == NEVER) & chance(rng, 0.66, len(folk)))
    count = len(people)
    first = np.maximum(plus_years(lives.born[people], 14), FIRST_ELECTRONIC)
    active = ~chance(rng, 0.01, count)
    values: dict[str, Cells] = {
        "pin": folk.pin[people],
        "level": np.where(chance(rng, 0.8, count), b"2", b"1"),
        "status": np.where(active, b"ACTIVE", b"LOCKED"),
        "activated_on": date_text(between(rng, np.minimum(first, TODAY), TODAY, count)),
    }
    return rows(tables.electronic_identities, count, counters, values | rule_cells(folk, people))
