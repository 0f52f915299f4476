"""The enterprises of one block: codes, names, forms, places, and who stands behind them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from domains.kit.names import fold
from synthetic.cells import Bytes, Flags, Ints, table
from synthetic.counters import Counters
from synthetic.days import TODAY, day
from synthetic.draws import Choice, Weighted, between
from synthetic.folk import Folk
from synthetic.kinship import NOBODY
from synthetic.places import draw_commune, draw_former
from synthetic.references import Parties, enterprise_codes, parties

CITIZENS_PER_ENTERPRISE: Final = 100
OWNED_BY_ENTERPRISE: Final = 0.07
_FIRST_FOUNDED: Final = day("2000-01-01")

DNTN, TNHH1TV, TNHH2TV, CTCP, CTHD, HTX = range(6)
FORM: Final[Bytes] = table(["DNTN", "TNHH1TV", "TNHH2TV", "CTCP", "CTHD", "HTX"])
_FORM_WEIGHT: Final = Weighted([6, 49, 23, 20, 0.3, 1.7])
_FORM_WORDS: Final = (
    "Doanh nghiệp tư nhân ", "Công ty TNHH Một thành viên ", "Công ty TNHH ", "Công ty cổ phần ", "Công ty hợp danh ",
    "Hợp tác xã ",
)  # fmt: skip
_FEWEST: Final = np.array([1, 1, 2, 3, 2, 5])
_MOST: Final = np.array([1, 1, 4, 5, 3, 7])
_STATUS: Final = Choice(
    {
        "ACTIVE": 70, "SUSPENDED": 9, "NOT_AT_ADDRESS": 5, "REVOKED_TAX": 2, "DISSOLVING": 3.5, "BANKRUPTCY": 0.5,
        "CLOSED": 10,
    }
)  # fmt: skip

#: Main division of VSIC 2018, what a name says of it, and its weight.
_TRADES: Final = (
    ("01", "Nông sản", 3), ("03", "Thủy sản", 2), ("10", "Thực phẩm", 4), ("14", "May mặc", 4), ("16", "Gỗ", 3),
    ("25", "Cơ khí", 4), ("26", "Điện tử", 2), ("31", "Nội thất", 3), ("41", "Xây dựng", 12), ("43", "Cơ điện", 5),
    ("46", "Thương mại", 20), ("47", "Bán lẻ", 8), ("49", "Vận tải", 7), ("55", "Khách sạn", 3), ("56", "Ẩm thực", 4),
    ("62", "Công nghệ", 5), ("68", "Bất động sản", 4), ("71", "Tư vấn Thiết kế", 4), ("79", "Du lịch", 2),
    ("85", "Giáo dục", 3),
)  # fmt: skip
TRADE_CODE: Final[Bytes] = table(code for code, _, _ in _TRADES)
_TRADE_WEIGHT: Final = Weighted(weight for _, _, weight in _TRADES)
_BRAND: Final = (
    "Sao Mai", "Bình Minh", "Hải Âu", "Sông Xanh", "Núi Bạc", "Cánh Diều", "Hoa Ban", "Lúa Vàng", "Tre Xanh",
    "Sen Hồng", "Đại Ngàn", "Gió Biển", "Nắng Mới", "Mây Trắng", "Biển Đông", "Thác Bạc", "Rồng Việt", "Chim Lạc",
    "Trống Đồng", "Thuận Phát", "An Khang", "Phú Thịnh", "Tân Tiến", "Đồng Tâm", "Hòa Bình", "Thành Công",
    "Minh Quang", "Việt Tín", "Hưng Thịnh", "Đức Phát", "Nam Thành", "Bắc Hà", "Đông Đô", "Tây Nguyên", "Trung Kiên",
    "Long Vân", "Phượng Hoàng",
)  # fmt: skip
_SUFFIX: Final = (
    "", " Việt Nam", " Miền Bắc", " Miền Trung", " Miền Nam", " Toàn Cầu", " 1", " 2", " 68", " 79", " 86",
)  # fmt: skip


class _Part:
    """One part of a name, and how it is folded."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.text = table(texts)
        self.folded = table(_folded_part(text) for text in texts)


def _folded_part(text: str) -> str:
    """Folded, with the blank at either end that joins it to the rest."""
    return " " * text.startswith(" ") + fold(text) + " " * (text.endswith(" ") and bool(text.strip()))


