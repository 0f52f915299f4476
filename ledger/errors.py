"""What can go wrong with the ledger, as its callers see it. No message holds a value of a person."""


class NotRecorded(Exception):
    """The disclosure is not known to be durable: the answer must be withheld (`DISCLOSURE_NOT_RECORDED`)."""

    def __init__(self, message: str = "the disclosure could not be recorded") -> None:
        super().__init__(message)


class NotAPersonalNumber(NotRecorded):
    """Somebody was to be recorded under something else than 12 digits; to guess who would falsify the ledger."""

    def __init__(self) -> None:
        super().__init__("a person can only be recorded under a personal number of 12 digits")


class NotASubject(NotRecorded):
    """An enterprise or parcel was to be recorded under something that is no key of one."""

    def __init__(self) -> None:
        super().__init__("an enterprise or parcel can only be recorded under its own key")


class LedgerUnreachable(Exception):
    """The ledger's database does not answer, or lacks the ledger's table."""
