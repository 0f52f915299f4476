"""The code that goes with an enrollment link: told to whoever proposed, while the link is told to whoever approved.

So two people have to tell an officer something before anybody enrolls in that officer's name; neither does it alone.
A code is spoken and typed: letters and digits that are not taken for each other, and forgiven where they were. It has
80 bits, so that who reads the digest finds no code; who guesses at the page has few tries.
"""

import hmac
import re
import secrets

from auth.opaque import digest

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
GROUP = 4
MOST_TRIES = 5
"""So many wrong codes, and the link is dead."""

_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")


def fresh() -> str:
    """A new code, in groups: ABCD-EFGH-JKMN-PQRS."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def kept(code: str) -> bytes:
    """What is kept of a code."""
    return digest(_read(code))


def is_right(given: str, kept: bytes | None) -> bool:
    """Whether this is the code. A link that the machine itself printed has none: there is no second person yet."""
    letters = _read(given)
    return kept is None or (letters != "" and hmac.compare_digest(digest(letters), kept))


def _read(given: str) -> str:
    """The letters that were meant; empty where no code was written."""
    letters = given.upper().translate(_MEANT) if given.isascii() else ""
    return letters if _CODE.fullmatch(letters) else ""
