"""One request and its answer: under which id, for which of the agency's officers, and whether somebody is on record."""

from collections.abc import Callable

from ledger import Marked


class Exchange:
    """Carried from the request to its answer. An answer that starts over leaves its first record behind, marked."""

    __slots__ = ("_mark", "officer", "request_id", "token")

    def __init__(self, request_id: bytes) -> None:
        self.request_id = request_id
        self.officer: str | None = None
        """An account at the agency, as its client named it."""
        self.token: str | None = None
        """The access token, where a ticket is wanted that goes with it."""
        self._mark: Callable[[Marked], None] | None = None

    @property
    def is_on_record(self) -> bool:
        """True: what was looked at is on record, so whether the answer leaves is, too."""
        return self._mark is not None

    def recorded(self, mark: Callable[[Marked], None]) -> None:
        """A record was handed over, which `mark` marks."""
        self._mark = mark

    def withheld(self, why: Marked) -> None:
        """What was recorded does not leave."""
        if self._mark is not None:
            self._mark(why)
            self._mark = None
