"""What goes on record for one answer: at whom each step looked, handed to the ledger before anything leaves.

An entry is due for every answer that reads, looks up or refuses personal data; not for public facts, introspection and
malformed requests. What is equal for many answers (the caller, the plan's steps) is packed once and remembered.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from auth.caller import Caller
from graph import metrics
from graph.errors import Refused
from graph.plan import Plan, Reached
from graph.run import People
from ledger import Definition, Ledger, NotRecorded, Operation, Outcome, Recipient, Step, Way

_WAYS = {Reached.OPENED: Way.OPENED, Reached.LISTED: Way.LISTED, Reached.FOLLOWED: Way.REACHED}


class Record:
    """The entry of one answer."""

    __slots__ = ("_caller", "_emergencies", "_ledger", "_on_trial", "_people", "_plan", "_request_id", "_written")

    def __init__(
        self,
        ledger: Ledger,
        plan: Plan,
        caller: Caller,
        request_id: bytes,
        emergencies: tuple[int, ...] = (),
        on_trial: tuple[str, ...] = (),
    ) -> None:
        """`emergencies` are the emergency grants it rests on; `on_trial`, what a narrowing on trial would refuse."""
        self._ledger = ledger
        self._plan = plan
        self._caller = caller
        self._written: asyncio.Future[None] | None = None
        self._people: People = []
        self._request_id = request_id
        self._emergencies = emergencies
        self._on_trial = on_trial

    @property
    def persons(self) -> int:
        """How many persons were handed over: whoever stands in several steps is one."""
        return len({person for _, persons in self._people for person in persons})

    def looked_at(self, people: People, found: bool) -> None:  # noqa: FBT001 -- as Run calls it
        """Hand over at whom the plan looks; called once, when its last personal step has said so.

        `found`: guarded rows came, which may be about nobody: a parcel's address, an enterprise's capital.
        """
        if not self._plan.personal:
            return
        self._people = people
        if self._emergencies:
            metrics.count_emergency()
        places = self._plan.personal
        looked_at = [(places[number], persons) for number, persons in people if persons]
        outcome = Outcome.GRANTED if looked_at or found else Outcome.NO_HIT
        self._written = self._record(outcome, looked_at, self._on_trial)

    async def refusal(self, refusal: Refused) -> None:
        """Put a refusal on record, with what was missing."""
        await self._record(Outcome.REFUSED, missing=refusal.missing)

    async def durable(self) -> None:
        """Wait until the entry cannot be lost. Raises NotRecorded, also where one is due and none was handed over."""
        if self._written is not None:
            await self._written
        elif self._plan.personal:
            raise NotRecorded

    def _record(self, outcome: Outcome, looked_at: Any = (), missing: Sequence[str] = ()) -> "asyncio.Future[None]":
        return self._ledger.record(self._request_id, self._recipient(), self._operation(), outcome, looked_at, missing)

    def _recipient(self) -> Definition[Recipient]:
        caller = self._caller
        key = (caller.purpose, caller.subject, caller.representative, self._emergencies, self._ledger)
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
            steps = [
                Step(".".join(step.path), tuple(step.reads), _WAYS[step.reached], tuple(step.looks_up))
                for step in plan.steps
                if step.is_personal
            ]
            plan.recorded_as = self._ledger.operation(document=plan.fingerprint, name=plan.operation, steps=steps)
        return plan.recorded_as
