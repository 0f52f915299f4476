"""What was read of a citizen, in words: a row of the archive becomes what the page shows, in one language. Pure.

The words are honest about what is known. A row is written before its answer leaves, so it says "looked up", not "read
by somebody"; what was found out later (nothing was there, nothing was sent) stands in its kind.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from auth.citizens.representation import VIETNAM
from console.citizens.labels import Described, Label, grouped
from console.citizens.wording import on_day
from console.pages import Language
from ledger.archive.own import OwnRow, Told
from ledger.archive.rows import Kind
from ledger.segments.entries import Way
from ledger.tree.leaves import StepRead

KINDS: Mapping[Kind, tuple[Label, Label]] = {
    Kind.DISCLOSED: (
        ("Đã tra cứu", "Looked up"),
        (
            "Dữ liệu dưới đây đã được tra cứu để trả lời.",
            "The data below were looked up for an answer.",
        ),
    ),
    Kind.VERIFIED: (
        ("Hỏi đúng hay sai", "Asked yes or no"),
        (
            "Bên hỏi đã nêu thông tin về bạn và được trả lời đúng hay sai, không được xem dữ liệu.",
            "They named you and were told yes or no; no data were shown.",
        ),
    ),
    Kind.LISTED: (
        ("Có trong một danh sách", "On a list"),
        (
            "Bạn có trong kết quả của một lần tìm kiếm hay một danh sách.",
            "You were among the results of a search or of a list.",
        ),
    ),
    Kind.NO_HIT: (
        ("Không có kết quả", "No result"),
        (
            "Đã có câu hỏi, nhưng không có dữ liệu nào của bạn được cho xem.",
            "Something was asked, and no data about you were shown.",
        ),
    ),
    Kind.REFUSED: (
        ("Bị từ chối", "Refused"),
        (
            "Bên hỏi không có đủ quyền; không có dữ liệu nào được đọc.",
            "They lacked a right to it; no data were read.",
        ),
    ),
    Kind.WITHHELD: (
        ("Đã tra cứu, không gửi", "Looked up, not sent"),
        (
            "Dữ liệu đã được tra cứu nhưng câu trả lời không được gửi đi.",
            "The data were looked up, but the answer was not sent.",
        ),
    ),
    Kind.SPOKE_FOR: (
        ("Nhân danh bạn", "In your name"),
        (
            "Đã hỏi nhân danh bạn, hoặc bạn hỏi thay người khác; không đọc dữ liệu của bạn.",
            "Something was asked in your name, or you asked for somebody else; no data about you were read.",
        ),
    ),
}
WITHHELD: Mapping[str, Label] = {
    "client_left": (
        "Hệ thống bên hỏi đã ngắt kết nối trước đó.",
        "The system that asked hung up before that.",
    ),
    "rights_changed": (
        "Ngay lúc đó bên hỏi không còn quyền.",
        "Just then they lost the right to it.",
    ),
}
WAYS: Mapping[Way, Label] = {
    Way.OPENED: ("Tra cứu trực tiếp", "Looked up directly"),
    Way.LISTED: ("Tìm thấy qua tìm kiếm hoặc danh sách", "Found by a search or on a list"),
    Way.REACHED: ("Qua một hồ sơ khác có liên quan đến bạn", "Through another record that leads to you"),
    Way.VERIFIED: ("So sánh với điều bên hỏi đã biết", "Compared with what they knew already"),
}
ROLES: Mapping[str, Label] = {
    "spoke_for": ("Hỏi nhân danh bạn", "Asked in your name"),
    "acted_for": ("Bạn hành động thay người khác", "You acted for somebody else"),
}
SOMEBODY: Label = ("Một cơ quan", "An authority")
AUTHORITY: Label = ("Liên thông (chính hệ thống này)", "Liên thông (this system itself)")
OURSELVES = "authority"

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Words:
    """What the page needs to know to say a row: names of agencies and clients, purposes, and what fields are called.

    `fields`: by schema coordinate, the name in scopes (`Citizen.fullName` -> `identity:citizen.full_name`).
    """

    agencies: Mapping[str, Label]
    clients: Mapping[str, str]
    purposes: Mapping[str, Label]
    fields: Mapping[str, str]
    described: Described


@dataclass(frozen=True, slots=True)
class Who:
    """By whom and why: of a row in general terms nobody says so."""

    time: str
    agency: str
    client: str
    through: tuple[str, ...]
    purpose: str
    legal_basis: str | None
    case_reference: str | None
    ways: tuple[str, ...]
    roles: tuple[str, ...]
    request: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One row as the page shows it. `groups` are headings with the fields below them."""

    id: str
    day: str
    title: str
    kind: str
    meaning: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    who: Who | None
    origins: tuple[tuple[str, str], ...]
    """Of what several ministries answered: the ledger of each, and the id of its own proof."""


