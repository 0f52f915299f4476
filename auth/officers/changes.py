"""What an officer changes about their own passkeys: signed like any other change, and recorded like one."""

from auth.acts.change import Change, Digest, OfficerId, Title


class EnrolSecond(Change, frozen=True, tag="passkey.enrol"):
    """Enroll another passkey beside the one that signs this."""

    officer: OfficerId
    label: Title


class RemovePasskey(Change, frozen=True, tag="passkey.remove"):
    """Accept this passkey no more. `passkey` is SHA-256 of its credential id, in hex."""

    officer: OfficerId
    passkey: Digest
