"""From when an answer is: the one part of it that another second would have said otherwise."""

import re

MOMENT = re.compile(rb'(?<="asOf":)"[^"]*"')


def timeless(body: bytes) -> bytes:
    """The body, whatever the second in which it was made."""
    return MOMENT.sub(b'""', body)
