"""What an officer's passkey signed: proof that this officer made this change, checkable for as long as it is kept.

Made by `auth.officers.step_up` from a verified assertion, demanded by `perform`, kept in the record of the act. The
challenge that the passkey signed is SHA-256 of the nonce followed by the canonical JSON of the change, which stands in
the record beside it.
"""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

FRESH = timedelta(minutes=5)
"""How long after the signature a change may be made with it."""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A verified assertion over one change. Binary members are base64url without padding."""

    officer: str
    change: str
    """SHA-256 of the canonical JSON of the change, in hex: `canonical.digest`."""
    nonce: str
    credential: str
    client_data: str
    authenticator_data: str
    signature: str
    signed_at: Annotated[datetime, msgspec.Meta(tz=True)]

    def covers(self, officer: str, change: str, now: datetime) -> bool:
        """Whether this officer signed exactly this change, a moment ago."""
        return self.officer == officer and self.change == change and abs(now - self.signed_at) <= FRESH
