"""What a change answers when it was not made: one type for each way, all of them `Refusal`.

    ... on Refusal { code message }         covers all of them
    ... on Conflict { possibleAt }          where more can be said

A refusal is an answer, so it comes as `data` with status 200, and nothing was changed. `SignatureRequired` is none of
them: it is half a change, and says what the officer's passkey has to sign.
"""

from collections.abc import Mapping
from datetime import datetime

import strawberry

from auth.acts.refusals import ActRefused, TooSoon
from auth.acts.refusals import Invalid as ActInvalid


@strawberry.interface(description="Why a change was not made.")
class Refusal:
    code: str = strawberry.field(description="For programs: FORBIDDEN, NOT_FOUND, INVALID, CONFLICT and so on.")
    message: str = strawberry.field(description="For people.")


@strawberry.type(description="Whoever asks may not make this change, whatever it is about.")
class Forbidden(Refusal):
    code: str = "FORBIDDEN"


@strawberry.type(description="There is no such thing, or it is another agency's.")
class NotFound(Refusal):
    code: str = "NOT_FOUND"


@strawberry.type(description="The change could never be made as it is written.")
class Invalid(Refusal):
    code: str = "INVALID"
    names: list[str] = strawberry.field(
        description="Names in it that mean nothing here: scopes, units, codes.", default_factory=list
    )


@strawberry.type(description="The change does not fit the state of things.")
class Conflict(Refusal):
    code: str = "CONFLICT"
    possible_at: datetime | None = strawberry.field(
        description="Where waiting is all it takes: until when.", default=None
    )


@strawberry.type(description="The change takes a second person.")
class FourEyes(Refusal):
    code: str = "FOUR_EYES"


@strawberry.type(description="The proposal waited for too long.")
class Lapsed(Refusal):
    code: str = "LAPSED"


@strawberry.type(description="What the passkey signed is not accepted: begin the change again, without a signature.")
class SignatureRefused(Refusal):
    code: str = "STEP_UP_REQUIRED"


_TYPES: Mapping[str, type[Refusal]] = {
    "FORBIDDEN": Forbidden,
    "NOT_FOUND": NotFound,
    "FOUR_EYES": FourEyes,
    "LAPSED": Lapsed,
    "STEP_UP_REQUIRED": SignatureRefused,
}


def refusal_of(refused: ActRefused) -> Refusal:
    """The same refusal as it is answered."""
    if isinstance(refused, ActInvalid):
        return Invalid(message=refused.message, names=list(refused.names))
    if isinstance(refused, TooSoon):
        return Conflict(message=refused.message, possible_at=refused.possible_at)
    return _TYPES.get(refused.code, Conflict)(code=refused.code, message=refused.message)