def reading(row: OwnRow, words: Words, language: Language) -> Reading:
    """A row in words."""
    place = ("vi", "en").index(language)
    told = row.told
    kind, meaning = (text[place] for text in KINDS[row.kind])
    because = told and told.withheld_because and WITHHELD.get(told.withheld_because)
    return Reading(
        id=row.id,
        day=on_day(row.day, language),
        title=SOMEBODY[place] if told is None else _agency(told, words)[place],
        kind=kind,
        meaning=f"{meaning} {because[place]}" if because else meaning,
        groups=_groups(row, words, place),
        who=None if told is None else _who(told, words, place),
        origins=tuple((part.origin, part.id) for part in row.parts),
    )


def scopes_of(steps: Iterable[StepRead], fields: Mapping[str, str]) -> set[str]:
    """What steps read and looked up by, as scopes: the names under which fields have words."""
    found: set[str] = set()
    for step in steps:
        found |= {_scope(said, fields) for said in step.reads}
        verb = "verify" if step.way is Way.VERIFIED else "lookup"
        found |= {_scope(f"{said}:{verb}", fields) for said in step.looks_up}
    return found


def _groups(row: OwnRow, words: Words, place: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if row.told is None:
        scopes = {_scope(said, words.fields) for said in row.coordinates}
    else:
        scopes = scopes_of(row.told.steps, words.fields)
    return tuple(
        (group.title[place], tuple(field[place] for field in group.fields))
        for group in grouped(scopes, words.described)
    )


def _scope(said: str, fields: Mapping[str, str]) -> str:
    """`Citizen.fullName` or `Citizen.fullName:history` as a scope; a field that is gone keeps its own words."""
    coordinate, _, verb = said.partition(":")
    return f"{fields.get(coordinate) or _spelled(coordinate)}:{verb or 'read'}"


def _spelled(coordinate: str) -> str:
    return "former:" + _WORD.sub("_", coordinate).lower()


def _who(told: Told, words: Words, place: int) -> Who:
    return Who(
        time=clock(told.at),
        agency=_agency(told, words)[place],
        client=_client(told.client, words, place),
        through=tuple(_client(client, words, place) for client in told.through),
        purpose=_purpose(told, words)[place],
        legal_basis=told.legal_basis,
        case_reference=told.case_reference or None,
        ways=tuple(dict.fromkeys(WAYS[step.way][place] for step in told.steps)),
        roles=tuple(ROLES[role][place] for role in told.roles if role in ROLES),
        request=str(told.request_id),
    )


def _agency(told: Told, words: Words) -> Label:
    if told.agency == OURSELVES:
        return AUTHORITY
    return words.agencies.get(told.agency, (told.agency, told.agency))


def _client(client: str, words: Words, place: int) -> str:
    return AUTHORITY[place] if client == OURSELVES else words.clients.get(client, client)


def _purpose(told: Told, words: Words) -> Label:
    if told.purpose is None:
        return ("Không nêu mục đích", "No purpose was given")
    return words.purposes.get(told.purpose, (told.purpose, told.purpose))


def clock(at: datetime) -> str:
    """The time of the day in Vietnam."""
    return f"{at.astimezone(VIETNAM):%H:%M:%S}"
