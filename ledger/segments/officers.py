"""How a client may name the agency's officer at whose desk it asks: an account name of the agency's own, no number.

The name goes on record in clear, for the agency's auditors, and is erased with the persons.
"""

import re

OFFICER_LENGTH = 64
"""Characters at most."""

_NAME = re.compile(rf"[A-Za-z0-9._-]{{1,{OFFICER_LENGTH}}}")
_SEPARATORS = str.maketrans("", "", "._-")
_LIKE_A_NUMBER = re.compile(r"[0-9]{9}")
"""Nine digits are the shortest number of a person (the identity card of old), however they are set apart."""


def names_an_officer(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _LIKE_A_NUMBER.search(name.translate(_SEPARATORS)) is None
