"""Who may ask what: decisions as texts that people review, and laws that no set of rights breaks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.caller import Caller
from auth.reach import EVERYWHERE, NOWHERE, SELF, Reach, in_communes
from domains.kit.rules import Rule
from graph.decide import Granted, RowsAllowed, check_areas, decide
from graph.errors import Refused
from graph.plan import Plan
from tests.graph.compiling import asked, compiled, holding, needed, plan_of
from tests.graph.invented.rows import TOWNS, pin
from tests.graph.questions import CASES, HERE, HOLDERS, NOBODY, PROFILE, RESIDENTS_OF, THERE, Case
from tests.graph.snapshots import is_as_kept
from tests.graph.world import EVERYTHING, World

DECISIONS = Path(__file__).with_name("decisions")


def decision(case: Case) -> tuple[Plan, Granted | Refused]:
    plan, values = compiled(case.question, case.variables)
    found = decide(plan, case.caller)
    if isinstance(found, Granted):
        return plan, check_areas(found, asked(values)) or found
    return plan, found


def as_text(case: Case) -> str:
    """A decision as an officer reads it."""
    plan, found = decision(case)
    reach = case.caller.rights.reach
    needs = [f"{need.scope}, at {', '.join('.'.join(path) for path in need.paths)}" for need in plan.needs]
    held = [f"{scope}, {said(reach[scope])}" for scope in sorted(needed(plan) & reach.keys())]
    sections = {"Question": case.question.splitlines(), "Asked by": [case.who], "Needed": needs, "Held": held}
    sections["Missing"] = sorted(needed(plan) - reach.keys())
    sections["Verdict"] = [*verdict(plan, found)]
    return "\n\n".join(f"{name}\n  {f'{chr(10)}  '.join(lines or ['nothing'])}" for name, lines in sections.items())


def said(reach: Reach) -> str:
    """How far a right reaches, in words."""
    communes = f"in {', '.join(sorted(reach.communes))}"
    return {"everywhere": "everywhere", "self": "of oneself", "nowhere": "nowhere", "jurisdiction": communes}[
        reach.kind
    ]


def verdict(plan: Plan, found: Granted | Refused) -> Iterator[str]:
    if isinstance(found, Refused):
        yield "refused"
        for error in found.errors:
            yield f"{error.code}: {error.message}"
        return
    yield "granted"
    for step, allowed in zip(plan.steps, found.rows, strict=True):
        yield f"{'.'.join(step.path)} in {step.domain}: {rows(allowed)}"


def rows(allowed: RowsAllowed) -> str:
    """Whose rows a step may reach, in words."""
    rules = {
        Rule.UNPROTECTED: "no protected person",
        Rule.UNPROTECTED_OUTSIDE: "no protected person but those of {protected_units}",
        Rule.JURISDICTION: "residents of {units} only",
        Rule.SELF: "the citizen for whom the token speaks only",
    }
    values = {name: ", ".join(numbers(value)) for name, value in allowed.values.items()}
    texts = [text.format(**values) for rule, text in rules.items() if rule in allowed.rules]
    return "; ".join(texts) or "every row"


def numbers(value: str) -> list[str]:
    """The communes, or the one person, in a parameter of a rule."""
    return re.findall("[0-9]+", value)


@pytest.mark.parametrize("name", CASES)
def test_an_officer_reads_the_decision_that_was_reviewed(name: str) -> None:
    """A decision that changed on purpose is written anew by `SNAPSHOTS=write make test`, and read in the diff."""
    assert is_as_kept(DECISIONS / f"{name}.txt", as_text(CASES[name]))


def test_every_reviewed_decision_is_still_asked_for() -> None:
    assert {file.stem for file in DECISIONS.glob("*.txt")} == {*CASES}


# --- laws ------------------------------------------------------------------------------------------------------------

QUESTIONS = {
    "profile": plan_of(PROFILE, {"pin": NOBODY}),
    "residents": plan_of(RESIDENTS_OF, {"in": HERE}),
    "holders": plan_of(HOLDERS),
    "family": plan_of(
        f'{{citizen(pin:"{NOBODY}"){{spouse{{fullName}} children{{fullName residences{{kind}}}} household{{code}}}}}}'
    ),
}
SCOPES = sorted({scope for plan in QUESTIONS.values() for scope in needed(plan)})
PROTECTED = ["identity:citizen:protected", "population:citizen:protected", "land:citizen:protected"]

in_places = [in_communes(places) for places in ([HERE], [THERE], [HERE, THERE])]
reaches = st.sampled_from([EVERYWHERE, SELF, NOWHERE, *in_places, SELF | in_communes([HERE])])
plans = st.sampled_from([*QUESTIONS.values()])
subjects = st.sampled_from([None, NOBODY])


@st.composite
def callers(draw: st.DrawFn) -> Caller:
    held = draw(st.dictionaries(st.sampled_from([*SCOPES, *PROTECTED]), reaches))
    return holding(held, subject=draw(subjects))


@st.composite
def full(draw: st.DrawFn) -> tuple[Plan, Caller]:
    """A question, and a caller who holds everything it needs, some of it as far as drawn."""
    plan = draw(plans)
    held = {scope: draw(st.sampled_from([EVERYWHERE, EVERYWHERE, draw(reaches)])) for scope in sorted(needed(plan))}
    held |= draw(st.dictionaries(st.sampled_from(PROTECTED), reaches))
    return plan, holding(held, subject=draw(subjects))


@given(plans, callers())
def test_nobody_is_granted_a_question_without_every_right_it_needs(plan: Plan, caller: Caller) -> None:
    missing = needed(plan) - caller.rights.reach.keys()
    found = decide(plan, caller)
    if missing:
        assert isinstance(found, Refused)
        assert {error.details["scope"] for error in found.errors} == missing


@given(full())
def test_a_right_taken_away_takes_the_grant_with_it(case: tuple[Plan, Caller]) -> None:
    plan, caller = case
    for scope in needed(plan):
        rest = {held: reach for held, reach in caller.rights.reach.items() if held != scope}
        assert isinstance(decide(plan, holding(rest, subject=caller.subject)), Refused)


@given(full())
def test_no_step_reaches_further_than_its_narrowest_field(case: tuple[Plan, Caller]) -> None:
    plan, caller = case
    found = decide(plan, caller)
    if isinstance(found, Refused):
        return
    for step, allowed in zip(plan.steps, found.rows, strict=True):
        for scope in step.scopes:
            reach = caller.rights.reach[scope]
            if step.rows is None or reach.everywhere:
                continue
            if Rule.SELF in allowed.rules:
                assert reach.oneself
                assert allowed.values["subject"] == caller.subject
            else:
                assert Rule.JURISDICTION in allowed.rules
                assert {*numbers(allowed.values["units"])} <= reach.communes


@given(full())
def test_a_question_of_whose_fields_nobody_is_reached_by_all_is_refused(case: tuple[Plan, Caller]) -> None:
    plan, caller = case
    empty = any(not intersection(step.scopes, caller) for step in plan.steps)
    assert isinstance(decide(plan, caller), Refused) == empty


def intersection(scopes: set[str], caller: Caller) -> Reach:
    found = EVERYWHERE
    for scope in scopes:
        found &= caller.rights.reach[scope]
    return found


@given(full())
def test_protected_people_are_hidden_from_whoever_has_no_right_to_see_them(case: tuple[Plan, Caller]) -> None:
    plan, caller = case
    found = decide(plan, caller)
    if isinstance(found, Refused):
        return
    for step, allowed in zip(plan.steps, found.rows, strict=True):
        sees = caller.rights.reach.get(f"{step.domain}:citizen:protected", NOWHERE)
        is_own = Rule.SELF in allowed.rules or (step.rows is not None and step.rows.shown_by_key and step.opened)
        if step.rows is None or is_own or sees.everywhere:
            continue
        assert allowed.rules & (Rule.UNPROTECTED | Rule.UNPROTECTED_OUTSIDE)
        assert {*numbers(allowed.values.get("protected_units", ""))} <= sees.communes


@given(full(), st.sampled_from([HERE, THERE]))
def test_more_rights_never_turn_a_grant_into_a_refusal(case: tuple[Plan, Caller], commune: str) -> None:
    plan, caller = case
    wider = {scope: reach | in_communes([commune]) for scope, reach in caller.rights.reach.items()}
    if isinstance(decide(plan, caller), Granted):
        assert isinstance(decide(plan, holding(wider, subject=caller.subject)), Granted)


@given(plans, callers())
def test_a_decision_is_the_same_whenever_it_is_made(plan: Plan, caller: Caller) -> None:
    def outcome() -> object:
        found = decide(plan, caller)
        return found.errors if isinstance(found, Refused) else found.rows

    assert outcome() == outcome()


@pytest.mark.parametrize("area", [THERE, "01", "99999", ""])
def test_a_question_about_another_area_is_refused_from_grants_and_arguments_alone(area: str) -> None:
    plan = plan_of(RESIDENTS_OF, {"in": HERE})
    granted = decide(plan, holding(dict.fromkeys(needed(plan), in_communes([HERE]))))
    assert isinstance(granted, Granted)
    assert check_areas(granted, asked({"in": HERE})) is None
    assert isinstance(check_areas(granted, asked({"in": area})), Refused)


# --- remembered decisions --------------------------------------------------------------------------------------------


async def test_rights_taken_back_are_gone_with_the_next_request(world: World) -> None:
    """Decisions are remembered with the rights they rest on: new rights, new decision."""
    question = f'{{person(pin:"{pin(1)}"){{name}}}}'
    for caller, status in ((holding(EVERYTHING), 200), (holding([]), 403), (holding(EVERYTHING), 200)):
        assert [(await world.ask(question, caller)).status for _ in range(2)] == [status, status]


async def test_two_citizens_of_one_portal_see_themselves(world: World) -> None:
    """One client, one set of rights, one plan: the citizen is part of what is remembered."""
    rights = holding(dict.fromkeys(EVERYTHING, SELF)).rights
    names = {}
    for number in (1, 2, 1):
        caller = Caller("G15", "portal", holding([]).purpose, pin(number), rights)
        names[number] = (await world.ask("{me{pin}}", caller)).data
        other = await world.ask(f'{{person(pin:"{pin(number + 5)}"){{pin}}}}', caller)
        assert other.data == {"person": None}
    assert names == {number: {"me": {"pin": pin(number)}} for number in (1, 2)}


async def test_an_office_of_one_town_meets_nobody_of_another(world: World) -> None:
    office = holding(dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]])))
    answer = await world.ask(f'{{a:person(pin:"{pin(5)}"){{pin}} b:person(pin:"{pin(15)}"){{pin}}}}', office)
    assert answer.data == {"a": {"pin": pin(5)}, "b": None}
    border = await world.ask(f'{{person(pin:"{pin(9)}"){{friends{{__typename name}}}}}}', office)
    assert border.data == {"person": {"friends": [{"__typename": "Citizen", "name": None}] * 2}}
