"""Scopes: their grammar, and the catalogue of those that exist.

Scopes are derived from the schema by the graph; here they are only names. There are no wildcards: a name is in the
catalogue, or it is refused.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

FIELD_VERBS = frozenset({"read", "lookup", "history", "watch"})
TYPE_VERBS = frozenset({"verify", "protected"})

_NAME = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_SCOPE = re.compile(rf"({_NAME}):({_NAME})(?:\.({_NAME}))?:([a-z]+)")
_SET = re.compile(rf"set:({_NAME})\.({_NAME})\.v([1-9][0-9]*)")
_LONGEST = 200


class UnknownScope(ValueError):
    """A name that is no scope or scope set of this installation. `names` are safe to print: they were checked."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(name if is_well_formed(name) else "(malformed)" for name in set(names)))
        super().__init__("unknown scope: " + " ".join(self.names))


@dataclass(frozen=True, slots=True)
class Scope:
    """One right: `<domain>:<type>.<field>:<verb>`, or `<domain>:<type>:<verb>` for a right over the type as a whole."""

    domain: str
    type: str
    field: str | None
    verb: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a scope; anything else, a wildcard too, is an `UnknownScope`."""
        match = _SCOPE.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            raise UnknownScope([text])
        domain, type_, field_, verb = match.groups()
        if domain == "set" or verb not in (TYPE_VERBS if field_ is None else FIELD_VERBS):
            raise UnknownScope([text])
        return cls(domain, type_, field_, verb)

    def __str__(self) -> str:
        owner = self.type if self.field is None else f"{self.type}.{self.field}"
        return f"{self.domain}:{owner}:{self.verb}"


def is_set(name: str) -> bool:
    """Whether a name is that of a scope set: `set:<domain>.<name>.v<number>`."""
    return len(name) <= _LONGEST and _SET.fullmatch(name) is not None


def is_well_formed(name: str) -> bool:
    """Whether a name has the form of a scope or of a scope set."""
    return len(name) <= _LONGEST and (_SET.fullmatch(name) or _SCOPE.fullmatch(name)) is not None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every scope and scope set of this installation, checked when it is made. Sets never hold other sets."""

    scopes: frozenset[str]
    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for scope in self.scopes:
            Scope.parse(scope)
        for name, members in self.sets.items():
            if not is_set(name):
                raise UnknownScope([name])
            if missing := members - self.scopes:
                raise UnknownScope(missing)

    def __contains__(self, name: object) -> bool:
        return name in self.scopes or name in self.sets

    def expand(self, names: Iterable[str]) -> frozenset[str]:
        """The scopes behind these names; sets are opened. An unknown name is an `UnknownScope`."""
        wanted = frozenset(names)
        if unknown := [name for name in wanted if name not in self]:
            raise UnknownScope(unknown)
        return self.known(wanted)

    def known(self, names: Iterable[str]) -> frozenset[str]:
        """Like `expand`, but names that no longer exist give nothing: a stored grant must not stop the server."""
        found: set[str] = set()
        for name in names:
            if name in self.scopes:
                found.add(name)
            else:
                found |= self.sets.get(name, frozenset())
        return frozenset(found)
