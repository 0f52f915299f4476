"""Refusals of the OAuth server that Authlib does not know. Descriptions follow RFC 6749, appendix A: no quotes."""

from typing import Any

from authlib.oauth2 import OAuth2Error


class InvalidAuthorizationDetails(OAuth2Error):
    """RFC 9396: the purpose cannot be used."""

    error = "invalid_authorization_details"


class InvalidDPoPProof(OAuth2Error):
    """RFC 9449: the proof does not do, or one is needed, or none may be sent."""

    error = "invalid_dpop_proof"


class UseDPoPNonce(OAuth2Error):
    """RFC 9449: the same with the nonce that the answer carries would do."""

    error = "use_dpop_nonce"


class InvalidTarget(OAuth2Error):
    """RFC 8707: no token is made for that resource."""

    error = "invalid_target"


class TooManyRequests(OAuth2Error):
    """More requests than a client may send; `Retry-After` says when there is room again."""

    error = "temporarily_unavailable"
    status_code = 429

    def __init__(self, whose: str, wait_s: int) -> None:
        super().__init__(f"Too many requests {whose}; wait {wait_s} seconds.")
        self._wait_s = wait_s

    def get_headers(self) -> list[Any]:
        return [*super().get_headers(), ("Retry-After", str(self._wait_s))]