_FORMS: Final = _Part(_FORM_WORDS)
_TRADE_WORDS: Final = _Part(tuple(f"{words} " for _, words, _ in _TRADES))
_BRANDS: Final = _Part(_BRAND)
_SUFFIXES: Final = _Part(_SUFFIX)


@dataclass(frozen=True, slots=True)
class Companies:
    """Enterprises by index; members in a list of their own, each with the index of its enterprise."""

    code: Bytes
    form: Ints
    trade: Ints
    brand: Ints
    suffix: Ints
    status: Bytes
    founded: Ints
    commune: Ints
    capital: Ints  # million VND
    director: Ints  # person
    director_party: Parties
    member_of: Ints  # enterprise
    member: Ints  # person, or NOBODY where an enterprise is the member
    member_party: Parties
    percent: Ints  # hundredths

    def __len__(self) -> int:
        return len(self.code)

    @property
    def first_member(self) -> Flags:
        """True for the first member listed of each enterprise."""
        return np.append(True, self.member_of[1:] != self.member_of[:-1])[: len(self.member_of)]

    def name(self, index: Ints, *, folded: bool) -> tuple[Bytes, ...]:
        """Registered names, in parts to be set side by side."""
        parts = ((_FORMS, self.form), (_TRADE_WORDS, self.trade), (_BRANDS, self.brand), (_SUFFIXES, self.suffix))
        return tuple((part.folded if folded else part.text)[picked[index]] for part, picked in parts)

    def short_name(self) -> Bytes:
        """The brand in plain capitals."""
        return np.char.upper(_BRANDS.folded)[self.brand]


def draw_companies(rng: np.random.Generator, folk: Folk, counters: Counters) -> Companies:
    """The enterprises founded and owned by people of the block."""
    count = len(folk) // CITIZENS_PER_ENTERPRISE
    owners = np.flatnonzero(folk.lives.present & (folk.lives.years >= 22) & (folk.lives.years < 72))
    code = enterprise_codes(counters.numbers("enterprise", count), counters.seed)
    form = _FORM_WEIGHT.draw(rng, count)
    member_of = np.repeat(np.arange(count), between(rng, _FEWEST[form], _MOST[form], count))
    member = _members(rng, owners, form[member_of], others=count > 1)
    director = owners[rng.integers(0, len(owners), count)]
    owner_managed = np.flatnonzero(
        np.append(True, member_of[1:] != member_of[:-1])[: len(member_of)] & (member != NOBODY)
    )
    director[member_of[owner_managed]] = member[owner_managed]
    other = code[(member_of + rng.integers(1, max(count, 2), len(member_of))) % max(count, 1)]
    return Companies(
        code=code,
        form=form,
        trade=_TRADE_WEIGHT.draw(rng, count),
        brand=rng.integers(0, len(_BRAND), count),
        suffix=rng.integers(0, len(_SUFFIX), count),
        status=_STATUS.draw(rng, count),
        founded=between(rng, np.maximum(_FIRST_FOUNDED, folk.lives.born[director] + 19 * 365), TODAY - 30, count),
        commune=draw_commune(rng, draw_former(rng, count)),
        capital=np.maximum(50, (10 ** rng.normal(3.4, 0.6, count)).astype(np.int64) // 50 * 50),
        director=director,
        director_party=parties(rng, folk, director, code),
        member_of=member_of,
        member=member,
        member_party=parties(rng, folk, member, other),
        percent=_percents(rng, member_of, count),
    )


def _members(rng: np.random.Generator, owners: Ints, form: Ints, *, others: bool) -> Ints:
    """Owners and members; an enterprise now and then where the form allows it."""
    count = len(form)
    by_enterprise = np.isin(form, (TNHH1TV, TNHH2TV, CTCP)) & (rng.random(count) < OWNED_BY_ENTERPRISE * others)
    return np.where(by_enterprise, NOBODY, owners[rng.integers(0, len(owners), count)])


def _percents(rng: np.random.Generator, member_of: Ints, count: int) -> Ints:
    """Hundredths of a percent that sum to 10,000 for each enterprise; what rounding leaves goes to the first member."""
    part = rng.exponential(1.0, len(member_of)) + 0.1
    share = (part / np.bincount(member_of, part, count)[member_of] * 10_000).astype(np.int64)
    first = np.append(True, member_of[1:] != member_of[:-1])[: len(member_of)]
    share[first] += 10_000 - np.bincount(member_of, share, count).astype(np.int64)
    return share
