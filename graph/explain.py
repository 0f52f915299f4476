"""The flow without reading anything: what an operation would do, what it needs, what the caller holds and lacks.

For developers before they write code, and for officers who want to see what a question means: under whose rights it
would run, which grants supply what, which of them are emergencies, and how many persons count against a daily limit.
Nothing is run, so nothing goes on record; what the caller holds is said to the caller alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from auth.caller import Caller
from domains.kit.rules import Rule
from graph import limits
from graph.answer import Graph, Question
from graph.decide import Granted, check_areas
from graph.errors import Refused
from graph.exchange import Exchange
from graph.plan import Asked, Need, Plan, Step


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said about one operation for one caller."""

    plan: Plan
    caller: Caller
    decision: Granted | Refused
    cost: int
    most_persons: int

    def as_json(self) -> dict[str, Any]:
        """The explanation as it is sent by `/graphql/explain`."""
        needs = [self._need(need) for need in self.plan.needs]
        return {
            "operation": self.plan.operation,
            "caller": self._caller(),
            "verdict": "granted" if isinstance(self.decision, Granted) else "refused",
            "cost": {"points": self.cost, "limit": limits.COST},
            "persons": {"atMost": self.most_persons},
            "emergencies": list(self.decision.emergencies) if isinstance(self.decision, Granted) else [],
            "needed": needs,
            "held": [need["scope"] for need in needs if need["held"]],
            "missing": [need["scope"] for need in needs if not need["held"]],
            "refusals": [error.as_json() for error in self.decision.errors]
            if isinstance(self.decision, Refused)
            else [],
            "steps": [self._step(step) for step in self.plan.steps if step.parent is None],
        }

    def _caller(self) -> dict[str, Any]:
        """Whose rights they are: of `agency`, used by its own client or by one of `supplier`, perhaps for others."""
        caller = self.caller
        return {
            "agency": caller.agency,
            "client": caller.client,
            "supplier": caller.supplier,
            "through": list(caller.through),
            "purpose": caller.purpose.code if caller.purpose else None,
            "forCitizen": caller.subject is not None,
            "byRepresentative": caller.representative is not None,
            "registeredOnly": caller.registered_only,
        }

    def _need(self, need: Need) -> dict[str, Any]:
        rights = self.caller.rights
        grants = rights.grants.get(need.scope, ())
        return {
            "scope": need.scope,
            "coordinate": need.coordinate,
            "paths": [".".join(path) for path in need.paths],
            "held": need.scope in rights.reach,
            "grants": list(grants),
            "emergencies": [grant for grant in grants if grant in rights.emergencies],
            "limits": [
                {"grant": limit.grant, "personsPerDay": limit.persons_per_day}
                for choice in rights.limits.get(need.scope, ())
                for limit in choice
            ],
        }

    def _step(self, step: Step) -> dict[str, Any]:
        rules = self.decision.rows[step.number].rules if isinstance(self.decision, Granted) else Rule.NONE
        return {
            "step": step.number,
            "path": ".".join(step.path),
            "domain": step.domain,
            "reads": list(step.reads),
            "looksUp": list(step.looks_up),
            "reached": step.reached.name.lower(),
            "rules": [rule.name for rule in Rule if rule and rule in rules],
            "then": [self._step(child) for child in self.plan.steps if child.parent == step.number],
        }

    def as_text(self) -> str:
        """The explanation as a person reads it."""
        said = self.as_json()
        lines = [f"operation  {said['operation'] or '(without a name)'}", f"caller     {_who(said['caller'])}"]
        lines += _tree(said["steps"], "  ")
        lines += ["", "needed"]
        lines += [f"  {_mark(need)} {need['scope']}  at {', '.join(need['paths'])}" for need in said["needed"]]
        lines += ["", f"cost     {self.cost} of {limits.COST} points", f"persons  {self.most_persons} at most"]
        lines += [f"LIMIT    {limit}" for limit in _limits(said["needed"])]
        lines += [f"EMERGENCY  grant {grant}, opened by one officer alone" for grant in said["emergencies"]]
        lines += [f"verdict  {said['verdict']}"]
        lines += [f"  {error['message']}" for error in said["refusals"]]
        return "\n".join(lines)


class Explainer:
    """Explains questions over one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def explain(self, question: Question, caller: Caller) -> Explanation:
        """Compile and decide, and stop there. Raises Refused for what does not parse, validate or fit."""
        plan, values = self._graph.compile(question)
        asked = Asked(values, caller.subject, caller.client)
        cost = plan.cost(asked)
        decision = self._decision(plan, asked, caller, cost)
        if isinstance(decision, Refused):
            decision = self._graph.places(question).refusal(decision)
        return Explanation(plan, caller, decision, cost, plan.most_persons(asked))

    def _decision(self, plan: Plan, asked: Asked, caller: Caller, cost: int) -> Granted | Refused:
        """What would be answered; where that is a refusal for the cost, with what else stands in the way."""
        decision = self._graph.decide(plan, caller)
        if isinstance(decision, Granted):
            decision = check_areas(decision, asked) or decision
        try:
            limits.check_cost(cost)
        except Refused as refusal:
            return Refused(*refusal.errors, *(decision.errors if isinstance(decision, Refused) else ()))
        return decision

    async def answer(self, question: Question, caller: Caller, _: Exchange) -> bytes:
        """The body of `POST /graphql/explain`."""
        return orjson.dumps(self.explain(question, caller).as_json())


def _who(caller: dict[str, Any]) -> str:
    who = f"{caller['client']} of {caller['supplier'] or caller['agency']}"
    if caller["supplier"]:
        who += f", by leave of {caller['agency']}"
    if caller["through"]:
        who += f", through {', '.join(caller['through'])}"
    return f"{who}, for {caller['purpose'] or 'no purpose'}"


def _limits(needed: Sequence[dict[str, Any]]) -> Sequence[str]:
    found = {(limit["grant"], limit["personsPerDay"]) for need in needed for limit in need["limits"]}
    return [f"{persons} persons a day by grant {grant}" for grant, persons in sorted(found)]


def _mark(need: dict[str, Any]) -> str:
    return f"held by grant {', '.join(map(str, need['grants']))}:" if need["held"] else "MISSING:"


def _tree(steps: Sequence[dict[str, Any]], indent: str) -> list[str]:
    lines: list[str] = []
    for step in steps:
        what = ", ".join([*step["looksUp"], *step["reads"]]) or "public facts"
        rules = f"  [{', '.join(step['rules'])}]" if step["rules"] else ""
        lines.append(f"{indent}{step['path']}  {step['domain']}: {what}{rules}")
        lines += _tree(step["then"], indent + "  ")
    return lines
