"""Where the personas live and lived, with whom they are related, how to reach them, which cards they hold."""

from typing import Any, Final

from synthetic.personas import (
    BAC_NINH,
    CAN_THO,
    DA_NANG,
    HANOI,
    HO_CHI_MINH_CITY,
    LANG_SON,
    LAO_CAI,
    SON_LA,
    THANH_HOA,
)

#: Household code, address, first day there. The commune is the code's first five digits.
HOMES: Final = (
    (HANOI, "Số 12 đường Hoa Sữa", "2012-05-20"),
    (LAO_CAI, "Số 8 đường Bờ Kênh", "2024-05-10"),
    (DA_NANG, "Số 31 đường Gió Mới", "2018-03-15"),
    (THANH_HOA, "Số 5 đường Hàng Cau", "1995-01-10"),
    (CAN_THO, "Số 77 đường Bến Nước", "2003-11-02"),
    (BAC_NINH, "Số 40 đường Làng Nghề", "2006-09-01"),
    (SON_LA, "Số 3 đường Hoa Ban", "1990-02-02"),
    (HO_CHI_MINH_CITY, "Số 156 đường Hoa Mai", "2015-07-07"),
    (LANG_SON, "Số 21 đường Hoa Đào", "1989-12-12"),
)

#: PIN, kind, unit, detail, from, until, term, why it ended. What holds in HOMES is not repeated.
STAYS: Final = (
    ("015090000001", "PERMANENT", "15", "Tổ 2, thôn 4", "1990-11-03", "2019-06-01", None, "MOVED"),
    ("015090000001", "PERMANENT", "10", "Tổ 6, thôn 1", "2019-06-01", "2024-05-10", None, "MOVED"),
    ("036188000001", "PERMANENT", "36", "Tổ 1, thôn 9", "1988-09-30", "2012-05-20", None, "MOVED"),
    ("038048000001", "PERMANENT", "38", "Số 5 đường Hàng Cau", "1995-01-10", "2023-03-17", None, "DEATH"),
    ("038084000001", "PERMANENT", "38", "Số 5 đường Hàng Cau", "1995-01-10", "2021-09-14", None, "DEATH"),
    ("040082000001", "PERMANENT", "40", "Tổ 3, thôn 7", "1982-05-19", "2021-08-30", None, "MISSING"),
    ("020091000001", "TEMPORARY", "07210", "Số 9 đường Chợ Mới", "2026-02-01", None, "2028-01-31", None),
    ("020091000001", "CURRENT", "07210", "Số 9 đường Chợ Mới", "2026-02-01", None, None, None),
)

#: Person, what the relative is, relative; the other side is written from it.
LINKS: Final = (
    ("001085000001", "SPOUSE", "036188000001"),
    ("001217000001", "FATHER", "001085000001"),
    ("001217000001", "MOTHER", "036188000001"),
    ("015090000001", "SPOUSE", "010193000001"),
    ("015325000001", "FATHER", "015090000001"),
    ("015325000001", "MOTHER", "010193000001"),
    ("048212000001", "MOTHER", "048179000001"),
    ("038048000001", "SPOUSE", "038152000001"),
    ("038084000001", "FATHER", "038048000001"),
    ("038084000001", "MOTHER", "038152000001"),
    ("038213000001", "FATHER", "038084000001"),
    ("038213000001", "LEGAL_REPRESENTATIVE", "038152000001"),
    ("024076000001", "SPOUSE", "027180000001"),
    ("020064000001", "SPOUSE", "020166000001"),
    ("020064000001", "MOTHER", "020141000001"),
    ("020088000001", "SPOUSE", "020190000001"),
    ("020091000001", "SPOUSE", "020193000001"),
    *((son, kind, parent) for son in ("020088000001", "020091000001")
      for kind, parent in (("FATHER", "020064000001"), ("MOTHER", "020166000001"))),
    *((child, kind, parent) for child in ("020313000001", "020215000001", "020323000001")
      for kind, parent in (("FATHER", "020088000001"), ("MOTHER", "020190000001"))),
    *((child, kind, parent) for child in ("020318000001", "020220000001")
      for kind, parent in (("FATHER", "020091000001"), ("MOTHER", "020193000001"))),
)  # fmt: skip
OTHER_SIDE: Final = {
    "SPOUSE": "SPOUSE", "FATHER": "CHILD", "MOTHER": "CHILD", "LEGAL_REPRESENTATIVE": "REPRESENTED",
}  # fmt: skip


def _card(pin: str, kind: str, issued: str, expires: str | None, status: str = "VALID") -> dict[str, Any]:
    printed = {"kind": kind, "issued_on": issued, "issued_by": "Bộ Công an", "expires_on": expires}
    return {"pin": pin, "status": status, **printed}


CARDS: Final = (
    _card("001085000001", "CCCD_CHIP", "2021-04-02", "2025-04-12", "EXPIRED"),
    _card("001085000001", "CAN_CUOC", "2025-04-20", "2045-04-12"),
    _card("036188000001", "CCCD_CHIP", "2021-04-02", "2028-09-30"),
    _card("015090000001", "CCCD", "2017-06-11", "2030-11-03", "REPLACED"),
    _card("015090000001", "CCCD_CHIP", "2022-01-18", "2030-11-03"),
    _card("048179000001", "CCCD_CHIP", "2021-07-09", "2039-07-15"),
    _card("038048000001", "CCCD_CHIP", "2021-03-03", None, "REVOKED"),
    _card("038152000001", "CCCD_CHIP", "2021-03-03", None),
    _card("092168000001", "CMND_12", "2014-10-10", "2028-12-25", "REPLACED"),
    _card("092168000001", "CCCD_CHIP", "2021-05-25", "2028-12-25"),
    _card("024076000001", "CCCD_CHIP", "2022-02-22", "2036-03-08"),
    _card("014138000001", "CCCD_CHIP", "2021-09-09", None),
    _card("040082000001", "CCCD", "2017-01-05", "2022-05-19", "EXPIRED"),
    _card("079195000001", "CAN_CUOC", "2024-08-01", "2035-06-21"),
    _card("020064000001", "CCCD_CHIP", "2021-11-11", None, "LOST"),
)

#: No operator uses the prefix 095, and no mail is delivered under .example.
CONTACTS: Final = (
    {"pin": "001085000001", "mobile": "0950000001", "email": "quoc.bao@thu.example"},
    {"pin": "036188000001", "mobile": "0950000002", "email": None},
    {"pin": "048179000001", "mobile": "0950000003", "email": "ngoc.diep@thu.example"},
    {"pin": "024076000001", "mobile": "0950000004", "email": "duc.thang@thu.example"},
    {"pin": "079195000001", "mobile": None, "email": "anna.kieu@thu.example"},
)

ABSENCES: Final = (
    {"pin": "079195000001", "absent_from": "2026-03-01", "absent_until": None, "reason": "ABROAD"},
    {
        "pin": "020091000001", "absent_from": "2026-02-01", "absent_until": "2027-01-31", "reason": "WORK",
        "destination_code": "24", "destination_scheme": "Y2025",
    },
)  # fmt: skip
