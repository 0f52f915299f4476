"""The flow of every question, one call per step: compile, decide, run, record, respond.

This is the one place where these lines stand together. Nothing is read before the decision, and nothing leaves before
the ledger says that the disclosure is durable (laws 2 and 5). Where time passes on the way, the caller is confirmed
before it goes on (law 6): between steps, before the record is handed over, and by the endpoint before the answer is
sent.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import orjson

from auth.caller import Caller
from auth.policy.counting import Counting
from auth.policy.quotas import Reservation
from graph import disclosure, failures, introspection, limits
from graph.compile import compile_operation
from graph.composed import Composed
from graph.cursors import Cursors
from graph.decide import Decide, Granted, check_areas, decide, exhausted, on_trial
from graph.document import Document, Documents, Operation, Shape
from graph.errors import Refused
from graph.exchange import Exchange
from graph.inputs import Values
from graph.kept import Kept
from graph.places import Places
from graph.plan import Asked, Plan
from graph.run import Databases, Run
from graph.sources import Moments, Sources
from ledger import Ledger

CITIZENS_PER_DECISION = 100  # a portal's citizens share its rights, and each has a decision
PLANS, PLAN_BYTES = 4_000, 128 * 2**20
BYTES_PER_STEP = 10_000  # of a plan: its code and the variants of its statement, measured


class Question(msgspec.Struct, frozen=True, gc=False):
    """A request of GraphQL over HTTP, read but not understood."""

    text: str
    operation_name: str | None
    variables: Mapping[str, Any]
    by_name: bool = False  # the text is a registered one, which its caller did not send


class Graph:
    """The composed graph of one process: what it knows, and what it reads from and writes to."""

    def __init__(  # noqa: PLR0913 -- the parts of a process, put together once
        self,
        composed: Composed,
        databases: Databases,
        ledger: Ledger,
        cursors: Cursors,
        deadline_seconds: float,
        *,
        confirm: Callable[[Caller], None],
        quotas: Counting,
        decide: Decide = decide,
    ) -> None:
        """`confirm` raises where what a caller was admitted with no longer holds (`Authority.confirm`)."""
        self.composed = composed
        self._decide = decide
        self._confirm = confirm
        self._quotas = quotas
        self._databases = databases
        self._sources = Sources(databases)
        self._ledger = ledger
        self._cursors = cursors
        self._deadline = deadline_seconds
        self._documents = Documents(composed.schema)
        self._plans: Kept[tuple[Operation, Shape], Plan] = Kept(PLANS, PLAN_BYTES, size_of)

    def new_request_id(self) -> bytes:
        """A UUIDv7, under which the ledger knows the request."""
        return self._ledger.new_request_id()

    async def answer(self, question: Question, caller: Caller, exchange: Exchange) -> bytes:
        """The answer's body, to be sent if the caller is still confirmed then.

        Raises Refused, `ledger.NotRecorded` and what `confirm` raises: then nothing is sent.
        """
        plan, asked, granted = await self._granted(question, caller, exchange)
        noted = on_trial(granted, asked) if granted.tried is not None else ()
        record = disclosure.Record(self._ledger, plan, caller, exchange, granted.emergencies, noted)
        room = await self._room(plan, granted, asked, record, caller) if granted.limits else None
        try:
            moments = self._sources.moments(plan)
            run = Run(plan, granted, asked, self._databases, record.looked_at, partial(self._confirm, caller))
            await self._finished(run)
            body, not_found = self._body(plan, run, question, moments), run.not_found()
            del run
            await record.durable()
            if not_found:
                record.not_found(not_found)
            return body
        finally:
            if room is not None:
                self._quotas.settle(room, record.persons)

    async def charged(self, question: Question, caller: Caller, exchange: Exchange) -> tuple[Plan, Asked]:
        """The same decision for an operation that is run elsewhere, where nobody says here whom it looked at.

        So the daily limits are charged with the most that it can. Raises what `answer` raises.
        """
        plan, asked, granted = await self._granted(question, caller, exchange)
        if granted.limits:
            record = disclosure.Record(self._ledger, plan, caller, exchange)
            room = await self._room(plan, granted, asked, record, caller)
            self._quotas.settle(room, room.at_most)
        return plan, asked

    async def _granted(self, question: Question, caller: Caller, exchange: Exchange) -> tuple[Plan, Asked, Granted]:
        """Compiled and decided. A refusal is on record when it is raised."""
        plan, values = self.compile(question)
        asked = Asked(values, caller.subject, caller.client)
        limits.check_cost(plan.cost(asked))
        granted = self.decide(plan, caller)
        refusal = granted if isinstance(granted, Refused) else check_areas(granted, asked)
        if refusal is not None:
            await disclosure.Record(self._ledger, plan, caller, exchange).refusal(refusal)
            raise self.places(question).refusal(refusal)
        assert isinstance(granted, Granted)
        return plan, asked, granted

    def compile(self, question: Question) -> tuple[Plan, Values]:
        """The plan, and the values that a request brings. Raises Refused for what does not parse, validate or fit."""
        document, typed = self._documents.get(question.text)
        operation = document.operation(question.operation_name)
        values = operation.values(question.variables, typed)
        return self._plan(operation, values), values

    def decide(self, plan: Plan, caller: Caller) -> Granted | Refused:
        """The decision, remembered with the plan for as long as the rights live on which it rests."""
        known = plan.decisions.setdefault(caller.rights, {})
        key = (caller.purpose is None, caller.subject)
        decision: Granted | Refused | None = known.get(key)
        if decision is None:
            if len(known) >= CITIZENS_PER_DECISION:
                known.clear()
            decision = known[key] = self._decide(plan, caller)
        return decision

    def _plan(self, operation: Operation, values: Values) -> Plan:
        key = (operation, operation.shape(values))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans.put(key, self.compiled(operation, key[1]))
        return plan

    def document(self, text: str) -> Document:
        """The operations of a text. Raises Refused for what does not parse, validate or fit."""
        return self._documents.get(text)[0]

    def places(self, question: Question) -> Places:
        """Where the fields of a question that was compiled stand in its text."""
        return Places(question.text, self.document(question.text).operation(question.operation_name))

    def compiled(self, operation: Operation, shape: Shape) -> Plan:
        """A plan that nobody has asked for yet."""
        return compile_operation(self.composed, self._cursors, operation, shape)

    async def _room(
        self, plan: Plan, granted: Granted, asked: Asked, record: disclosure.Record, caller: Caller
    ) -> Reservation:
        """Room for all whom the request could look at, under the daily limits of its grants; or it is refused."""
        room = await self._quotas.reserve(granted.limits, plan.most_persons(asked))
        if not isinstance(room, Reservation):
            refusal = exhausted(room)
            await record.refusal(refusal)
            raise refusal
        try:
            self._confirm(caller)
        except BaseException:
            self._quotas.settle(room, 0)
            raise
        return room

    async def _finished(self, run: Run) -> None:
        """Wait for the rows, at most until the deadline; a request that is canceled leaves its batches."""
        finished = run.start()
        if finished.done():
            return
        timer = asyncio.get_running_loop().call_later(self._deadline, run.expire)
        try:
            await finished
        except asyncio.CancelledError:
            run.leave()
            raise
        finally:
            timer.cancel()

    def _body(self, plan: Plan, run: Run, question: Question, moments: Moments) -> bytes:
        data = plan.build(run.rows, run.arguments)
        if plan.introspects:
            data.update(introspection.answer(self.composed.schema, question, data))
        answer: dict[str, Any] = {"data": data}
        missing = failures.errors(plan, run.failed, data)
        if missing:  # nothing is, where what failed stands below somebody who is not there
            errors = self.places(question).failures(missing)
            answer = {"errors": [error.as_json() for error in errors], "data": data}
        return self._sources.with_sources(orjson.dumps(answer), plan, moments, run.failed)


def size_of(plan: Plan) -> int:
    """About the bytes that a plan takes up."""
    return (1 + len(plan.steps)) * BYTES_PER_STEP
