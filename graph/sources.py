"""From when an answer is: for each register that an operation reads, a moment up to which it shows every change.

Said with each answer (`extensions.sources`), by the register's name, as this machine's clock tells time. Which
registers are named is known from the operation alone, so that nothing is told of what was found in them. Behind the
gateway one that nothing led to was not asked, and is not named: the data say as much.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import orjson

from graph.errors import Code
from graph.plan import Plan
from graph.run import Databases

Moments = Sequence[int]  # seconds since 1970, of each register that a plan reads, in the plan's order

AWAY = frozenset({Code.SOURCE_UNAVAILABLE, Code.DEADLINE_EXCEEDED})


class Sources:
    """What the answers of one process say of the registers behind it."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._said: dict[Sequence[str], tuple[Moments, bytes]] = {}  # equal for all answers of a second

    def moments(self, plan: Plan) -> Moments:
        """To be asked for before the operation is run, and said once it was."""
        return [int(self._databases[name].as_of()) for name in plan.registers]

    def with_sources(self, body: bytes, plan: Plan, moments: Moments, failed: Mapping[int, Code]) -> bytes:
        """The body of an answer, a JSON object, with the registers that it was read from."""
        if not moments:
            return body
        return body[:-1] + (
            self._extensions(plan, moments, _away(plan, failed)) if failed else self._all(plan, moments)
        )

    def _all(self, plan: Plan, moments: Moments) -> bytes:
        known, said = self._said.get(plan.registers, ((), b""))
        if known != moments:
            said = self._extensions(plan, moments, ())
            self._said[plan.registers] = moments, said
        return said

    def _extensions(self, plan: Plan, moments: Moments, away: Collection[str]) -> bytes:
        """The end of the object that the body is."""
        sources = {
            name: {"asOf": None if name in away else datetime.fromtimestamp(moment, UTC)}
            for name, moment in zip(plan.registers, moments, strict=True)
        }
        return b"," + orjson.dumps({"extensions": {"sources": sources}}, option=orjson.OPT_UTC_Z)[1:]


def _away(plan: Plan, failed: Mapping[int, Code]) -> Collection[str]:
    """Registers of which something did not come."""
    return {plan.steps[number].domain for number, code in failed.items() if code in AWAY}
