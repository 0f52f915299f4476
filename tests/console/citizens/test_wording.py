"""The question to a citizen: what it says, and that its hash stands for exactly that."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from auth.access.purposes import PurposeDetail
from auth.citizens.asked import Asked
from auth.oauth.authorization import Arrived
from auth.oauth.par import Pushed
from console.citizens.wording import Wording, day, worded
from tests.auth.portals import child_born

DETAIL = PurposeDetail("urn:lienthong:purpose", "tax", "G22-260115-0001", "Law 1")
ASKED = Asked(
    Arrived("secret", "portal", None, Pushed("https://portal.example/", "s", DETAIL, "c")),
    "Cổng dịch vụ",
    ("Văn phòng Chính phủ", "Government Office"),
    "tax",
    ("Xem dữ liệu", "Seeing data"),
    "Law 1",
    ("identity:citizen.date_of_birth:read", "identity:citizen.full_name:read"),
)


def question(asked: Asked = ASKED, language: str = "en", children: tuple[str, ...] = ()) -> Wording:
    people = [child_born(born) for born in children]
    return worded(asked, people, lambda _: "", "vi" if language == "vi" else "en")


def test_the_question_names_portal_agency_purpose_law_fields_and_end() -> None:
    text = question().text()
    assert text.startswith("Cổng dịch vụ\nGovernment Office\nSeeing data\nLaw 1\nWho you are\n- Full name\n- Date of ")
    assert "Myself: " in text


def test_the_question_in_vietnamese_says_the_same_things_in_vietnamese() -> None:
    text = question(language="vi").text()
    assert "Văn phòng Chính phủ\nXem dữ liệu\nLaw 1\nBạn là ai\n- Họ và tên\n- Ngày sinh" in text
    assert "Chính tôi: " in text


@pytest.mark.parametrize(
    "other",
    [
        question(replace(ASKED, client_name="Cổng khác")),
        question(replace(ASKED, agency=("Bộ", "Ministry"))),
        question(replace(ASKED, title=("Khác", "Other"))),
        question(replace(ASKED, legal_basis="Law 2")),
        question(replace(ASKED, scopes=ASKED.scopes[:1])),
        question(language="vi"),
        question(children=("2020-01-01",)),
    ],
    ids=["portal", "agency", "purpose", "law", "fields", "language", "children"],
)
def test_another_question_has_another_hash(other: Wording) -> None:
    assert other.digest() != question().digest()


def test_the_same_question_has_the_same_hash() -> None:
    assert question().digest() == question().digest()


def test_a_child_is_named_with_the_day_on_which_it_comes_of_age_if_that_is_near() -> None:
    soon = datetime.now(UTC).year - 18
    wording = question(children=(f"{soon}-12-31", "2024-01-01"))
    assert [each.name for each in wording.whom] == ["Myself", "Nguyễn Thị Bé", "Nguyễn Thị Bé"]
    assert wording.whom[0].until == wording.whom[2].until


def test_days_are_written_as_people_write_them_in_vietnams_time() -> None:
    late = datetime(2027, 2, 28, 18, 0, tzinfo=UTC)
    assert day(late, "vi") == "01/03/2027"
    assert day(late, "en") == "1 March 2027"
