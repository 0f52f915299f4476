"""Places of the small tree: in which order an answer's subjects stand, and what was read of each."""

import pytest

from ledger import Operation, Outcome, Recipient, Step, Way
from ledger.segments.records import Answer, LookedAt
from ledger.tree.leaves import Reading, StepRead
from ledger.tree.readings import NoSuchStep, coordinates_of, kind_of, places_of, reading_of, subjects_of

AN, BINH, CHI = (bytes([number]) * 16 for number in (1, 2, 3))
LISTED = Step("citizens", ("Citizen.fullName",), Way.LISTED, ("Residence.communeCode",))
OPENED = Step("citizen", ("Citizen.pin", "Citizen.fullName"), Way.OPENED)
OPERATION = Operation(bytes(16), None, (LISTED, OPENED))
NOBODY = Recipient(agency="G01", client="desk", grants_revision=1, purpose="tax", legal_basis=None, case_reference=None)


def answer(*looked_at: tuple[int, list[bytes]]) -> Answer:
    seen = tuple(LookedAt(step, b"".join(persons)) for step, persons in looked_at)
    return Answer(bytes(16), 0, 1, 2, Outcome.GRANTED, seen, ())


def test_subjects_stand_in_the_order_in_which_steps_first_name_them() -> None:
    found = subjects_of(answer((1, [BINH, AN]), (0, [CHI, AN, CHI])), NOBODY)

    assert list(found.steps.items()) == [(BINH, (1,)), (AN, (1, 0)), (CHI, (0,))]
    assert found.roles == {}


def test_citizen_behind_the_token_keeps_the_place_of_one_who_was_read() -> None:
    recipient = Recipient(
        agency="G01", client="portal", grants_revision=1, purpose="p", legal_basis=None, case_reference=None,
        on_behalf_of=AN, representative=CHI,
    )  # fmt: skip

    found = subjects_of(answer((1, [AN, BINH])), recipient)

    assert list(found.steps.items()) == [(AN, (1,)), (BINH, (1,)), (CHI, ())]
    assert found.roles == {AN: ("spoke_for",), CHI: ("acted_for",)}


def test_one_who_speaks_and_acts_stands_once() -> None:
    recipient = Recipient(
        agency="G01", client="portal", grants_revision=1, purpose="p", legal_basis=None, case_reference=None,
        on_behalf_of=AN, representative=AN,
    )  # fmt: skip

    found = subjects_of(answer(), recipient)

    assert (list(found.steps), found.roles) == ([AN], {AN: ("spoke_for", "acted_for")})


def test_reading_says_its_steps_in_the_order_of_the_operation_once_each() -> None:
    reading = reading_of(OPERATION, (1, 0, 1))

    assert [step.path for step in reading.steps] == ["citizens", "citizen"]
    assert kind_of(reading) == "opened"
    assert coordinates_of(reading) == ["Citizen.fullName", "Citizen.pin"]


@pytest.mark.parametrize(
    ("ways", "kind"),
    [
        ([Way.LISTED, Way.REACHED], "reached"),
        ([Way.REACHED, Way.VERIFIED], "verified"),
        ([Way.VERIFIED, Way.OPENED], "opened"),
        ([Way.LISTED], "listed"),
        ([], "spoke_for"),
    ],
)
def test_kind_is_the_strongest_way_or_else_the_role(ways: list[Way], kind: str) -> None:
    steps = tuple(StepRead("a", way, (), ()) for way in ways)

    assert kind_of(Reading(OPENED.subject, steps, ("spoke_for",))) == kind


def test_step_that_the_operation_does_not_have_is_refused() -> None:
    with pytest.raises(NoSuchStep):
        reading_of(OPERATION, (2,))


def test_positions_among_all_steps_persons_become_places() -> None:
    looked_at = answer((0, [AN, BINH]), (1, [AN, CHI])).looked_at

    assert places_of(looked_at, [3, 2, 0]) == (0, 2)
    assert places_of(looked_at, [4, 99]) == ()
    assert places_of((), [0]) == ()
