"""Whether a document would be answered, before anybody asks it: what an officer sees before taking a right away."""

from typing import Any

import pytest

from graph.preview import Previews
from tests.graph.compiling import holding
from tests.graph.world import EVERYTHING, World

NAMES = "query($pin:PersonalNumber!){person(pin:$pin){name}}"
DATED = "query($pin:PersonalNumber!,$day:Day){person(pin:$pin){notes(asOf:$day){__typename}}}"
SWITCHED = "query($pin:PersonalNumber!,$more:Boolean!){person(pin:$pin){name town @include(if:$more)}}"
FIND, NAME, TOWN = "people:citizen.pin:lookup", "people:citizen.name:read", "people:citizen.town:read"
NOTES, HISTORY = "people:citizen.notes:read", "people:citizen.notes:history"


@pytest.fixture
def previews(world: World) -> Previews:
    return Previews(world.graph)


@pytest.mark.parametrize(
    ("text", "held", "reasons"),
    [
        (NAMES, {FIND, NAME}, ()),
        (NAMES, {FIND}, (NAME,)),
        (NAMES, set(), (NAME, FIND)),
        (DATED, {FIND, NOTES, HISTORY}, ()),
        (DATED, {FIND, NOTES}, (HISTORY,)),
        (SWITCHED, {FIND, NAME}, (TOWN,)),
        (SWITCHED, {FIND, NAME, TOWN}, ()),
        ("query A{__typename} query B($p:PersonalNumber!){person(pin:$p){name}}", {FIND}, (NAME,)),
        ("{me{name}}", EVERYTHING, ("CONSENT_REQUIRED",)),
        ("{__schema{types{name}}}", set(), ()),
        ("{", EVERYTHING, ("GRAPHQL_PARSE_FAILED",)),
        ("{nothing}", EVERYTHING, ("GRAPHQL_VALIDATION_FAILED",)),
    ],
)
def test_an_officer_sees_what_a_document_would_lack_in_any_way_of_asking_it(
    previews: Previews, text: str, held: set[str], reasons: tuple[str, ...]
) -> None:
    assert previews.works(text, {}, holding(held)) == tuple(sorted(reasons))


@pytest.mark.parametrize(
    ("text", "variables", "reasons"),
    [(SWITCHED, {"more": False}, ()), (SWITCHED, {"more": True}, (TOWN,)), (DATED, {"day": None}, (NOTES,))],
)
def test_an_officer_sees_it_for_values_that_are_known(
    previews: Previews, text: str, variables: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    assert previews.works(text, variables, holding({FIND, NAME})) == reasons


def test_an_officer_sees_that_a_document_without_a_purpose_is_refused(previews: Previews) -> None:
    assert previews.works(NAMES, {}, holding(EVERYTHING, purpose=None)) == ("PURPOSE_REQUIRED",)


async def test_a_preview_reads_nothing_and_crowds_out_no_plan_of_those_who_ask(
    world: World, previews: Previews
) -> None:
    world.listen()
    flags = [f"f{number}" for number in range(8)]
    declared = ",".join(f"${flag}:Boolean!" for flag in flags)
    text = f"query({declared}){{{' '.join(f'{flag}:__typename @skip(if:${flag})' for flag in flags)}}}"
    assert previews.works(text, {}, holding([])) == ()
    assert (world.sent, len(world.graph._plans), len(previews._plans)) == ([], 0, 64)
