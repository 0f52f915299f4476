"""Every error that the graph can give, in both shapes: the same status, code, path and place, and the same words.

A refusal is the same body. `APART` are the codes that no question brings about in both shapes alike, and where it is
shown what they mean in each.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from auth.demo.agencies import WIDEST
from graph.errors import Code
from graph.limits import ALIASES, BODY_BYTES, DEPTH, LIST_ITEMS, ROOT_FIELDS, TEXT_CHARACTERS, TOKENS
from synthetic.personas import SIGNING_IN
from tests.federation.same.both import Answer, Both, sources
from tests.federation.same.granted import PERSONS_PER_DAY, counted, without_purpose
from tests.federation.same.troubles import NAMESAKE, NUMBER, Urls, broken, lines, locked, namesakes, without_grants

PIN = SIGNING_IN[0].pin
NAMED = f'{{ citizen(pin: "{PIN}") {{ fullName }} }}'
LAND = f'{{ a: citizen(pin: "{PIN}") {{ fullName landRights(first: 2) {{ edges {{ node {{ kind }} }} }} }} }}'
SEARCH = f'oldNumberAndName: {{oldIdentityNumber: "{NUMBER}", fullName: "{NAMESAKE}"}}'
NOT_CONFIRMED_S = 30.0

HOLDER = "landRights(first: 1) { edges { node { holder { ... on Citizen { fullName bloodType b: bloodType } } } } }"
CURSORS = "{ edges { cursor } }"

Asked = tuple[str, str, bytes | str]  # what is wrong, by whom, and the question

REFUSED: Mapping[Code, Sequence[Asked]] = {
    Code.UNAUTHENTICATED: [("no-token", "", NAMED), ("no-such-token", "Bearer of-nobody", NAMED)],
    Code.SCOPE_REQUIRED: [
        ("a-field", "bank", '{ enterprise(code: "0100000000") { name charterCapital } }'),
        ("two-paths", "land-office", f'{{ parcel(id: "zzzzzzzzzzzz") {{ {HOLDER} }} }}'),
        ("verifying", "statistics", f'{{ verifyIdentity(pin: "{PIN}", fullName: "A", dateOfBirth: "1985") }}'),
    ],
    Code.LOOKUP_REQUIRED: [("a-number", "statistics", f'{{ citizen(pin: "{PIN}") {{ sex }} }}')],
    Code.CONSENT_REQUIRED: [("nobody-speaks", WIDEST, "{ me { pin } }")],
    Code.OUT_OF_JURISDICTION: [
        ("elsewhere", "hanoi-one-stop", f'{{ residents(communeCode: "26734", first: 1) {CURSORS} }}')
    ],
    Code.OPERATION_NOT_REGISTERED: [("no-such-name", WIDEST, b'{"documentId": "nothing/1"}')],
    Code.LIMIT_EXCEEDED: [
        ("aliases", WIDEST, f"{{ {' '.join(f'a{n}: __typename' for n in range(ALIASES + 1))} }}"),
        ("depth", WIDEST, f"{{ me {'{ spouse ' * DEPTH} {{ pin }} {'}' * DEPTH} }}"),
        ("root-fields", WIDEST, f"{{ {' '.join(f'a{n}: me {{ pin }}' for n in range(ROOT_FIELDS + 1))} }}"),
        ("page", WIDEST, f'{{ parcels(communeCode: "00001", first: {LIST_ITEMS + 1}) {CURSORS} }}'),
        ("list", WIDEST, f"{{ citizens(pins: {json.dumps([PIN] * (LIST_ITEMS + 1))}) {{ pin }} }}"),
        ("text", WIDEST, f'{{ searchEnterprises(name: "{"a" * (TEXT_CHARACTERS + 1)}", first: 1) {CURSORS} }}'),
        ("tokens", WIDEST, f"{{ {'__typename ' * TOKENS} }}"),
        ("body", WIDEST, b" " * (BODY_BYTES + 1)),
    ],
    Code.GRAPHQL_PARSE_FAILED: [("a-brace", WIDEST, f'{{ citizen(pin: "{PIN}") {{')],
    Code.GRAPHQL_VALIDATION_FAILED: [
        ("no-field", WIDEST, f'{{ citizen(pin: "{PIN}") {{ fullname }} }}'),
        ("no-fields", WIDEST, f'{{ citizen(pin: "{PIN}") }}'),
        ("a-routers-field", WIDEST, f'{{ citizen(pin: "{PIN}") {{ ref }} }}'),
        ("a-routers-way-in", WIDEST, "{ _entities(representations: []) { __typename } }"),
        ("a-mutation", WIDEST, "mutation { __typename }"),
    ],
    Code.BAD_USER_INPUT: [
        ("a-number", WIDEST, '{ citizen(pin: "1") { pin } }'),
        ("no-variable", WIDEST, "query ($pin: PersonalNumber!) { citizen(pin: $pin) { pin } }"),
        ("no-json", WIDEST, b"{"),
        ("a-batch", WIDEST, b"[]"),
        ("no-query", WIDEST, b"{}"),
        ("nobodys-cursor", WIDEST, f'{{ residents(communeCode: "00001", first: 1, after: "{"A" * 32}") {CURSORS} }}'),
    ],
}

IN_PLACE = {Code.TOO_MANY_MATCHES, Code.SOURCE_UNAVAILABLE, Code.LIMIT_EXCEEDED}  # of one field, the rest is answered
BY_STATE = {Code.PURPOSE_REQUIRED, Code.RATE_LIMITED, Code.GRANTS_UNCONFIRMED}  # of the token, the day, the authority
APART = {
    Code.DEADLINE_EXCEEDED: "which time runs out first: gateway/test_failures.py, tests/graph/test_run.py",
    Code.OVERLOADED: "the room of one process: gateway/test_failures.py, tests/graph/test_bodies.py",
    Code.DISCLOSURE_NOT_RECORDED: "a ledger for each shape: gateway/test_failures.py, tests/graph/test_disclosure.py",
    Code.INTERNAL: "no question is known to bring it about: tests/graph/test_endpoint.py",
}


def asked(both: Both, sent: bytes | str, authorization: str) -> list[Answer]:
    """What the two shapes answer, without the moment from which they answer: they are asked one after the other."""
    body = sent if isinstance(sent, bytes) else json.dumps({"query": sent}).encode()
    headers = {"authorization": authorization} if authorization else {}
    return [_undated(shape.send(body, **headers)) for shape in (both.whole, both.together)]


def _undated(answer: Answer) -> Answer:
    status, body = answer
    return status, body | {"extensions": sources(answer)} if "extensions" in body else body


def authorized(both: Both, caller: str) -> str:
    """The header of a client; what is one already stays."""
    return caller if caller == "" or " " in caller else f"Bearer {both.whole.tokens.of(caller)}"


def codes(answer: Answer) -> set[str]:
    return {error["extensions"]["code"] for error in answer[1]["errors"]}


def test_every_code_is_brought_about_in_both_shapes_or_said_to_be_apart() -> None:
    here = {*REFUSED} | IN_PLACE | BY_STATE
    assert here | {*APART} == {*Code}
    assert here.isdisjoint(APART)


@pytest.mark.parametrize(
    ("code", "caller", "sent"),
    [pytest.param(code, *each, id=f"{code}-{what}") for code, asked_ in REFUSED.items() for what, *each in asked_],
)
def test_whoever_is_refused_reads_the_same_refusal(both: Both, code: Code, caller: str, sent: bytes | str) -> None:
    alone, together = asked(both, sent, authorized(both, caller))

    assert together == alone
    assert codes(alone) == {code}
    assert "data" not in alone[1]


def test_whoever_names_no_purpose_reads_the_same_refusal(both: Both, installation: dict[str, str]) -> None:
    alone, together = asked(both, NAMED, f"Bearer {without_purpose(installation)}")

    assert together == alone
    assert codes(alone) == {Code.PURPOSE_REQUIRED}


def test_whoever_asks_for_more_persons_than_a_day_has_room_for_reads_the_same_refusal(
    both: Both, installation: dict[str, str]
) -> None:
    pins = json.dumps([each.pin for each in SIGNING_IN[: PERSONS_PER_DAY + 1]])
    answers = asked(both, f"{{ citizens(pins: {pins}) {{ sex }} }}", f"Bearer {counted(installation)}")

    alone, together = (_timeless(answer) for answer in answers)
    assert together == alone
    assert codes(answers[0]) == {Code.RATE_LIMITED}


def _timeless(answer: Answer) -> Any:
    """Without the seconds until tomorrow, which go on between two questions."""
    (error,) = answer[1]["errors"]
    seconds = error["extensions"].pop("retryAfter")
    return answer[0], {**error, "message": error["message"].replace(f"{seconds} seconds", "")}


async def test_whoever_asks_while_nobody_can_confirm_the_grants_reads_the_same_refusal(both: Both, urls: Urls) -> None:
    token = authorized(both, WIDEST)
    async with without_grants(urls):
        answers = _until(lambda: asked(both, NAMED, token), 503)
    after = _until(lambda: asked(both, NAMED, token), 200)

    assert answers[1] == answers[0]
    assert codes(answers[0]) == {Code.GRANTS_UNCONFIRMED}
    assert after[1] == after[0]


def _until(ask: Callable[[], list[Answer]], status: int) -> list[Answer]:
    """The first answers that are whole, or refused whole, with this status in both shapes."""
    until = time.monotonic() + NOT_CONFIRMED_S
    while True:
        found = ask()
        if all(each[0] == status and len(each[1].keys() - {"extensions"}) == 1 for each in found):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.05)


async def test_whoever_finds_too_many_gets_the_rest_with_the_same_error(both: Both, urls: Urls) -> None:
    async with namesakes(urls):
        found = f'{{ citizen(pin: "{SIGNING_IN[-1].pin}") {{ sex }} b: findCitizens(search: {{{SEARCH}}}) {{ pin }} }}'
        check(asked(both, found, authorized(both, WIDEST)), Code.TOO_MANY_MATCHES, ["b"])


async def test_whoever_asks_for_a_list_that_is_too_long_gets_the_rest_with_the_same_error(
    both: Both, urls: Urls
) -> None:
    async with lines(urls) as code:
        listed = f'{{ enterprises(codes: ["{code}"]) {{ name industries {{ code }} }} }}'
        check(asked(both, listed, authorized(both, WIDEST)), Code.LIMIT_EXCEEDED, ["enterprises", 0, "industries"])


@pytest.mark.parametrize("trouble", [broken, locked])
async def test_whoever_asks_a_register_that_does_not_answer_gets_the_rest_with_the_same_error(
    both: Both, urls: Urls, trouble: Callable[[Urls], Any]
) -> None:
    async with trouble(urls):
        answers = asked(both, LAND, authorized(both, WIDEST))
    check(answers, Code.SOURCE_UNAVAILABLE, ["a", "landRights"])


def check(answers: list[Answer], code: Code, path: list[str | int]) -> None:
    """The same status, data and words; one error, at this place."""
    (status, alone), (other_status, together) = answers
    assert (status, other_status) == (200, 200)
    assert together == alone
    (error,) = alone["errors"]
    assert (error["extensions"]["code"], error["path"]) == (code, path)
