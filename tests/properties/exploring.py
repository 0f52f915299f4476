"""Explores one set of grants: drawn operations first, then a direct question for whatever was not met."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from hypothesis import given
from hypothesis import strategies as st

from domains.kit.fields import Link, Relation
from domains.kit.queries import Root, Way
from domains.kit.scopes import Verb
from tests.properties.arguments import Arguments, Draw
from tests.properties.bindings import Coordinate
from tests.properties.callers import communes
from tests.properties.drawing import drawing
from tests.properties.grants import Grants
from tests.properties.interference import Trial, demanded
from tests.properties.met import Met, scopes_of
from tests.properties.operations import Allowed, Operation, Writer, operations, route

Serve = Callable[[Grants, Met], AbstractAsyncContextManager[Trial]]
DIRECTLY = 25  # direct questions for one thing that was not met
ALTERNATIVES = 200  # of which those are asked that the grants allow


class Exploration:
    """One set of grants in a trial."""

    def __init__(
        self, trial: Trial, grants: Grants, arguments: Arguments, loop: asyncio.AbstractEventLoop, number: int
    ) -> None:
        self._trial = trial
        self._grants = grants
        self._arguments = arguments
        self._loop = loop
        self._number = number
        self._narrower = communes(trial.nation, 0.5, number)
        self._fields = [coordinate for coordinate, made in trial.composed.made.items() if made.binding is not None]
        self._dated = {scope for scope in grants.scopes if scope.endswith(f":{Verb.HISTORY}")} != set()

    def explore(self, examples: int) -> None:
        """Ask `examples` drawn operations. Raises what a trial raises, for the smallest operation found."""
        reachable = self._reachable(self.is_held)
        held = [aim for aim in reachable if self._scopes(aim)] or reachable
        drawn = [
            *(operations(self._arguments, held, self.is_held, dated=self._dated) for _ in range(3 if held else 0)),
            operations(self._arguments, self._reachable(_everything), _everything),
        ]

        @drawing(examples, self._number)
        @given(st.one_of(drawn), st.integers(0, 2**32 - 1))
        def ask(operation: Operation, choice: int) -> None:
            self._ask(operation, Draw(choice))

        ask()

    def complete(self) -> None:
        """Ask directly for the fields that these grants allow or leave out and that no drawn operation met."""
        met = self._trial.met
        for coordinate in self._reachable(self.is_held):
            for place in range(DIRECTLY):
                if not self._is_met(coordinate):
                    self._ask(self._direct(coordinate, self.is_held, place), None)
        for coordinate in self._reachable(_everything):
            for scope in [*self._scopes(coordinate) - self._grants.scopes - met.refused]:
                for place in range(DIRECTLY):
                    if scope not in met.refused:
                        self._ask(self._direct(coordinate, _everything, place), None)
        self._complete_ways_in()

    def _complete_ways_in(self) -> None:
        """Ask by those of a way's alternatives that these grants allow, though they leave out others."""
        for coordinate in self._reachable(_everything):
            if coordinate[0] != "Query" or self._is_met(coordinate):
                continue
            for place in range(ALTERNATIVES):
                operation = self._direct(coordinate, _everything, place)
                is_allowed = demanded(self._trial.composed, operation).scopes.keys() <= self._grants.scopes
                if is_allowed and not self._is_met(coordinate):
                    self._ask(operation, None)

    def failures(self, aim: Coordinate, questions: int) -> Counter[str]:
        """How often direct questions for one field fail in which way, whether the grants allow it or not."""
        found: Counter[str] = Counter()
        for place in range(questions):
            try:
                self._ask(self._direct(aim, _everything, place), None)
            except AssertionError as failure:
                found[type(failure).__name__] += 1
        return found

    def _ask(self, operation: Operation, draw: Draw | None) -> None:
        demands = demanded(self._trial.composed, operation)
        holders = self._grants.holders()
        asks = holders[-1 if demands.speaks else 0]
        if draw is not None:
            asks = self._grants.holder(demands, self._narrower, draw)
        self._loop.run_until_complete(self._trial.run(operation, demands, asks))

    def _direct(self, coordinate: Coordinate, allowed: Allowed, place: int) -> Operation:
        return Writer(self._arguments, Draw(place), allowed, dated=self._dated, left=0).operation(coordinate)

    def _is_met(self, coordinate: Coordinate) -> bool:
        met = self._trial.met
        if coordinate[0] == "Query":
            return coordinate[1] in met.hit and coordinate[1] in met.missed
        is_hop = isinstance(self._trial.composed.made[coordinate].binding, Link | Relation)
        return coordinate in met.crossed if is_hop else coordinate in met.granted

    # --- what these grants allow -------------------------------------------------------------------------------------

    def is_held(self, type_name: str, name: str) -> bool:
        """Whether the grants let a field be asked for."""
        made = self._trial.composed.made[type_name, name]
        if isinstance(made.binding, Root):
            is_mine = made.binding.way is Way.SELF
            return is_mine or (
                not self._grants.reach.oneself and self._scopes((type_name, name)) <= self._grants.scopes
            )
        return made.right is None or made.right.data_class.is_public or made.right.scope() in self._grants.scopes

    def _scopes(self, coordinate: Coordinate) -> set[str]:
        return {*scopes_of(self._trial.composed, coordinate)}

    def _reachable(self, allowed: Allowed) -> list[Coordinate]:
        schema = self._trial.composed.schema
        return [aim for aim in self._fields if allowed(*aim) and route(schema, aim, allowed)]


def _everything(_type_name: str, _name: str) -> bool:
    return True
