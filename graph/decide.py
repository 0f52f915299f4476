"""Plan x caller -> decision: everything the operation needs is granted, or it is refused as a whole. Pure: no I/O.

The order of refusals, and why: a purpose first, because without one no scope can be held; the citizen's own token next,
because no scope replaces it; then all missing scopes at once, so that a developer sees the whole list; last the
jurisdiction, because only who holds the scopes may learn where they end. No refusal depends on data: whoever is refused
learns nothing about whether somebody exists (law 9).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_
from typing import Any

from auth.caller import Caller, Choice, Rights
from auth.policy.counting import Uncounted
from auth.policy.quotas import Exhausted
from auth.reach import EVERYWHERE, Reach
from domains.kit.arrays import array_text
from domains.kit.rules import Rule
from domains.kit.scopes import Verb
from graph.catalogue import protected_scope
from graph.errors import Code, GraphError, Refused, refused
from graph.plan import Asked, Need, Plan, Step

PATHS_NAMED = 20  # places of one missing right that an error lists
ROWS_LIMITED = "ROWS_LIMITED"  # of a narrowing on trial: nothing would be refused, and fewer rows might be shown


@dataclass(frozen=True, slots=True)
class RowsAllowed:
    """Which rows one step may reach: the rules in force, and the values of their parameters."""

    rules: Rule
    values: Mapping[str, Any]
    communes: frozenset[str] | None = None  # None: no jurisdiction limits the arguments


@dataclass(eq=False, slots=True)
class Granted:
    """The operation may run, each step within these rows.

    `areas` are the steps whose arguments must lie in a jurisdiction. `limits` are those of the rights used, scope by
    scope, and `emergencies` the emergency grants among those that supply them. `ways` is how it is run, once run.py
    knows. `tried` is what would be decided if the narrowings on trial were made; None where nothing is tried.
    """

    rows: Sequence[RowsAllowed]
    areas: Sequence[tuple[Step, frozenset[str]]]
    limits: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    emergencies: tuple[int, ...] = ()
    ways: Any = None
    tried: "Granted | Refused | None" = None


Decide = Callable[[Plan, Caller], Granted | Refused]


def decide(plan: Plan, caller: Caller) -> Granted | Refused:
    """The decision, from the plan and the rights held now; arguments are looked at in `check_areas`."""
    decision = _decide(plan, caller)
    if isinstance(decision, Granted) and caller.rights.tried is not None:
        decision.tried = _decide(plan, replace(caller, rights=caller.rights.tried))
    return decision


def on_trial(granted: Granted, asked: Asked) -> tuple[str, ...]:
    """What a narrowing on trial would have refused this request for; ROWS_LIMITED, where it might have shown less."""
    if granted.tried is None:
        return ()
    refusal = granted.tried if isinstance(granted.tried, Refused) else check_areas(granted.tried, asked)
    if refusal is not None:
        return refusal.missing
    assert isinstance(granted.tried, Granted)
    pairs = zip(granted.rows, granted.tried.rows, strict=True)
    return (ROWS_LIMITED,) if any(now != then for now, then in pairs) else ()


def _decide(plan: Plan, caller: Caller) -> Granted | Refused:
    if plan.needs and caller.purpose is None:
        return Refused(_purpose_required(plan.needs))
    if plan.speaks and caller.subject is None:
        return Refused(_consent_required())
    if missing := [need for need in plan.needs if need.scope not in caller.rights.reach]:
        return Refused(*map(_missing, missing))
    rows = [_rows_allowed(step, caller) for step in plan.steps]
    if outside := [step for step, allowed in zip(plan.steps, rows, strict=True) if allowed is None]:
        return Refused(*map(_out_of_jurisdiction, outside))
    allowed_rows = [allowed for allowed in rows if allowed is not None]
    limited = zip(plan.steps, allowed_rows, strict=True)
    areas = [(step, allowed.communes) for step, allowed in limited if step.areas and allowed.communes is not None]
    used = _used(plan, caller.rights)
    return Granted(allowed_rows, areas, _limits(used, caller.rights), _emergencies(used, caller.rights))


def check_areas(granted: Granted, asked: Asked) -> Refused | None:
    """Refuse a question about a commune outside the caller's jurisdiction, from grants and arguments alone."""
    outside = [step for step, communes in granted.areas if any(area(asked) not in communes for area in step.areas)]
    return Refused(*map(_out_of_jurisdiction, outside)) if outside else None


def _used(plan: Plan, rights: Rights) -> Sequence[str]:
    """The scopes that the operation takes, and the rights to see protected persons that widen what it shows."""
    shown = {protected_scope(step.domain) for step in plan.steps if _hides(step)}
    return (*dict.fromkeys(need.scope for need in plan.needs), *sorted(shown & rights.reach.keys()))


