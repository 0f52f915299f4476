"""The flow without reading anything: what an operation would do, what it needs, what the caller holds and lacks.

For developers before they write code, and for officers who want to see what a question means. Nothing is run, so
nothing goes on record; what the caller holds is said to the caller alone.
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
from graph.places import Places
from graph.plan import Asked, Need, Plan, Step


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said about one operation for one caller."""

    plan: Plan
    caller: Caller
    decision: Granted | Refused
    cost: int

    def as_json(self) -> dict[str, Any]:
        """The explanation as it is sent by `/graphql/explain`."""
        needs = [self._need(need) for need in self.plan.needs]
        return {
            "operation": self.plan.operation,
            "verdict": "granted" if isinstance(self.decision, Granted) else "refused",
            "cost": {"points": self.cost, "limit": limits.COST},
            "needed": needs,
            "held": [need["scope"] for need in needs if need["held"]],
            "missing": [need["scope"] for need in needs if not need["held"]],
            "refusals": [error.as_json() for error in self.decision.errors]
            if isinstance(self.decision, Refused)
            else [],
            "steps": [self._step(step) for step in self.plan.steps if step.parent is None],
        }

    def _need(self, need: Need) -> dict[str, Any]:
        rights = self.caller.rights
        return {
            "scope": need.scope,
            "coordinate": need.coordinate,
            "paths": [".".join(path) for path in need.paths],
            "held": need.scope in rights.reach,
            "grants": list(rights.grants.get(need.scope, ())),
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
        lines = [f"operation  {said['operation'] or '(without a name)'}"]
        lines += _tree(said["steps"], "  ")
        lines += ["", "needed"]
        lines += [f"  {_mark(need)} {need['scope']}  at {', '.join(need['paths'])}" for need in said["needed"]]
        lines += ["", f"cost     {self.cost} of {limits.COST} points", f"verdict  {said['verdict']}"]
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
            decision = Places(question.text, question.operation_name).refusal(decision)
        return Explanation(plan, caller, decision, cost)

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

    async def answer(self, question: Question, caller: Caller, _: bytes) -> bytes:
        """The body of `POST /graphql/explain`."""
        return orjson.dumps(self.explain(question, caller).as_json())


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
