"""Between HTTP and Authlib: a request as Authlib reads it, and the form it is made from.

Hostile input ends here. Authlib copies some parameters into error descriptions and fails on characters that may not
stand there, so nothing passes that RFC 6749 (appendix A) does not allow.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from sqlalchemy.orm import Session

from auth.access.proofs import Proof
from auth.access.purposes import PurposeDetail

FORM = "application/x-www-form-urlencoded"
LONGEST_BODY = 64 * 1024
MOST_PARAMETERS = 50

_PRINTABLE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
_ANYTHING_BUT_CONTROLS = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")
_LONGEST = {"grant_type": 64, "scope": 16 * 1024, "client_assertion": 8 * 1024}
_LONGEST_OTHER = 4 * 1024


class TokenRequest(OAuth2Request):
    """A request of a client to one of the endpoints of the OAuth server.

    `citizen` is never a parameter: it is set in process, by whoever signed the citizen in. `proof` is one that is good
    for this request, and was not looked for among those already used: that is done once the client is authenticated.
    """

    def __init__(self, uri: str, form: dict[str, str], session: Session, citizen: str | None = None) -> None:
        super().__init__("POST", uri)
        self.payload: BasicOAuth2Payload = BasicOAuth2Payload(form)
        self.session, self.citizen = session, citizen
        self.detail: PurposeDetail | None = None
        self.proof: Proof | None = None
        self._form = form

    @property
    def jkt(self) -> str | None:
        """The thumbprint of the key that the client showed with this request."""
        return self.proof.jkt if self.proof else None

    @property
    def form(self) -> dict[str, str]:
        return self._form

    @property
    def args(self) -> dict[str, str | None]:
        """Nothing is read from the query: credentials do not belong in addresses (RFC 6749, 2.3.1)."""
        return {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint says, before it is bytes."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """The parameters of a request, each once and well-formed, or `InvalidRequestError`."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise InvalidRequestError(f"The request body must be {FORM}.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise InvalidRequestError("The request body cannot be read.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequestError("A parameter is given twice.")
    for name, value in pairs:
        check_parameter(name, value)
    return {name: value for name, value in pairs if value}


def check_parameter(name: str, value: str) -> None:
    """Only `authorization_details` holds characters that an error description may not."""
    allowed = _ANYTHING_BUT_CONTROLS if name == "authorization_details" else _PRINTABLE
    if len(value) > _LONGEST.get(name, _LONGEST_OTHER) or not allowed.fullmatch(value):
        raise InvalidRequestError("A parameter is too long or holds characters that are not allowed.")
