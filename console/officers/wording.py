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
    "registered_only": ("Chỉ truy vấn đã đăng ký", "Registered operations only"),
    "requested_by": ("Cơ quan yêu cầu", "Requested by"),
    "retention_months": ("Lưu trữ (tháng)", "Retention in months"),
    "roles": ("Vai trò", "Roles"),
    "scopes": ("Trường dữ liệu", "Scopes"),
    "sets": ("Bộ trường dữ liệu", "Scope sets"),
    "state": ("Trạng thái", "State"),
    "supplier": ("Nhà cung cấp", "Supplier"),
    "title_en": ("Tên tiếng Anh", "English title"),
    "title_vi": ("Tên tiếng Việt", "Vietnamese title"),
    "token_type": ("Loại mã truy cập", "Kind of token"),
    "tokens_per_minute": ("Số yêu cầu mỗi phút", "Requests per minute"),
    "units": ("Đơn vị hành chính", "Administrative units"),
    "units_scheme": ("Bảng mã đơn vị", "Scheme of units"),
    "valid_from": ("Từ", "From"),
    "valid_until": ("Đến", "Until"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a change: what it loses, gains and keeps."""

    name: Text
    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]


def act_title(act: str) -> Text:
    return ACTS.get(act, (act, act))


def field_name(field: str) -> Text:
    """A field in words; one that nobody put into words stands as it is, rather than be left out."""
    return FIELDS.get(field, (field, field))


def lines(before: Any, after: Any) -> list[Line]:
    """What a change does, field by field, in the order of their names. Nothing that is signed is left out."""
    old, new = dict(_fields(before)), dict(_fields(after))
    return [_line(field, old.get(field, ()), new.get(field, ())) for field in sorted({*old, *new})]


def _line(field: str, old: tuple[str, ...], new: tuple[str, ...]) -> Line:
    return Line(
        field_name(field),
        tuple(value for value in old if value not in new),
        tuple(value for value in new if value not in old),
        tuple(value for value in new if value in old),
    )


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
        elif field != "act":
            yield field, tuple(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, Mapping):
        yield ", ".join(f"{name}: {text}" for name, inner in value.items() for text in _texts(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)
