"""Rows are what the segments say, and leaves are what the rows say: for any answers, and nobody is lost or added."""

from collections import Counter
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Operation, Outcome, Recipient, Step, Way, read_disclosures
from ledger.sealing.expansion import Expansion, Latest, moment, small_leaves
from ledger.sealing.interning import Commons
from ledger.sealing.meanings import Meanings
from ledger.sealing.page import Page, PeopleOf
from ledger.segments.chain import Segment
from ledger.segments.entries import Subject
from ledger.segments.reading import Disclosure
from ledger.segments.records import pack_answer, pack_definition, unpack
from ledger.tree.leaves import Reading, Shared, answer_content, officer_commitment, shared_commitment
from ledger.tree.merkle import leaf_hash, root
from tests.ledger.sealing.written import NOON, OPERATION, RECIPIENT, TAX, Stream, answer, person

PEOPLE = st.integers(1, 6).map(person)
RECIPIENTS = st.builds(
    lambda spoken, acting: msgspec.structs.replace(TAX, on_behalf_of=spoken, representative=acting),
    st.none() | PEOPLE,
    st.none() | PEOPLE,
)
STEPS = st.builds(
    Step,
    path=st.sampled_from(["citizen", "citizen.household", "parcels"]),
    reads=st.lists(st.sampled_from(["A.a", "B.b", "C.c"]), unique=True).map(tuple),
    way=st.sampled_from(Way),
    looks_up=st.sampled_from([(), ("A.a",)]),
    subject=st.sampled_from(Subject),
)
OPERATIONS = st.builds(
    Operation,
    document=st.binary(min_size=16, max_size=16),
    name=st.none() | st.just("Named"),
    steps=st.lists(STEPS, min_size=1, max_size=4).map(tuple),
    needs=st.just(("a:b.c:read",)),
)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """A stream of a few segments, whose first says who asks and what."""
    recipient, operation = draw(RECIPIENTS), draw(OPERATIONS)
    stream = Stream()
    says = [pack_definition(RECIPIENT, recipient), pack_definition(OPERATION, operation)]
    for _ in range(draw(st.integers(1, 3))):
        answers = [draw(answers_of(operation)) for _ in range(draw(st.integers(1, 3)))]
        stream.add(*says, *answers, answers=len(answers))
        says = []
    return stream


@st.composite
def answers_of(draw: st.DrawFn, operation: Operation) -> bytes:
    step = st.integers(0, len(operation.steps) - 1)
    looked = draw(st.lists(st.tuples(step, st.lists(PEOPLE, max_size=5)), max_size=4))
    return pack_answer(
        draw(st.binary(min_size=16, max_size=16)),
        NOON + draw(st.integers(0, 10**12)),
        RECIPIENT,
        OPERATION,
        draw(st.sampled_from(Outcome)),
        steps=[(step, len(people)) for step, people in looked],
        blocks=b"".join(each for _, people in looked for each in people),
        missing=draw(st.sampled_from([(), ("a:b.c:read",), ("x", "y")])),
        officer=draw(st.none() | st.just("nguyen.an")),
    )


@settings(max_examples=50)
@given(stream=streams())
def test_rows_say_who_was_read_by_which_steps_as_the_segments_do(stream: Stream) -> None:
    page = expanded(stream.segments)
    disclosures = list(read_disclosures(stream.segments))

    assert len(page.answers) == len(disclosures) == len(page.hashes)
    for row, people, disclosure in zip(page.answers, page.people, disclosures, strict=True):
        assert row.first[4:] == (disclosure.request_id, disclosure.at, disclosure.outcome)
        assert row.rest[:4] == (*_asked(disclosure), disclosure.missing)
        read = _read(people)
        assert _read_of(read) == _said_of(disclosure)
        assert _roles_of(read) == _roles_said(disclosure.recipient)
        assert len({subject for subject, _ in read}) == len(read)


@settings(max_examples=100)
@given(stream=streams())
def test_a_reading_that_nobody_has_gets_no_row(stream: Stream) -> None:
    commons = Commons()
    page = expanded(stream.segments, commons)

    had = {reading.digest for people in page.people for reading in people.readings}
    assert {reading.digest for reading in commons.readings._unnumbered} == had


