"""Nonces for proofs (RFC 9449, sections 8 and 9), without memory: every process makes and accepts the same.

A nonce is a MAC over the minute. The one of this minute and of the last are accepted, so a proof cannot be made long
before it is used, whatever the clock of the client says.
"""

import hmac
from base64 import urlsafe_b64encode

from auth import clock

WINDOW_S = 60
KEY_BYTES = 32


class Nonces:
    """All processes of an installation hold the same secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"the key of nonces must have {KEY_BYTES} bytes")
        self._secret = secret
        self._window, self._current = -1, ""

    def current(self) -> str:
        """The nonce to send with an answer."""
        window = int(clock.wall()) // WINDOW_S
        if window != self._window:
            self._window, self._current = window, self._of(window)
        return self._current

    def accepts(self, nonce: str) -> bool:
        """Whether this is the nonce of this minute or of the last."""
        window = int(clock.wall()) // WINDOW_S
        return nonce == self.current() or hmac.compare_digest(nonce.encode(), self._of(window - 1).encode())

    def _of(self, window: int) -> str:
        mac = hmac.digest(self._secret, b"dpop nonce\0" + window.to_bytes(8, "big"), "sha256")
        return urlsafe_b64encode(mac[:18]).decode()
