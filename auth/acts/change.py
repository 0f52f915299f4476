"""What a change is: a value with a name, and the texts that may stand in one.

Texts hold no control characters and none that hide or turn letters: an officer must be able to trust what the eye
sees. Patterns are checked by `checked`, whoever made the value.
"""

import json
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from auth.access.purposes import AGENCY
from auth.acts.canonical import canonical
from auth.acts.refusals import Conflict, Invalid

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_PLAIN = rf"^[^{_CONTROLS}\ud800-\udfff]*\Z"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]*\Z"

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_PLAIN)]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_PLAIN)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_PLAIN)]
Lines = Annotated[str, msgspec.Meta(min_length=1, pattern=_LINES)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
AgencyId = Annotated[str, msgspec.Meta(pattern=AGENCY)]
ClientId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~-]{1,48}\Z")]
OfficerId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,47}\Z")]
PurposeCode = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[a-z][a-z0-9_]*([.][a-z0-9_]+)*\Z")]
UnitCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]{1,8}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Names = Annotated[tuple[Word, ...], msgspec.Meta(max_length=2000)]


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act"):
    """A change that somebody wants to make. Its tag is the name of the act."""

    def concerns(self) -> str | None:
        """The officer whom the change is about: who never approves it."""
        return None

    def recorded(self) -> Any:
        """What the record of acts keeps of it: all, unless a citizen's own words stand in it."""
        return as_json(self)


Given = TypeVar("Given", bound=Change)


def act_of(change: Change | type[Change]) -> str:
    """The name of the act that makes this change: `grant.revoke`."""
    return str(change.__struct_config__.tag)


def checked(change: Given) -> Given:
    """The change, read back from its own JSON: every type, pattern and limit holds, or `Invalid` is raised."""
    try:
        canonical(change)
        return msgspec.convert(msgspec.to_builtins(change), type(change))
    except msgspec.ValidationError as error:
        raise Invalid(f"The change is not well formed{place(error)}.") from error
    except (ValueError, TypeError) as error:
        raise Invalid("The change is not well formed.") from error


def place(error: msgspec.ValidationError) -> str:
    """Where the fault is. The rest of the library's message may repeat what was sent."""
    _, found, place = str(error).partition(" - at ")
    return f" at {place.strip('`')}" if found and "..." not in place else ""


def kept(value: object, kind: Any) -> Any:
    """What a row keeps, as a value again; rows that an earlier program wrote may hold what is not read any more."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Conflict("This was written down in a form that is not read any more; it has to be made anew.") from error


def as_json(value: object) -> Any:
    """The value as it is kept in a column of JSON, and read back from it."""
    return json.loads(canonical(value))
