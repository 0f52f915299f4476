"""The ways in which an officer is turned away: a code, and a sentence in Vietnamese and English.

Nothing here tells apart whether an officer, a passkey or a link exists: an unknown one, a used one and an expired one
are refused in the same words.
"""

from typing import ClassVar


class OfficerRefused(Exception):
    """What was asked is not done. The words are safe to show."""

    code: ClassVar[str]
    status: ClassVar[int] = 403
    vi: ClassVar[str]
    en: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.en)


class NotSignedIn(OfficerRefused):
    code = "NOT_SIGNED_IN"
    status = 401
    vi = "Bạn chưa đăng nhập, hoặc phiên làm việc đã kết thúc."
    en = "You are not signed in, or your session has ended."


class SecondPasskeyNeeded(OfficerRefused):
    """An officer with one passkey may enrol the second, and nothing else: a lost key must not lock anybody out."""

    code = "SECOND_PASSKEY_NEEDED"
    vi = "Hãy đăng ký khóa truy cập thứ hai trước khi tiếp tục."
    en = "Enroll your second passkey first."


class NotOurPage(OfficerRefused):
    """The request was not sent by a page of ours: another site's, a sibling host's, or no browser's."""

    code = "NOT_OUR_PAGE"
    vi = "Yêu cầu không đến từ trang của chúng tôi. Hãy tải lại trang và thử lại."
    en = "The request did not come from our page. Reload the page and try again."


class PasskeyRefused(OfficerRefused):
    """The passkey's answer does not hold, for whatever reason: unknown, removed, forged, for another site."""

    code = "PASSKEY_REFUSED"
    vi = "Khóa truy cập không được chấp nhận."
    en = "The passkey was not accepted."


class ChallengeGone(OfficerRefused):
    """Nothing is asked of a passkey any more: answered before, too late, or for somebody else."""

    code = "CHALLENGE_GONE"
    vi = "Yêu cầu ký đã hết hạn hoặc đã được dùng. Hãy thử lại."
    en = "This request for a signature has lapsed or was used. Try again."


class LinkRefused(OfficerRefused):
    code = "LINK_REFUSED"
    vi = "Liên kết hoặc mã không dùng được: sai, đã dùng, đã quá 24 giờ, hoặc đã nhập sai mã quá nhiều lần."
    en = "This link or code cannot be used: wrong, used, older than 24 hours, or tried too often with a wrong code."


class EnoughPasskeys(OfficerRefused):
    code = "ENOUGH_PASSKEYS"
    status = 409
    vi = "Bạn đã có hai khóa truy cập. Hãy gỡ một khóa trước khi đăng ký khóa khác."
    en = "You have two passkeys. Remove one before you enroll another."


class LastPasskey(OfficerRefused):
    code = "LAST_PASSKEY"
    status = 409
    vi = "Không thể gỡ khóa truy cập này: đây là khóa duy nhất hoặc là khóa bạn đang dùng."
    en = "This passkey cannot be removed: it is your only one, or the one you signed in with."


class Malformed(OfficerRefused):
    """A form or body that no page of ours sends."""

    code = "MALFORMED"
    status = 400
    vi = "Yêu cầu không đọc được."
    en = "The request cannot be read."


class TooOften(OfficerRefused):
    """Strangers ask for challenges; so many from one address would fill the database with what nobody answers."""

    code = "RATE_LIMITED"
    status = 429
    vi = "Quá nhiều yêu cầu từ địa chỉ này. Hãy thử lại sau một phút."
    en = "Too many requests from this address. Try again in a minute."
