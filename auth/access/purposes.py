"""A token's one purpose, as it travels: RFC 9396 `authorization_details`.

The same structure is read from a token request, from a token, and from the rows that remember one. A case reference
has a fixed grammar whose parts are shorter than any number of a person, so that nobody writes one into it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from auth.caller import Purpose

DETAILS_TYPE = "urn:lienthong:purpose"

CASE_REFERENCE = r"^(?=.{3,48}\Z)[A-Z0-9]{1,8}([./-][A-Z0-9]{1,8}){1,7}\Z"
"""`H26.01-260115-0042`: capital letters and digits, 2 to 8 parts of at most 8, joined by `.`, `-` or `/`."""


AGENCY = r"^[A-Z][0-9]{2}([.][0-9]{2,3}){0,3}\Z"


class PurposeDetail(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One authorization detail: the purpose, the case, the law where the caller wants to state it.

    `on_behalf_of` names the agency whose rights a supplier's client wants to use (a delegation).
    """

    type: Literal["urn:lienthong:purpose"]
    purpose: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.]{0,63}\Z")]
    case_reference: Annotated[str, msgspec.Meta(pattern=CASE_REFERENCE)]
    legal_basis: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    on_behalf_of: Annotated[str, msgspec.Meta(pattern=AGENCY)] | None = None

    def purpose_of_caller(self) -> Purpose:
        return Purpose(self.purpose, self.legal_basis or "", self.case_reference)


OneDetail = Annotated[list[PurposeDetail], msgspec.Meta(min_length=1, max_length=1)]

_decoder = msgspec.json.Decoder(OneDetail)


class UnusablePurpose(ValueError):
    """The purpose cannot be read, or is not on the officers' list. The message is safe to send."""


def read_purpose(text: str, legal_bases: Mapping[str, str]) -> PurposeDetail:
    """Read the parameter of a token request against the list of purposes and the law of each, which is filled in."""
    try:
        (detail,) = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnusablePurpose(
            f"authorization_details must be a list of one object: type {DETAILS_TYPE}, purpose (a code of the list), "
            f"case_reference (such as H26.01-260115-0042), legal_basis if stated, and on_behalf_of (an agency) where a "
            f"supplier asks with its rights."
        ) from error
    basis = legal_bases.get(detail.purpose)
    if basis is None:
        raise UnusablePurpose("The purpose is not on the list of purposes.")
    if detail.legal_basis not in (None, basis):
        raise UnusablePurpose("The purpose stands on another legal basis; leave legal_basis out or state that one.")
    return msgspec.structs.replace(detail, legal_basis=basis)


def as_details(detail: PurposeDetail) -> list[dict[str, Any]]:
    """A purpose as it stands in tokens, in token responses, and in rows."""
    return [msgspec.to_builtins(detail)]


def kept_purpose(details: Any) -> PurposeDetail:
    """A purpose that was kept as `as_details` wrote it."""
    (detail,) = msgspec.convert(details, OneDetail)
    return detail
