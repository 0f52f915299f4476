"""The personas: a dozen invented people with the cases an agency developer needs, the same in every nation.

Their PINs end in figures below 001000, which no drawn person has, so they are stable over seeds and sizes. Their
relatives are here as well; what they own and where they live is in persona_rows.py.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Persona:
    """One person. `story` says what the case is; relatives have none."""

    pin: str
    name: tuple[str, str, str]  # surname, middle, given
    male: bool
    born: str  # partial date
    story: str = ""
    marital: str = "SINGLE"
    ethnicity: str = "01"
    occupation: str | None = None
    nationalities: tuple[str, ...] = ("VN",)
    home: str | None = None  # household code
    relation: str = "HEAD"
    protected: bool = False
    died: str | None = None
    missing_since: str | None = None
    registered: bool = True  # False: a PIN that other registers hold and identity does not

    @property
    def full_name(self) -> str:
        """Surname, middle and given name."""
        return " ".join(part for part in self.name if part)


HANOI: Final = "0000400000001"
LAO_CAI: Final = "0264700000001"
DA_NANG: Final = "2019700000001"
THANH_HOA: Final = "1479700000001"
CAN_THO: Final = "3113500000001"
BAC_NINH: Final = "0721000000001"
SON_LA: Final = "0364600000001"
HO_CHI_MINH_CITY: Final = "2574700000001"
LANG_SON: Final = "0597700000001"

EVERYBODY: Final = (
    # A couple in Ha Noi with a child
    Persona(
        "001085000001", ("Trần", "Quốc", "Bảo"), True, "1985-04-12", marital="MARRIED", occupation="Kỹ sư",
        home=HANOI,
        story="Married; holds a home in equal shares with his wife.",
    ),
    Persona(
        "036188000001", ("Lê", "Thu", "Hà"), False, "1988-09-30", marital="MARRIED", occupation="Giáo viên",
        home=HANOI, relation="SPOUSE",
        story="Married; born elsewhere, holds the other half of the home.",
    ),
    Persona(
        "001217000001", ("Trần", "Minh", "Khôi"), True, "2017-02-20", home=HANOI, relation="CHILD",
        story="A child; no card, no electronic identity.",
    ),
    # A family in Lào Cai, whose code 15 was Yên Bái's
    Persona(
        "015090000001", ("Bùi", "Thanh", "Tùng"), True, "1990-11-03", marital="MARRIED", occupation="Lái xe",
        home=LAO_CAI,
        story="Moved from Yên Bái (then 15) to Lào Cai (then 10, now 15): a bare code misleads.",
    ),
    Persona(
        "010193000001", ("Lý", "Thị", "Mẩy"), False, "1993-03-08", marital="MARRIED", ethnicity="09",
        home=LAO_CAI, relation="SPOUSE",
    ),
    Persona(
        "015325000001", ("Bùi", "Gia", "Hân"), False, "2025-10-12", home=LAO_CAI, relation="CHILD",
        story="Born after the mergers: the PIN begins with the code of the new province.",
    ),
    # Protected
    Persona(
        "048179000001", ("Phạm", "Ngọc", "Diệp"), False, "1979-07-15", marital="DIVORCED", home=DA_NANG,
        protected=True,
        story="A protected person, with a child, a contact and a home: hidden without the `protected` right.",
    ),
    Persona(
        "048212000001", ("Phạm", "Gia", "Bách"), True, "2012-05-01", home=DA_NANG, relation="CHILD",
        protected=True,
    ),
    # The dead, a widow, a ward
    Persona(
        "038048000001", ("Đặng", "Văn", "Phúc"), True, "1948-01-09", marital="MARRIED", died="2023-03-17",
        story="Deceased; the record stays, the residence is closed.",
    ),
    Persona(
        "038152000001", ("Nguyễn", "Thị", "Hiền"), False, "1952-08-19", marital="WIDOWED",
        occupation="Nghỉ hưu", home=THANH_HOA,
        story="A widow, head of household and legal representative of her grandchild.",
    ),
    Persona(
        "038084000001", ("Đặng", "Văn", "Lợi"), True, "1984-10-10", died="2021-09",
    ),
    Persona(
        "038213000001", ("Đặng", "Gia", "Huy"), True, "2013-06-01", home=THANH_HOA, relation="GRANDCHILD",
        story="A child without living parents, with a legal representative.",
    ),
    # Land and companies
    Persona(
        "092168000001", ("Hoàng", "Thị", "Mận"), False, "1968-12-25", marital="DIVORCED",
        occupation="Buôn bán", home=CAN_THO,
        story="Holds land in two provinces, one parcel mortgaged; a member of a company.",
    ),
    Persona(
        "024076000001", ("Vũ", "Đức", "Thắng"), True, "1976-03-08", marital="MARRIED", home=BAC_NINH,
        story="Director, member and beneficial owner of a company that has a branch.",
    ),
    Persona(
        "027180000001", ("Ngô", "Thị", "Lan"), False, "1980-02-14", marital="MARRIED", home=BAC_NINH,
        relation="SPOUSE",
    ),
    # Gaps in the record
    Persona(
        "014138000001", ("Lò", "Thị", "Pâng"), False, "1938", marital="WIDOWED", ethnicity="03", home=SON_LA,
        story="Only the year of birth is known; a card without end.",
    ),
    Persona(
        "040082000001", ("Đỗ", "Văn", "Lâm"), True, "1982-05-19", missing_since="2019-08",
        story="Missing since August 2019, the day unknown; in no household.",
    ),
    Persona(
        "079195000001", ("Nguyễn", "Anna", "Kiều"), False, "1995-06-21", occupation="Lập trình viên",
        nationalities=("VN", "FR"), home=HO_CHI_MINH_CITY,
        story="Two nationalities; declared absent, abroad.",
    ),
    Persona(
        "001160000500", ("", "", ""), False, "1960", registered=False,
        story="A dangling key: land and enterprises name this holder, identity has nobody.",
    ),
    # Four generations under one roof
    Persona(
        "020064000001", ("Nông", "Văn", "Sáng"), True, "1964-02-02", marital="MARRIED", ethnicity="02",
        home=LANG_SON, occupation="Nông dân",
        story="Head of a household of twelve in four generations.",
    ),
    Persona(
        "020166000001", ("Hoàng", "Thị", "Nhung"), False, "1966-06-06", marital="MARRIED", ethnicity="02",
        home=LANG_SON, relation="SPOUSE",
    ),
    Persona(
        "020141000001", ("Vi", "Thị", "Xuân"), False, "1941", marital="WIDOWED", ethnicity="07", home=LANG_SON,
        relation="PARENT",
    ),
    Persona(
        "020088000001", ("Nông", "Văn", "Thành"), True, "1988-01-15", marital="MARRIED", ethnicity="02",
        home=LANG_SON, relation="CHILD",
    ),
    Persona(
        "020190000001", ("Lộc", "Thị", "Hoa"), False, "1990-09-09", marital="MARRIED", ethnicity="02",
        home=LANG_SON, relation="CHILD_IN_LAW",
    ),
    Persona(
        "020091000001", ("Nông", "Văn", "Quân"), True, "1991-07-27", marital="MARRIED", ethnicity="02",
        home=LANG_SON, relation="CHILD",
    ),
    Persona(
        "020193000001", ("Triệu", "Thị", "Mai"), False, "1993-12-01", marital="MARRIED", ethnicity="09",
        home=LANG_SON, relation="CHILD_IN_LAW",
    ),
    Persona(
        "020313000001", ("Nông", "Thị", "Ngân"), False, "2013-03-03", ethnicity="02", home=LANG_SON,
        relation="GRANDCHILD",
    ),
    Persona(
        "020215000001", ("Nông", "Văn", "Đạt"), True, "2015-05-05", ethnicity="02", home=LANG_SON,
        relation="GRANDCHILD",
    ),
    Persona(
        "020318000001", ("Nông", "Thị", "Yến"), False, "2018-08-08", ethnicity="02", home=LANG_SON,
        relation="GRANDCHILD",
    ),
    Persona(
        "020220000001", ("Nông", "Văn", "Phong"), True, "2020-10-20", ethnicity="02", home=LANG_SON,
        relation="GRANDCHILD",
    ),
    Persona(
        "020323000001", ("Nông", "Thị", "Diệp"), False, "2023-04-30", ethnicity="02", home=LANG_SON,
        relation="GRANDCHILD",
    ),
)  # fmt: skip

#: Those with a story, for documentation and examples.
PERSONAS: Final = tuple(persona for persona in EVERYBODY if persona.story)

_CARD_AGE_IN: Final = "2010"  # born then or earlier: old enough for an electronic identity of their own

#: Those who can sign in somewhere: alive, present, registered, and no small children.
SIGNING_IN: Final = tuple(
    persona
    for persona in PERSONAS
    if persona.registered and not persona.died and not persona.missing_since and persona.born[:4] <= _CARD_AGE_IN
)
