"""What goes on record for one answer: at whom each step looked, handed to the ledger before anything leaves.

An entry is due for every answer that reads, looks up or refuses personal data; not for public facts, introspection and
malformed requests. What is equal for many answers (the caller, the plan's steps) is packed once and remembered.
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from auth.caller import Caller
from graph import metrics
from graph.errors import Refused
from graph.exchange import Exchange
from graph.plan import Plan, Reached
from graph.plan import Step as PlanStep
from graph.run import People
from ledger import Definition, Ledger, Marked, NotRecorded, Operation, Outcome, Recipient, Step, Way

_WAYS = {
    Reached.OPENED: Way.OPENED,
    Reached.VERIFIED: Way.VERIFIED,
    Reached.LISTED: Way.LISTED,
    Reached.FOLLOWED: Way.REACHED,
}


class Record:
    """The entry of one answer, and what becomes known of it afterwards."""

    __slots__ = (
        "_at", "_caller", "_emergencies", "_exchange", "_ledger", "_on_trial", "_people", "_plan", "_written",
    )  # fmt: skip

    def __init__(
        self,
        ledger: Ledger,
        plan: Plan,
        caller: Caller,
        exchange: Exchange,
        emergencies: tuple[int, ...] = (),
        on_trial: Sequence[str] = (),
    ) -> None:
        """`emergencies` are the emergency grants it rests on; `on_trial`, what a narrowing on trial would refuse."""
        self._ledger = ledger
        self._plan = plan
        self._caller = caller
        self._exchange = exchange
        self._emergencies = emergencies
        self._on_trial = on_trial
        self._at = 0
        self._written: asyncio.Future[None] | None = None
        self._people: People = []

    @property
    def persons(self) -> int:
        """How many persons were handed over: whoever stands in several steps is one."""
        return len({person for _, persons in self._people for person in persons})

    def looked_at(self, people: People, others: People, found: bool) -> None:  # noqa: FBT001 -- as Run calls it
        """Hand over at whom the plan looks; called once, when its last personal step has said so.

        `others` are enterprises and parcels. `found`: guarded rows came, of which some name nobody and nothing.
        """
        plan = self._plan
        if not plan.is_personal:
            return
        self._people = people
        if self._emergencies:
            metrics.count_emergency()
        looked_at = [(plan.personal[number], persons) for number, persons in people if persons]
        if others:
            looked_at += [(plan.others[number], keys) for number, keys in others if keys]
        outcome = Outcome.GRANTED if looked_at or found else Outcome.NO_HIT
        self._written = self._record(outcome, looked_at, self._on_trial)
        self._exchange.recorded(self.withheld)

    async def refusal(self, refusal: Refused) -> None:
        """Put a refusal on record, with what was missing."""
        await self._record(Outcome.REFUSED, missing=refusal.missing)

    async def durable(self) -> None:
        """Wait until the entry cannot be lost. Raises NotRecorded, also where one is due and none was handed over."""
        if self._written is not None:
            await self._written
        elif self._plan.is_personal:
            raise NotRecorded

    def not_found(self, places: Sequence[int]) -> None:
        """Of these persons nothing was there: places among all that were handed over. Once the entry is durable."""
        self._ledger.not_found(self._exchange.request_id, self._at, places)

    def withheld(self, why: Marked) -> None:
        """The answer does not leave. What never became durable was no disclosure, and there is nothing to mark."""
        assert self._written is not None
        self._written.add_done_callback(partial(self._withheld, why))

    def _withheld(self, why: Marked, written: "asyncio.Future[None]") -> None:
        if not written.cancelled() and written.exception() is None:
            self._ledger.withheld(self._exchange.request_id, self._at, why)

    def _record(self, outcome: Outcome, looked_at: Any = (), missing: Sequence[str] = ()) -> "asyncio.Future[None]":
        self._at = time.time_ns() // 1_000
        return self._ledger.record(
            self._exchange.request_id,
            self._recipient(),
            self._operation(),
            outcome,
            looked_at,
            missing,
            officer=self._exchange.officer,
            at=self._at,
        )

    def _recipient(self) -> Definition[Recipient]:
        caller = self._caller
        # A citizen is named by a pseudonym, which is another one from month to month.
        epoch = None if caller.subject is None and caller.representative is None else self._ledger.key_epoch()
        key = (caller.purpose, caller.subject, caller.representative, epoch, self._emergencies, self._ledger)
        return caller.rights.remembered(key, self._define_recipient)

    def _define_recipient(self) -> Definition[Recipient]:
        caller, purpose = self._caller, self._caller.purpose
        return self._ledger.recipient(
            agency=caller.agency,
            client=caller.client,
            grants_revision=caller.rights.revision,
            purpose=purpose.code if purpose else None,
            legal_basis=purpose.legal_basis if purpose else None,
            case_reference=purpose.case_reference if purpose else None,
            on_behalf_of=caller.subject,
            supplier=caller.supplier,
            through=caller.through,
            representative=caller.representative,
            emergencies=self._emergencies,
        )

    def _operation(self) -> Definition[Operation]:
        plan = self._plan
        if plan.recorded_as is None:
            of_persons = [_step(plan.steps[number]) for number in plan.personal]
            of_others = [_step_about_others(plan.steps[number]) for number in plan.others]
            plan.recorded_as = self._ledger.operation(
                document=plan.fingerprint,
                name=plan.operation,
                steps=of_persons + of_others,
                needs={need.scope for need in plan.needs},
            )
        return plan.recorded_as


def _step(step: PlanStep) -> Step:
    return Step(".".join(step.path), tuple(step.reads), _WAYS[step.reached], tuple(step.looks_up))


def _step_about_others(step: PlanStep) -> Step:
    """The same reading, of the enterprises or parcels that its rows are about."""
    assert step.about is not None
    is_named = step.other == 0 and step.keys is not None and step.keys.given is not None
    way = Way.OPENED if is_named else _WAYS[step.reached]
    return Step(".".join(step.path), tuple(step.reads), way, tuple(step.looks_up), step.about)
