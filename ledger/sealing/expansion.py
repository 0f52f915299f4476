"""Segments to rows and leaves: the work between reading what was recorded and writing the books. No I/O.

What it knows of earlier segments (definitions, the latest answers, for marks about them) is given. The two random
values that blind an answer, its salt and the seed of its persons' salts, are made here.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from secrets import token_bytes
from typing import NamedTuple
from uuid import UUID

from ledger.sealing.interning import Common
from ledger.sealing.meanings import DefinedTwice, KnownOperation, KnownRecipient, Meanings, Undefined
from ledger.sealing.page import AnswerRow, Page, PeopleOf, Used
from ledger.segments.chain import ChainBroken, Segment
from ledger.segments.entries import Marked, Outcome
from ledger.segments.keyring import VIETNAM
from ledger.segments.records import Answer, Contents, Defined, Entry, Happened, LookedAt, Mark
from ledger.tree.leaves import (
    SALT_LENGTH,
    LeafKind,
    act_content,
    answer_content,
    canonical,
    commitment,
    event_content,
    mark_content,
    officer_commitment,
    salt_of,
    subject_content,
)
from ledger.tree.merkle import leaf_hash, root
from ledger.tree.readings import NoSuchStep, Subjects, places_of, subjects_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_A_DAY = 86_400_000_000
_AHEAD = VIETNAM.utcoffset(None) // timedelta(microseconds=1)
_MARKS = {
    Marked.CLIENT_LEFT: ("withheld", "client_left"),
    Marked.RIGHTS_CHANGED: ("withheld", "rights_changed"),
    Marked.NOT_FOUND: ("not_found", None),
}


class AnswerKey(NamedTuple):
    """What a mark names its answer by."""

    request_id: bytes
    microseconds: int


class Latest:
    """Whom the latest answers looked at: marks follow their answers within moments."""

    ANSWERS = 20_000
    PERSONS = 16 << 20
    """Bytes of pseudonyms."""

    def __init__(self) -> None:
        self._looked_at: OrderedDict[AnswerKey, tuple[LookedAt, ...]] = OrderedDict()
        self._persons = 0

    def add(self, key: AnswerKey, looked_at: tuple[LookedAt, ...]) -> None:
        self._looked_at[key] = looked_at
        self._persons += _size(looked_at)
        while len(self._looked_at) > self.ANSWERS or self._persons > self.PERSONS:
            _, gone = self._looked_at.popitem(last=False)
            self._persons -= _size(gone)

    def of(self, key: AnswerKey) -> Sequence[LookedAt] | None:
        return self._looked_at.get(key)


class Secrets:
    """Random salts and seeds; many at a time, as a call of the system costs more than all else about one."""

    _AT_ONCE = 256 * SALT_LENGTH

    def __init__(self) -> None:
        self._left = b""

    def take(self) -> bytes:
        if not self._left:
            self._left = token_bytes(self._AT_ONCE)
        taken, self._left = self._left[:SALT_LENGTH], self._left[SALT_LENGTH:]
        return taken


class Expansion:
    """One for as long as a sealer's connection lasts."""

    def __init__(self, meanings: Meanings, latest: Latest) -> None:
        self._meanings = meanings
        self._latest = latest
        self._secrets = Secrets()

    def add(self, page: Page, segment: Segment, contents: Contents) -> None:
        """Raises `ChainBroken` where the segment says what cannot be."""
        try:
            for place, entry in enumerate(contents.entries):
                self._add(page, segment, place, entry)
        except (Undefined, DefinedTwice, NoSuchStep) as error:
            reason = str(type(error).__doc__).rstrip(".").lower()
            raise ChainBroken(segment.stream, segment.seq, reason) from None
        except OverflowError:
            raise ChainBroken(segment.stream, segment.seq, "an entry names a moment that no calendar has") from None

    def _add(self, page: Page, segment: Segment, place: int, entry: Entry) -> None:
        match entry:
            case Defined():
                self._meanings.define(segment.stream, entry)
                page.definitions.append((segment.stream, entry.number, segment.seq))
            case Answer():
                self._add_answer(page, segment, place, entry)
            case Mark():
                _add_mark(page, entry, self._latest)
            case Happened():
                _add_event(page, entry)

    def _add_answer(self, page: Page, segment: Segment, place: int, answer: Answer) -> None:
        recipient = self._meanings.recipient((segment.stream, answer.recipient))
        operation = self._meanings.operation((segment.stream, answer.operation))
        subjects = subjects_of(answer, recipient.meaning)
        people = PeopleOf(page.next_leaf, list(subjects.steps), _readings(operation, subjects))
        salt, seed = self._secrets.take(), self._secrets.take()
        small_root = root(small_leaves(seed, people))
        first = (
            page.next_leaf, segment.stream, segment.seq, place,
            UUID(bytes=answer.request_id), moment(answer.microseconds), answer.outcome,
        )  # fmt: skip
        meaning = recipient.meaning
        rest = (
            meaning.case_reference, meaning.grants_revision, meaning.emergencies, answer.missing,
            answer.officer, salt, seed, len(people.subjects), small_root,
        )  # fmt: skip
        page.answers.append(AnswerRow(first, recipient.party, operation.common, rest))
        page.people.append(people)
        _count(page, answer, recipient, operation, len(people.subjects))
        self._latest.add(AnswerKey(answer.request_id, answer.microseconds), answer.looked_at)
        content = answer_content(
            answer.request_id,
            answer.microseconds,
            len(people.subjects),
            small_root,
            commitment(salt, recipient.shared(operation, answer)),
            officer_commitment(seed, answer.officer),
        )
        page.add_leaf(LeafKind.ANSWER, content)


