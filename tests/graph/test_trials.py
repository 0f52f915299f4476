"""Narrowings on trial: the answer is what it was, and its record says what would have been refused."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.caller import Caller
from auth.reach import EVERYWHERE, Reach, in_communes
from graph.decide import ROWS_LIMITED, Granted, check_areas, decide, on_trial
from graph.errors import Refused
from graph.plan import Plan
from ledger import Outcome
from tests.graph.compiling import asked, holding, needed, plan_of
from tests.graph.invented.rows import FOLK, TOWNS, pin
from tests.graph.questions import HERE, HOLDERS, NOBODY, PROFILE, RESIDENTS_OF, THERE
from tests.graph.world import EVERYTHING, World
from tests.moments import timeless

PLANS = [plan_of(PROFILE, {"pin": NOBODY}), plan_of(RESIDENTS_OF, {"in": HERE}), plan_of(HOLDERS)]
REACHES = [EVERYWHERE, EVERYWHERE, in_communes([HERE]), in_communes([HERE, THERE])]
NAME, TOWN = "people:citizen.name:read", "people:citizen.town:read"
ONE = f'{{person(pin:"{pin(1)}"){{name}}}}'


def tried(caller: Caller, left: Mapping[str, Reach]) -> Caller:
    """The caller while a narrowing is on trial that leaves this."""
    return replace(caller, rights=replace(caller.rights, memo={}, tried=holding(left).rights))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Mapping[str, Reach], Mapping[str, Reach]]:
    """A plan, what is held, and what a narrowing would leave of it."""
    plan = draw(st.sampled_from(PLANS))
    held = {scope: draw(st.sampled_from(REACHES)) for scope in sorted(needed(plan))}
    kept = draw(st.sets(st.sampled_from(sorted(held)), min_size=len(held) - 2))
    return plan, held, {scope: held[scope] & draw(st.sampled_from(REACHES)) for scope in sorted(kept)}


@given(cases(), st.sampled_from([HERE, THERE]))
def test_trial_never_changes_a_decision_and_notes_exactly_what_the_narrowing_would_refuse(
    case: tuple[Plan, Mapping[str, Reach], Mapping[str, Reach]], commune: str
) -> None:
    plan, held, left = case
    without, during, after = (
        decide(plan, caller) for caller in (holding(held), tried(holding(held), left), holding(left))
    )

    if isinstance(without, Refused):
        assert isinstance(during, Refused)
        assert during.errors == without.errors
        return
    assert isinstance(during, Granted)
    assert (during.rows, during.areas, during.limits) == (without.rows, without.areas, without.limits)
    request = asked({"in": commune})
    would_be = after if isinstance(after, Refused) else check_areas(after, request)
    noted = on_trial(during, request)
    assert (would_be is not None) == (noted not in {(), (ROWS_LIMITED,)})
    if isinstance(after, Granted) and would_be is None:
        assert bool(noted) == (list(after.rows) != list(without.rows))


def test_nothing_is_worked_out_while_nothing_is_tried() -> None:
    decision = decide(PLANS[0], holding(needed(PLANS[0])))

    assert isinstance(decision, Granted)
    assert decision.tried is None
    assert on_trial(decision, asked()) == ()


@pytest.mark.parametrize(
    ("question", "left", "noted"),
    [
        (ONE, EVERYTHING - {NAME}, (NAME,)),
        (ONE, EVERYTHING - {TOWN}, ()),
        (f'{{person(pin:"{pin(FOLK + 5)}"){{name}}}}', EVERYTHING - {NAME}, (NAME,)),
        (f'{{townsfolk(town:"{TOWNS[0]}",first:3){{edges{{node{{name town}}}}}}}}', EVERYTHING - {NAME, TOWN}, None),
    ],
)
async def test_whoever_asks_during_a_trial_is_answered_as_ever_and_the_record_says_what_would_be_missing(
    world: World, question: str, left: frozenset[str], noted: tuple[str, ...] | None
) -> None:
    before = await world.ask(question)
    during = await world.ask(question, tried(holding(EVERYTHING), dict.fromkeys(left, EVERYWHERE)))

    assert (during.status, timeless(during.body)) == (200, timeless(before.body))
    (entry,) = await world.recorded(during.request_id)
    assert entry.outcome is not Outcome.REFUSED
    assert set(entry.missing) == ({NAME, TOWN} if noted is None else set(noted))
    (untried,) = await world.recorded(before.request_id)
    assert untried.missing == ()


async def test_whoever_would_see_fewer_rows_is_answered_in_full_and_the_record_says_so(world: World) -> None:
    question = f'{{a:person(pin:"{pin(5)}"){{pin}} b:person(pin:"{pin(15)}"){{pin}}}}'
    during = await world.ask(question, tried(holding(EVERYTHING), dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]]))))

    assert during.data == {"a": {"pin": pin(5)}, "b": {"pin": pin(15)}}
    (entry,) = await world.recorded(during.request_id)
    assert entry.missing == (ROWS_LIMITED,)


async def test_whoever_asks_beyond_a_jurisdiction_on_trial_is_answered_and_noted(world: World) -> None:
    question = f'{{townsfolk(town:"{TOWNS[1]}",first:3){{edges{{node{{name}}}}}}}}'
    during = await world.ask(question, tried(holding(EVERYTHING), dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]]))))

    assert during.data["townsfolk"]["edges"]
    (entry,) = await world.recorded(during.request_id)
    assert entry.missing == ("OUT_OF_JURISDICTION",)


async def test_whoever_is_refused_during_a_trial_is_refused_for_what_is_missing_and_not_for_what_is_tried(
    world: World,
) -> None:
    caller = tried(holding(EVERYTHING - {TOWN}), dict.fromkeys(EVERYTHING - {TOWN, NAME}, EVERYWHERE))
    refused = await world.ask(f'{{person(pin:"{pin(1)}"){{name town}}}}', caller)

    assert [error["extensions"]["scope"] for error in refused.json["errors"]] == [TOWN]
    (entry,) = await world.recorded(refused.request_id)
    assert (entry.outcome, entry.missing) == (Outcome.REFUSED, (TOWN,))
