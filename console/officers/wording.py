"""Acts and their fields in plain words, Vietnamese and English; and what is before and after a change, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from console.pages import Text

ROLES: Mapping[str, Text] = {
    "proposer": ("đề nghị", "proposer"),
    "approver": ("phê duyệt", "approver"),
    "auditor": ("kiểm tra", "auditor"),
    "operator": ("vận hành", "operator"),
}

ACTS: Mapping[str, Text] = {
    "agency.admit": ("Kết nạp một cơ quan", "Admit an agency"),
    "agency.resume": ("Cho một cơ quan hoạt động lại", "Resume an agency"),
    "agency.suspend": ("Đình chỉ một cơ quan", "Suspend an agency"),
    "case.close": ("Trả lời và đóng một vụ việc", "Reply to a case and close it"),
    "case.open": ("Mở một vụ việc về một người", "Open a case about a person"),
    "client.add_key": ("Thêm khóa cho một hệ thống", "Add a client's key"),
    "client.register": ("Đăng ký một hệ thống", "Register a client"),
    "client.resume": ("Cho một hệ thống hoạt động lại", "Resume a client"),
    "client.retire_key": ("Thu hồi khóa của một hệ thống", "Retire a client's key"),
    "client.suspend": ("Đình chỉ một hệ thống", "Suspend a client"),
    "client.widen": ("Mở rộng một hệ thống", "Widen a client"),
    "delegation.make": ("Ủy quyền cho nhà cung cấp", "Delegate to a supplier"),
    "delegation.revoke": ("Hủy một ủy quyền", "Revoke a delegation"),
    "emergency.end": ("Kết thúc truy cập khẩn cấp", "End emergency access"),
    "emergency.review": ("Xem xét truy cập khẩn cấp", "Review emergency access"),
    "grant.give": ("Cấp quyền đọc cho một cơ quan", "Give an agency a grant"),
    "grant.replace": ("Thay điều kiện của một quyền", "Replace the terms of a grant"),
    "grant.resume": ("Cho một quyền có hiệu lực lại", "Resume a grant"),
    "grant.revoke": ("Thu hồi một quyền", "Revoke a grant"),
    "grant.suspend": ("Tạm ngừng một quyền", "Suspend a grant"),
    "officer.admit": ("Kết nạp một cán bộ", "Admit an officer"),
    "officer.enrol": ("Cấp liên kết đăng ký khác cho cán bộ", "Give an officer another enrollment link"),
    "officer.remove": ("Cho một cán bộ thôi quyền", "Remove an officer"),
    "officer.roles": ("Đổi vai trò của một cán bộ", "Change an officer's roles"),
    "operation.withdraw": ("Rút một truy vấn đã đăng ký", "Withdraw a registered operation"),
    "passkey.enroll": ("Đăng ký khóa truy cập", "Enroll a passkey"),
    "passkey.remove": ("Gỡ một khóa truy cập", "Remove a passkey"),
    "proposal.adopt": ("Nhận một yêu cầu làm đề nghị của mình", "Adopt a request"),
    "proposal.approve": ("Phê duyệt một đề nghị", "Approve a proposal"),
    "proposal.refuse": ("Từ chối một đề nghị", "Refuse a proposal"),
    "proposal.withdraw": ("Rút một đề nghị", "Withdraw a proposal"),
    "purpose.add": ("Thêm một mục đích", "Add a purpose"),
    "purpose.change": ("Sửa một mục đích", "Change a purpose"),
}
"""What can be proposed, and what can be signed at a page."""

FIELDS: Mapping[str, Text] = {
    "agency": ("Cơ quan", "Agency"),
    "allowed": ("Quyền được phép xin", "May ask for"),
    "body": ("Mã của nội dung đã đọc", "Digest of what was read"),
    "by": ("Người đề nghị", "Proposed by"),
    "decided_by": ("Người quyết định", "Decided by"),
    "decision_reason": ("Lý do của quyết định", "Reason of the decision"),
    "case": ("Vụ việc số", "Case"),
    "citizen": ("Về ai (đã niêm phong)", "About whom (sealed)"),
    "client": ("Hệ thống", "Client"),
    "crv": ("Loại khóa", "Kind of key"),
    "delegation": ("Ủy quyền số", "Delegation"),
    "document_id": ("Truy vấn", "Operation"),
    "domain": ("Lĩnh vực", "Domain"),
    "exceptions": ("Trừ", "Except"),
    "exchanges": ("Được đổi mã truy cập", "May exchange tokens"),
    "finding": ("Kết luận", "Finding"),
    "grant": ("Quyền số", "Grant"),
    "keys": ("Khóa", "Keys"),
    "key": ("Khóa", "Key"),
    "kid": ("Tên khóa", "Key id"),
    "kind": ("Loại", "Kind"),
    "label": ("Tên gọi", "Name"),
    "lapses_at": ("Hết hạn", "Lapses"),
    "legal_basis": ("Căn cứ pháp lý", "Legal basis"),
    "name": ("Tên", "Name"),
    "name_en": ("Tên tiếng Anh", "English name"),
    "name_vi": ("Tên tiếng Việt", "Vietnamese name"),
    "officer": ("Cán bộ", "Officer"),
    "opens_emergencies": ("Được mở truy cập khẩn cấp", "Opens emergency access"),
    "passkey": ("Khóa truy cập", "Passkey"),
    "persons_per_day": ("Số người mỗi ngày", "Persons per day"),
    "proposal": ("Đề nghị số", "Proposal"),
    "purpose": ("Mục đích", "Purpose"),
    "reach": ("Phạm vi", "Whose data"),
    "reason": ("Lý do", "Reason"),
    "redirect_uris": ("Địa chỉ quay lại", "Redirect URIs"),
    "reply": ("Trả lời", "Reply"),
    "registered_only": ("Chỉ truy vấn đã đăng ký", "Registered operations only"),
    "requested_by": ("Cơ quan yêu cầu", "Requested by"),
    "retention_months": ("Lưu trữ (tháng)", "Retention in months"),
    "roles": ("Vai trò", "Roles"),
    "scopes": ("Trường dữ liệu", "Scopes"),
    "sets": ("Bộ trường dữ liệu", "Scope sets"),
    "shown_after_days": ("Cho công dân thấy sau (ngày)", "Shown to the citizen after (days)"),
    "state": ("Trạng thái", "State"),
    "supplier": ("Nhà cung cấp", "Supplier"),
    "third_party_sensitive": ("Chỉ cho công dân thấy khái quát", "Shown to the citizen in general terms"),
    "title_en": ("Tên tiếng Anh", "English title"),
    "title_vi": ("Tên tiếng Việt", "Vietnamese title"),
    "token_type": ("Loại mã truy cập", "Kind of token"),
    "tokens_per_minute": ("Số yêu cầu mỗi phút", "Requests per minute"),
    "units": ("Đơn vị hành chính", "Administrative units"),
    "units_scheme": ("Bảng mã đơn vị", "Scheme of units"),
    "valid_from": ("Từ", "From"),
    "valid_until": ("Đến", "Until"),
}


VALUES: Mapping[str, Text] = {
    "active": ("có hiệu lực", "active"),
    "everywhere": ("mọi người trên cả nước", "everybody, everywhere"),
    "false": ("không", "no"),
    "incident": ("sự cố", "incident"),
    "jurisdiction": ("người trong các đơn vị dưới đây", "people of the units below"),
    "justified": ("chính đáng", "justified"),
    "lawful": ("đúng quy định", "lawful"),
    "portal": ("cổng thông tin", "portal"),
    "removed": ("đã thôi quyền", "removed"),
    "self": ("chỉ chính công dân đó", "only the citizen who asks"),
    "subgraph": ("phần của bộ chủ quản", "a ministry's subgraph"),
    "suspended": ("tạm ngừng", "suspended"),
    "system": ("hệ thống của cơ quan", "an agency's system"),
    "true": ("có", "yes"),
    "unexplained": ("không giải thích được", "unexplained"),
    "unlawful": ("trái quy định", "unlawful"),
    **ROLES,
}
ABSENT: Mapping[str, Text] = {
    "persons_per_day": ("không giới hạn", "no limit"),
    "tokens_per_minute": ("như thường lệ", "as usual"),
    "valid_from": ("ngay khi được phê duyệt", "at once, when approved"),
    "valid_until": ("cho đến khi bị thu hồi", "until it is revoked"),
}
"""What it means that nothing is said: for these fields it is what an officer must not overlook."""

STATES: Mapping[str, Text] = {
    "requested": ("cơ quan yêu cầu", "requested by an agency"),
    "proposed": ("chờ quyết định", "waits for a decision"),
    "approved": ("đã phê duyệt", "approved"),
    "refused": ("đã từ chối", "refused"),
    "withdrawn": ("đã rút", "withdrawn"),
    "lapsed": ("đã hết hạn", "lapsed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a change: what it loses, gains and keeps."""

    name: Text
    removed: tuple[Text, ...]
    added: tuple[Text, ...]
    kept: tuple[Text, ...]


