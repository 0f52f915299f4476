"""Names of rights, derived from the schema and never typed by hand (docs/decisions/0004).

`<domain>:<type>.<field>:<verb>` in snake_case; a right of a whole type leaves the field out. A scope set is a name for
many of them, immutable once released: tokens and grants may carry it, a wider one gets the next version.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Verb(StrEnum):
    """What a right allows with the field it names."""

    READ = "read"
    LOOKUP = "lookup"  # finding somebody by this field, which is not reading it
    HISTORY = "history"  # any date but today
    VERIFY = "verify"  # yes or no, and nothing else
    WATCH = "watch"  # being told of changes
    PROTECTED = "protected"  # protected persons too


@cache
def snake(name: str) -> str:
    """GraphQL name to scope name: `dateOfBirth` -> `date_of_birth`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def field_scope(domain: str, type_name: str, field_name: str, verb: Verb) -> str:
    """The right to do `verb` with one field, e.g. `identity:citizen.date_of_birth:read`."""
    return f"{domain}:{snake(type_name)}.{snake(field_name)}:{verb}"


def type_scope(domain: str, type_name: str, verb: Verb) -> str:
    """The right to do `verb` with a whole type, e.g. `identity:citizen:verify`."""
    return f"{domain}:{snake(type_name)}:{verb}"


@dataclass(frozen=True, slots=True)
class ScopeSet:
    """A released bundle of one domain's scopes, e.g. `set:identity.basic.v1`.

    `scopes` are written without the domain (`citizen.full_name:read`), which the name gives; the composer refuses
    to start when one of them does not exist.
    """

    name: str
    title: str
    scopes: tuple[str, ...]

    def expanded(self) -> frozenset[str]:
        """The full scope names."""
        domain = self.name.removeprefix("set:").split(".")[0]
        return frozenset(f"{domain}:{scope}" for scope in self.scopes)