def small_leaves(seed: bytes, people: PeopleOf) -> list[bytes]:
    """The leaves of an answer's small tree."""
    return [
        leaf_hash(subject_content(salt_of(seed, place), subject, reading.digest))
        for place, (subject, reading) in enumerate(zip(people.subjects, people.readings, strict=True))
    ]


def moment(microseconds: int) -> datetime:
    """Raises OverflowError."""
    return _EPOCH + timedelta(microseconds=microseconds)


def add_act(page: Page, number: int, hash_: bytes) -> None:
    """An act as the authority recorded it."""
    page.acts.append((page.next_leaf, number, hash_))
    page.add_leaf(LeafKind.ACT, act_content(number, hash_))


def _add_mark(page: Page, mark: Mark, latest: Latest) -> None:
    """What is said of persons whom the answer did not look at, or of an answer that is not there, is of nobody."""
    looked_at = latest.of(AnswerKey(mark.request_id, mark.answered_at))
    places = places_of(looked_at or (), mark.places)
    answered_at, at = moment(mark.answered_at), moment(mark.microseconds)
    kind, reason = _MARKS[mark.what]
    page.marks.append((page.next_leaf, UUID(bytes=mark.request_id), answered_at, kind, reason, places, at))
    page.add_leaf(LeafKind.MARK, mark_content(mark.request_id, mark.answered_at, mark.microseconds, mark.what, places))


def _add_event(page: Page, happened: Happened) -> None:
    content = canonical(happened.event)
    kind = happened.event.__struct_config__.tag
    page.events.append((page.next_leaf, moment(happened.microseconds), kind, content.decode()))
    page.add_leaf(LeafKind.EVENT, event_content(happened.microseconds, content))


def _readings(operation: KnownOperation, subjects: Subjects) -> list[Common]:
    """Of each subject, in the order of places. Few kinds of readings for many subjects.

    A reading that is asked for gets a row, so none is that no subject has: the audit would take it for inserted.
    """
    if roles := subjects.roles:
        return [operation.reading(these, roles.get(subject, ())) for subject, these in subjects.steps.items()]
    steps = subjects.steps.values()
    known = {these: operation.reading(these) for these in set(steps)}
    return [known[these] for these in steps]


def _count(page: Page, answer: Answer, recipient: KnownRecipient, operation: KnownOperation, people: int) -> None:
    count = page.used[Used(_day(answer.microseconds), recipient.party, operation.common, answer.outcome)]
    count.answers += 1
    count.people += people
    count.on_trial += answer.outcome is Outcome.GRANTED and bool(answer.missing)


def _day(microseconds: int) -> date:
    """In Vietnam's time."""
    return _date((microseconds + _AHEAD) // _A_DAY)


@lru_cache(maxsize=64)
def _date(days: int) -> date:
    return _EPOCH.date() + timedelta(days=days)


def _size(looked_at: Iterable[LookedAt]) -> int:
    return sum(len(seen.persons) for seen in looked_at)