def _limits(used: Sequence[str], rights: Rights) -> Mapping[str, Sequence[Choice]]:
    return {scope: rights.limits[scope] for scope in used if scope in rights.limits}


def _emergencies(used: Sequence[str], rights: Rights) -> tuple[int, ...]:
    """The emergency grants that supply any of these scopes, be it beside others: they may be why a row is shown."""
    if not rights.emergencies:
        return ()
    return tuple(sorted(rights.emergencies & {grant for scope in used for grant in rights.grants.get(scope, ())}))


def _rows_allowed(step: Step, caller: Caller) -> RowsAllowed | None:
    """The rules of a step: the intersection of the reaches of the fields it reads; None where nobody is left."""
    reach = reduce(and_, (caller.rights.reach[scope] for scope in sorted(step.scopes)), EVERYWHERE)
    if not reach:
        return None
    if step.rows is None:
        return _other_rows_allowed(step, reach)
    if caller.subject is not None and reach.oneself:
        return RowsAllowed(Rule.SELF, {"subject": caller.subject})
    rules, values = _protection(step, caller.rights)
    if reach.everywhere:
        return RowsAllowed(rules, values)
    return RowsAllowed(rules | Rule.JURISDICTION, {**values, "units": _parameter(reach)}, reach.communes)


def _other_rows_allowed(step: Step, reach: Reach) -> RowsAllowed | None:
    """Rows about nobody belong to a place or to none; nobody's are the citizen's own."""
    if reach.everywhere:
        return RowsAllowed(Rule.NONE, {})
    if step.others is None or step.others.commune is None or not reach.communes:
        return None
    return RowsAllowed(Rule.JURISDICTION, {"units": _parameter(reach)}, reach.communes)


def _hides(step: Step) -> bool:
    """Whether a protected person is kept out of a step's rows; not where the caller named whom to open."""
    return step.rows is not None and not (step.rows.shown_by_key and step.opened)


def _protection(step: Step, rights: Rights) -> tuple[Rule, dict[str, Any]]:
    """Protected persons are hidden, except from who opened them by key or holds the right to see them."""
    if not _hides(step):
        return Rule.NONE, {}
    held = rights.reach.get(protected_scope(step.domain))
    if held is None or held.oneself or not held:
        return Rule.UNPROTECTED, {}
    if held.everywhere:
        return Rule.NONE, {}
    return Rule.UNPROTECTED_OUTSIDE, {"protected_units": _parameter(held)}


def _parameter(reach: Reach) -> str:
    return array_text(sorted(reach.communes))


# --- what a refusal says ---------------------------------------------------------------------------------------------


_DOING = {Verb.LOOKUP: "Finding by", Verb.HISTORY: "Reading the past of", Verb.VERIFY: "Verifying by"}


def _missing(need: Need) -> GraphError:
    code = Code.LOOKUP_REQUIRED if need.verb is Verb.LOOKUP else Code.SCOPE_REQUIRED
    paths = [".".join(path) for path in need.paths[:PATHS_NAMED]]
    message = f"{_DOING.get(need.verb, 'Reading')} {need.coordinate} requires the scope {need.scope}."
    return GraphError(code, message, details={"scope": need.scope, "coordinate": need.coordinate, "paths": paths})


def _purpose_required(needs: Sequence[Need]) -> GraphError:
    scopes = sorted({need.scope for need in needs})
    message = "Personal data is read for a purpose; this token names none."
    return GraphError(Code.PURPOSE_REQUIRED, message, details={"scopes": scopes})


def _consent_required() -> GraphError:
    return GraphError(Code.CONSENT_REQUIRED, "me answers only for a token that speaks for a citizen.")


def exhausted(found: Exhausted | Uncounted) -> Refused:
    """The refusal of a request for which no grant has room today, as far as anybody here can tell."""
    if isinstance(found, Uncounted):
        message = (
            f"The grants for {found.scope} are limited to so many persons a day, who are not counted at this register:"
            " ask the whole graph."
        )
        return refused(Code.SCOPE_REQUIRED, message, scope=found.scope)
    limit = max(limit.persons_per_day for limit in found.limits)
    message = (
        f"The grants for {found.scope} allow {limit} persons a day, and have no room for up to {found.at_most} more. "
        f"The next day begins in {found.seconds} seconds; a request for fewer persons may find room before."
    )
    details = {"scopes": [found.scope], "limit": "persons per day", "most": limit, "retryAfter": found.seconds}
    return Refused(GraphError(Code.RATE_LIMITED, message, details=details))


def _out_of_jurisdiction(step: Step) -> GraphError:
    path = ".".join(step.path)
    message = f"Your grants do not reach what {path} asks for."
    return GraphError(Code.OUT_OF_JURISDICTION, message, details={"paths": [path], "scopes": sorted(step.scopes)})
