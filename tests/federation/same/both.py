"""The two shapes of one graph side by side, over the same registers, grants and keys; asked the same, heard alike."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.properties.operations import Operation

TOKEN_S = 120.0  # of the five minutes that a token lives
TYPES = {"content-type": "application/json", "accept": "application/graphql-response+json"}
A_CURSOR = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)  # sealed by whoever gave it; no other value has this form

Answer = tuple[int, Any]


@dataclass(slots=True)
class Tokens:
    """Access tokens by caller, renewed in time."""

    fetch: Callable[[str], str]
    _known: dict[str, tuple[float, str]] = field(default_factory=dict)

    def of(self, caller: str) -> str:
        at, token = self._known.get(caller, (float("-inf"), ""))
        if time.monotonic() - at > TOKEN_S:
            token = self.fetch(caller)
            self._known[caller] = (time.monotonic(), token)
        return token


@dataclass(frozen=True, slots=True)
class Shape:
    """One address of the graph."""

    url: str
    tokens: Tokens

    def ask(self, operation: Operation, caller: str) -> Answer:
        """Status and body."""
        return self.send(operation.body, authorization=f"Bearer {self.tokens.of(caller)}")

    def send(self, body: bytes, **headers: str) -> Answer:
        """Whatever a client sends, and what comes back."""
        request = urllib.request.Request(self.url, body, {**TYPES, **headers})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


@dataclass(frozen=True, slots=True)
class Both:
    """One process, and the registers behind the gateway."""

    whole: Shape
    together: Shape
    registers: Mapping[str, int]
    """The process of each register behind the gateway, by its name."""


def meant(answer: Answer) -> Any:
    """What an answer says: data as they are, but that a cursor is there; errors whole, in whatever order."""
    status, body = answer
    return status, _unsealed(body.get("data")), sorted(body.get("errors", ()), key=json.dumps)


def sources(answer: Answer) -> set[tuple[str, bool]]:
    """The registers of which an answer speaks, and whether it knows from when they are."""
    said = answer[1].get("extensions", {}).get("sources", {})
    return {(name, each["asOf"] is not None) for name, each in said.items()}


def _unsealed(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _unsealed(value) for key, value in data.items()}
    if isinstance(data, list):
        return [*map(_unsealed, data)]
    return A_CURSOR if isinstance(data, str) and A_CURSOR.fullmatch(data) else data
