"""What the plans of the real registers must say: whose rows they reach, and who is named on record."""

import gc
import weakref
from typing import Any

import pytest

from auth.caller import Caller
from auth.reach import EVERYWHERE, SELF, Reach, in_communes
from domains.kit.rules import Rule
from graph.catalogue import scopes
from graph.decide import Granted, decide
from graph.errors import Code, Refused
from graph.plan import Plan, Reached, Step
from tests.graph.compiling import asked, holding, plan_of, registers

CITIZEN, HANOI = "001085000001", "00004"


def holding_all(reach: Reach, subject: str | None = None) -> Caller:
    return holding(dict.fromkeys(scopes(registers()), reach), subject=subject)


def step_at(plan: Plan, *path: str) -> Step:
    return next(step for step in plan.steps if step.path == path)


ABOUT_NOBODY = (
    '{parcel(id:"w76tp7upxftg"){addressDetail registeredOn}}',
    '{enterprise(code:"0100000005"){charterCapital}}',
)


@pytest.mark.parametrize("text", ABOUT_NOBODY)
def test_a_citizen_does_not_read_guarded_facts_about_nobody(text: str) -> None:
    """`self` would else mean everything that is about no person: strangers' addresses of land, companies' capital."""
    decision = decide(plan_of(text), holding_all(SELF, CITIZEN))
    assert isinstance(decision, Refused)
    assert [error.code for error in decision.errors] == [Code.OUT_OF_JURISDICTION]


@pytest.mark.parametrize("text", ABOUT_NOBODY)
def test_a_desk_with_a_jurisdiction_reads_guarded_facts_of_its_own_communes_only(text: str) -> None:
    plan = plan_of(text)
    decision = decide(plan, holding_all(in_communes([HANOI])))
    assert isinstance(decision, Granted)
    assert (decision.rows[0].rules, decision.rows[0].values) == (Rule.JURISDICTION, {"units": '{"00004"}'})
    assert "commune_code = ANY" in plan.reads[0].write([Rule.JURISDICTION]).sql


def test_an_attacker_cannot_make_a_plan_of_more_statements_than_can_be_written_at_once() -> None:
    fragments = " ".join(f"fragment F{i} on Citizen{{spouse{{...F{i + 1}}} children{{...F{i + 1}}}}}" for i in range(6))
    text = f'{{citizen(pin:"{CITIZEN}"){{...F0}}}} {fragments} fragment F6 on Citizen{{fullName ethnicity}}'
    with pytest.raises(Refused) as refused:
        plan_of(text)
    assert refused.value.errors[0].details == {"limit": "statements", "most": 100}


def test_somebody_whose_data_are_guessed_at_is_named_whether_the_answer_is_yes_or_no() -> None:
    plan = plan_of(f'{{verifyIdentity(pin:"{CITIZEN}",fullName:"x",dateOfBirth:"1985")}}')
    (step,) = plan.steps
    assert step.named is not None
    assert (step.named(asked({"0:PersonalNumber!": CITIZEN})), step.reached) == (CITIZEN, Reached.VERIFIED)


def test_a_member_is_on_record_for_what_is_read_of_the_household_and_the_head_is_not_opened() -> None:
    plan = plan_of(f'{{citizen(pin:"{CITIZEN}"){{children{{household{{code address{{detail}}}}}}}}}}')
    household = step_at(plan, "citizen", "children", "household")
    assert household.reached is Reached.FOLLOWED
    assert household.parent is not None
    assert {"Household.code", "Household.address"} <= {*plan.steps[household.parent].reads}


def test_members_of_a_household_opened_by_its_code_were_not_opened_themselves() -> None:
    plan = plan_of('{household(code:"0000400000001"){members{person{fullName}}}}')
    assert {step.reached for step in plan.steps} == {Reached.FOLLOWED}


def test_reading_the_past_is_told_from_reading_the_present() -> None:
    then, now = (
        plan_of(f'{{citizen(pin:"{CITIZEN}"){{residences{when}{{kind}}}}}}') for when in ('(asOf:"2020-01-01")', "")
    )
    place = ("citizen", "residences")
    assert "Citizen.residences:history" in step_at(then, *place).reads
    assert "Citizen.residences:history" not in step_at(now, *place).reads


def test_a_citizen_who_asks_whether_the_citizen_exists_is_on_record() -> None:
    plan = plan_of("{me{__typename}}")
    assert [(step.is_personal, [*step.reads]) for step in plan.steps] == [(True, ["Query.me"])]


def test_a_plan_that_is_no_longer_kept_is_not_kept_by_decisions() -> None:
    """An attacker with many questions would else fill the memory beside the bounded cache."""
    caller, plan = holding_all(EVERYWHERE), plan_of(f'{{citizen(pin:"{CITIZEN}"){{fullName}}}}')
    plan.decisions.setdefault(caller.rights, {})["key"] = decide(plan, caller)
    forgotten: Any = weakref.ref(caller.rights)
    del caller
    gc.collect()
    assert forgotten() is None
    assert len(plan.decisions) == 0
