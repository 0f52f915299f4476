"""The ways in which a change is refused. Nothing was changed then.

Messages name what stands in lists (scopes, units, numbers of grants) and never repeat other text that was sent.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar


class ActRefused(Exception):
    """Why a change was not made. `code` is for programs, the message for people; both may be shown."""

    code: ClassVar[str]

    @property
    def message(self) -> str:
        return str(self)


class Forbidden(ActRefused):
    """Whoever asks may not make this change, whatever it is about."""

    code = "FORBIDDEN"


class StepUpRequired(ActRefused):
    """An officer's change that the officer's passkey did not sign, or signed as another change, or long ago."""

    code = "STEP_UP_REQUIRED"


class FourEyes(ActRefused):
    """The change takes a second person."""

    code = "FOUR_EYES"


class NotFound(ActRefused):
    """There is no such thing, or it is another agency's."""

    code = "NOT_FOUND"

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")


class Invalid(ActRefused):
    """The change could never be made as it is written. `names` are those in it that mean nothing here."""

    code = "INVALID"

    def __init__(self, message: str, names: Iterable[str] = ()) -> None:
        self.names = tuple(names)
        super().__init__(message)


class Conflict(ActRefused):
    """The change does not fit the state of things."""

    code = "CONFLICT"


class TooSoon(Conflict):
    """The change becomes possible by waiting, at `possible_at`."""

    def __init__(self, message: str, possible_at: datetime) -> None:
        self.possible_at = possible_at
        super().__init__(f"{message} It is possible from {possible_at:%Y-%m-%d %H:%M:%S} UTC.")


class Lapsed(ActRefused):
    """The proposal waited for too long."""

    code = "LAPSED"


class Undecided(Exception):
    """The database could not be asked, or left before it answered: whether the change was made is not known.

    Ask again with the same idempotency key: it is made once at most.
    """

    def __init__(self) -> None:
        super().__init__("The authority's database cannot be reached; ask again with the same idempotency key.")
