"""Where citizens' keys are not: at a register that clients ask themselves, with no authority in between."""

from auth.access.subject import SubjectSeal
from auth.errors import Unauthenticated


class Unopened(SubjectSeal):
    """In place of the secret that only the authority holds. Nothing is sealed with it, and nothing opens."""

    def __init__(self) -> None:
        """Without a secret."""

    def open(self, _: str, __: str) -> str:
        raise Unauthenticated(
            "The access token speaks for a citizen, whom only the authority can name: ask the whole graph."
        )
