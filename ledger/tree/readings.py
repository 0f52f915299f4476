"""Which subjects an answer has, in which order, and what it read of each: the places of its small tree. Pure.

Subjects stand in the order in which the answer's steps first name them; then the citizen for whom the token speaks and
the representative who acts for that citizen. Who is among the subjects already keeps that place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.segments.entries import BLOCK_LENGTH, Operation, Recipient, Subject, Way
from ledger.segments.records import Answer, LookedAt
from ledger.tree.leaves import Reading, StepRead

SPOKE_FOR = "spoke_for"
ACTED_FOR = "acted_for"
_STRONGEST_FIRST = (Way.OPENED, Way.VERIFIED, Way.REACHED, Way.LISTED)


class NoSuchStep(Exception):
    """The answer names a step that its operation does not have."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """By pseudonym: `steps`, in the order of places, the indexes of the steps that read it; `roles`, of one or two."""

    steps: dict[bytes, tuple[int, ...]]
    roles: dict[bytes, tuple[str, ...]]


def subjects_of(answer: Answer, recipient: Recipient) -> Subjects:
    """Cheap for an answer with a hundred thousand persons: what is equal for many is worked out by `reading_of`."""
    steps: dict[bytes, tuple[int, ...]] = {}
    for seen in answer.looked_at:
        this: tuple[int, ...] = (seen.step,)
        fresh = dict.fromkeys(blocks(seen), this)
        known = fresh.keys() & steps.keys() if steps else ()
        for subject in known:
            fresh[subject] = steps[subject] + this
        steps |= fresh
    roles: dict[bytes, tuple[str, ...]] = {}
    for citizen, role in ((recipient.on_behalf_of, SPOKE_FOR), (recipient.representative, ACTED_FOR)):
        if citizen is not None:
            steps.setdefault(citizen, ())
            roles[citizen] = (*roles.get(citizen, ()), role)
    return Subjects(steps, roles)


def reading_of(operation: Operation, steps: Iterable[int], roles: tuple[str, ...] = ()) -> Reading:
    """What these steps read of one subject, in the order of the operation. Raises `NoSuchStep`."""
    try:
        read = [operation.steps[index] for index in sorted(set(steps))]
    except IndexError:
        raise NoSuchStep from None
    said = tuple(StepRead(step.path, step.way, step.reads, step.looks_up) for step in read)
    return Reading(read[0].subject if read else Subject.PERSON, said, roles)


def kind_of(reading: Reading) -> str:
    """The strongest way in which the subject was reached; the role of one of whom nothing was read."""
    ways = {step.way for step in reading.steps}
    return next((way.value for way in _STRONGEST_FIRST if way in ways), reading.roles[0] if reading.roles else "")


def coordinates_of(reading: Reading) -> list[str]:
    """What was read of the subject, sorted."""
    return sorted({coordinate for step in reading.steps for coordinate in step.reads})


def places_of(looked_at: Sequence[LookedAt], positions: Iterable[int]) -> tuple[int, ...]:
    """The places of those at these positions among all steps' persons; a position that is not there has none."""
    everybody = [subject for seen in looked_at for subject in blocks(seen)]
    place = {subject: number for number, subject in enumerate(dict.fromkeys(everybody))}
    return tuple(sorted({place[everybody[position]] for position in positions if position < len(everybody)}))


def blocks(seen: LookedAt) -> list[bytes]:
    """The pseudonyms of the step's persons."""
    persons = seen.persons
    return [persons[at : at + BLOCK_LENGTH] for at in range(0, len(persons), BLOCK_LENGTH)]
