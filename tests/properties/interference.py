"""One trial of non-interference: the same operation, asked by the same caller in both nations.

Whatever differs between them the caller may not learn, so status, headers and body must be the same bytes; nothing is
read before a refusal; and what PostgreSQL received names no column beyond those that were asked for and granted.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import parse

from auth.caller import Caller
from domains.kit.scopes import Verb
from graph.composed import Composed
from tests.moments import timeless
from tests.properties.bindings import ColumnName
from tests.properties.demands import Demands, Reading, demands_of
from tests.properties.eyes import Eyes
from tests.properties.met import Met
from tests.properties.nation import Nation
from tests.properties.operations import Operation
from tests.properties.received import ServerLog, of_registers, reads
from tests.properties.scrambled import keys, rule_columns
from tests.properties.served import Response, Served

VARYING = frozenset({b"date", b"x-request-id"})
SHAPE = frozenset({"LIMIT_EXCEEDED"})  # refusals of what is too large, whoever asks


class Interference(AssertionError):
    """Two nations that are the same to this caller gave different answers."""


class Overread(AssertionError):
    """PostgreSQL was asked for a column that this question does not take, or for anything before a refusal."""


class Misjudged(AssertionError):
    """The decision is not the one that the declarations call for."""


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Trial:
    """Both nations, served, and the log of the server that holds them."""

    composed: Composed
    nation: Nation
    first: Served
    second: Served
    log: ServerLog
    met: Met

    async def run(self, operation: Operation, demands: Demands, asks: Caller) -> None:
        """Ask in both nations. Raises Interference, Overread or Misjudged."""
        self.log.statements(())
        one = await self.first.ask(operation, asks)
        received = of_registers(self.composed, self.log.statements(self.first.connections()))
        other = await self.second.ask(operation, asks)
        if _compared(one) != _compared(other):
            raise Interference(f"{operation}\n{one.body!r}\n{other.body!r}")
        self._check_reads(received, demands, refused=one.status != 200)
        answer = json.loads(one.body)
        self._check_decision(answer, demands, asks)
        self.met.note(self.composed, one.status, answer, demands)

    def _check_reads(self, received: Collection[str], demands: Demands, *, refused: bool) -> None:
        if refused and received:
            raise Overread(f"read before a refusal: {received}")
        selectable = demands.shown | demands.joined | keys(self.composed)
        comparable = demands.joined | demands.compared | keys(self.composed) | rule_columns(self.composed)
        for sql in received:
            _within(reads(sql).selected, selectable, sql)
            _within(reads(sql).elsewhere, comparable, sql)

    def _check_decision(self, answer: Mapping[str, Any], demands: Demands, asks: Caller) -> None:
        said = {} if "data" in answer else _said(answer)
        if not SHAPE.intersection(said) and said != (expected := self._expected(demands, asks)):
            raise Misjudged(f"{said} instead of {expected}")

    def _expected(self, demands: Demands, asks: Caller) -> dict[str, frozenset[str]]:
        """The codes of the refusal with the scopes they name; nothing where the operation is granted."""
        if demands.scopes and asks.purpose is None:
            return {"PURPOSE_REQUIRED": frozenset()}
        if demands.speaks and asks.subject is None:
            return {"CONSENT_REQUIRED": frozenset()}
        missing: dict[str, set[str]] = {}
        for scope, verb in demands.scopes.items():
            if scope not in asks.rights.reach:
                missing.setdefault("LOOKUP_REQUIRED" if verb is Verb.LOOKUP else "SCOPE_REQUIRED", set()).add(scope)
        if missing:
            return {code: frozenset(scopes) for code, scopes in missing.items()}
        eyes = Eyes(self.composed, self.nation, asks)
        if any(self._is_out_of_reach(reading, eyes) for reading in demands.readings.values()):
            return {"OUT_OF_JURISDICTION": frozenset()}
        return {}

    def _is_out_of_reach(self, reading: Reading, eyes: Eyes) -> bool:
        reach = eyes.reach(reading.scopes)
        if reach.everywhere:
            return False
        is_nobodys = reading.table not in self.composed.rows
        if is_nobodys and (eyes.place(reading.table) is None or not reach.communes):
            return True
        return not reach or bool(reach.communes and {*reading.areas} - reach.communes)


def demanded(composed: Composed, operation: Operation) -> Demands:
    """What an operation takes."""
    return demands_of(composed, parse(operation.text), operation.variables)


def _compared(response: Response) -> tuple[Any, ...]:
    return (
        response.status,
        [header for header in response.headers if header[0] not in VARYING],
        timeless(response.body),  # the two are asked one after the other
    )


def _within(found: Collection[ColumnName], allowed: Collection[ColumnName], sql: str) -> None:
    if beyond := sorted({*found} - {*allowed}):
        raise Overread(f"{beyond} in {sql}")


def _said(answer: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    named: dict[str, set[str]] = {}
    for error in answer["errors"]:
        details = error["extensions"]
        named.setdefault(details["code"], set()).update({details["scope"]} if "scope" in details else ())
    return {code: frozenset(scopes) for code, scopes in named.items()}
