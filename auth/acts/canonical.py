"""The one way in which a value becomes bytes: what is signed, hashed and compared.

JSON with sorted keys, no spaces, UTF-8. Numbers are whole: a fraction has more than one spelling.
"""

import hashlib
import json
from typing import Any

import msgspec


class NotCanonical(ValueError):
    """The value holds something that has no single spelling in JSON."""


def canonical(value: object) -> bytes:
    """The canonical JSON of a value: structs, dates and sequences become what JSON has."""
    try:
        plain = msgspec.to_builtins(value, str_keys=True, order="deterministic")
        _refuse_fractions(plain)
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise NotCanonical("the value has no canonical JSON") from error


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hex: what stands for this value and no other."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, float):
        raise NotCanonical("a number with a fraction has no canonical JSON")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for member in value:
        _refuse_fractions(member)