def act_title(act: str) -> Text:
    return ACTS.get(act, (act, act))


def field_name(field: str) -> Text:
    """A field in words; one that nobody put into words stands as it is, rather than be left out."""
    return FIELDS.get(field, (field, field))


def lines(before: Any, after: Any) -> list[Line]:
    """What a change does, field by field, in the order of their names. Nothing that is said is left out."""
    old, new = dict(_fields(before)), dict(_fields(after))
    made = (_line(field, old.get(field, ()), new.get(field, ())) for field in sorted({*old, *new}))
    return [line for line in made if line.removed or line.added or line.kept]


def _line(field: str, old: tuple[str, ...], new: tuple[str, ...]) -> Line:
    return Line(
        field_name(field),
        tuple(_words(field, value) for value in old if value not in new),
        tuple(_words(field, value) for value in new if value not in old),
        tuple(_words(field, value) for value in new if value in old),
    )


def _words(field: str, value: str) -> Text:
    """A value in words where there are some; names and codes stand as they are."""
    if value == _NOTHING:
        return ABSENT.get(field, ("(trống)", "(empty)"))
    return VALUES.get(value, (value, value)) if field in _WORDED else (value, value)


_NOTHING = ""
_WORDED = frozenset(
    {
        "exchanges",
        "finding",
        "kind",
        "opens_emergencies",
        "reach",
        "registered_only",
        "roles",
        "state",
        "third_party_sensitive",
    }
)
"""Fields whose values are words of ours; elsewhere somebody may have chosen a name that looks like one."""


def _fields(said: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields of one side as texts. Terms stand among the fields of what they are the terms of."""
    if said is None:
        return
    if not isinstance(said, Mapping):
        yield "state", (str(said),)
        return
    for field, value in said.items():
        if field == "terms" and isinstance(value, Mapping):
            yield from _fields(value)
        elif value is None and field in ABSENT:
            yield field, (_NOTHING,)
        elif field != "act":
            yield field, tuple(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, Mapping):
        if value:
            yield ", ".join(f"{name}: {text}" for name, inner in value.items() for text in _texts(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)