@settings(max_examples=50)
@given(stream=streams())
def test_leaf_commits_to_what_the_rows_say(stream: Stream) -> None:
    page = expanded(stream.segments)

    for hashed, row, people in zip(page.hashes, page.answers, page.people, strict=True):
        leaf, _, _, _, request_id, at, outcome = row.first
        case, revision, emergencies, missing, officer, salt, seed, count, small_root = row.rest
        assert people.leaf == leaf
        assert root(small_leaves(seed, people)) == small_root
        document, name, *_ = row.operation.values
        agency, client, supplier, through, purpose, legal_basis = row.party.values
        shared = Shared(
            agency=agency,
            client=client,
            supplier=supplier,
            through=through,
            purpose=purpose,
            legal_basis=legal_basis,
            case_reference=case,
            grants_revision=revision,
            emergencies=emergencies,
            document=document.hex(),
            operation=name,
            definition=row.operation.digest.hex(),
            outcome=Outcome(outcome).name.lower(),
            missing=missing,
        )
        microseconds = (at - moment(0)) // timedelta(microseconds=1)
        commitments = shared_commitment(salt, shared), officer_commitment(seed, officer)
        content = answer_content(request_id.bytes, microseconds, count, small_root, *commitments)
        assert hashed == leaf_hash(content)


@settings(max_examples=50)
@given(stream=streams())
def test_everything_is_counted_once(stream: Stream) -> None:
    page = expanded(stream.segments)

    assert sum(count.answers for count in page.used.values()) == len(page.answers)
    assert sum(count.people for count in page.used.values()) == sum(len(people.subjects) for people in page.people)
    on_trial = [row for row in page.answers if row.first[6] is Outcome.GRANTED and row.rest[3]]
    assert sum(count.on_trial for count in page.used.values()) == len(on_trial)


def test_no_two_answers_share_a_salt_or_a_seed() -> None:
    stream = Stream().begin(*(answer([person(1)]) for _ in range(600)))

    secrets = Counter(secret for row in expanded(stream.segments).answers for secret in row.rest[5:7])

    assert len(secrets) == 1_200
    assert {len(secret) for secret in secrets} == {16}


def test_answers_of_one_kind_share_their_rows() -> None:
    stream = Stream().begin(*(answer([person(n), person(n + 1)]) for n in range(5)))

    page = expanded(stream.segments)

    assert len({row.party for row in page.answers}) == 1
    assert len({row.operation for row in page.answers}) == 1
    assert len({reading for people in page.people for reading in people.readings}) == 1


def expanded(segments: list[Segment], commons: Commons | None = None) -> Page:
    page = Page(first_leaf=7)
    expansion = Expansion(Meanings(commons or Commons()), Latest())
    for segment in segments:
        expansion.add(page, segment, unpack(segment.data))
    return page


def _asked(disclosure: Disclosure) -> tuple[object, ...]:
    recipient = disclosure.recipient
    return (recipient.case_reference, recipient.grants_revision, recipient.emergencies)


def _read(people: PeopleOf) -> list[tuple[bytes, Reading]]:
    readings = [msgspec.json.decode(common.values[-1], type=Reading) for common in people.readings]
    return list(zip(people.subjects, readings, strict=True))


def _read_of(read: list[tuple[bytes, Reading]]) -> set[tuple[object, ...]]:
    return {
        (subject, step.path, step.way, step.reads, step.looks_up) for subject, reading in read for step in reading.steps
    }


def _said_of(disclosure: Disclosure) -> set[tuple[object, ...]]:
    return {
        (subject, step.path, step.way, step.reads, step.looks_up)
        for step, persons in disclosure.looked_at
        for subject in persons
    }


def _roles_of(read: list[tuple[bytes, Reading]]) -> set[tuple[bytes, str]]:
    return {(subject, role) for subject, reading in read for role in reading.roles}


def _roles_said(recipient: Recipient) -> set[tuple[bytes, str]]:
    said = ((recipient.on_behalf_of, "spoke_for"), (recipient.representative, "acted_for"))
    return {(subject, role) for subject, role in said if subject is not None}
