"""Registered operations: asked for by name, and nothing else by clients that are held to them."""

import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest

from auth.caller import Caller, Operations
from graph.registered import RegisteredOperations
from graph.request import NEW
from tests.graph.compiling import holding
from tests.graph.invented.rows import pin
from tests.graph.world import EVERYTHING, Answer, Register, World, request

NAMES = "query Names($pin: PersonalNumber!) { person(pin: $pin) { name } }"
PUBLIC = 'query Label { thing(id: "1-1") { label } }'
TOWNS = "query Towns($pin: PersonalNumber!) { person(pin: $pin) { town } }"
WHO = {"pin": pin(1)}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def client(register: Register, *, only: bool = False, agency: str = "G15", **about: Any) -> Caller:
    """A client of an agency with what stands in the register under its name."""
    mine = {document_id: text for (whose, document_id), text in register.items() if whose == agency}
    operations = Operations(frozenset(mine), frozenset(map(digest, mine.values())))
    return replace(holding(EVERYTHING), agency=agency, registered_only=only, operations=operations, **about)


@pytest.fixture
def register(world: World) -> Register:
    """The agency G15 registered two documents, and G16 another."""
    world.register.update({("G15", "names"): NAMES, ("G15", digest(PUBLIC)): PUBLIC, ("G16", "towns"): TOWNS})
    return world.register


async def ask(world: World, caller: Caller, *, explains: bool = False, **body: Any) -> Answer:
    headers = {"authorization": world.admit(caller), "content-type": "application/json", "accept": NEW.decode()}
    return await request(world.endpoint(explains=explains), "POST", [orjson.dumps(body)], headers)


async def test_a_client_asks_for_a_registered_operation_by_its_name(world: World, register: Register) -> None:
    answer = await ask(world, client(register), documentId="names", variables=WHO)
    assert answer.data == {"person": {"name": "Person 1"}}


async def test_an_operation_is_read_once_from_where_it_is_registered(world: World, register: Register) -> None:
    for _ in range(3):
        await ask(world, client(register), documentId="names", variables=WHO)
    assert register.asked == 1


@pytest.mark.parametrize("document_id", ["unknown", "towns", "", "Names", "names ", "x" * 10_000])
async def test_a_name_that_the_agency_did_not_register_is_refused_without_a_look(
    world: World, register: Register, document_id: str
) -> None:
    """Another agency's is refused in the same words, and no name reaches the database that the policy does not know."""
    answer = await ask(world, client(register), documentId=document_id, variables=WHO)
    unknown = await ask(world, client(register), documentId="surely-not", variables=WHO)
    assert (answer.status, answer.codes) == (403, ["OPERATION_NOT_REGISTERED"])
    assert answer.body == unknown.body
    assert register.asked == 0


async def test_an_operation_that_was_withdrawn_is_refused_though_it_was_asked_before(
    world: World, register: Register
) -> None:
    mine = client(register)
    await ask(world, mine, documentId="names", variables=WHO)
    withdrawn = replace(mine, operations=Operations())
    assert (await ask(world, withdrawn, documentId="names", variables=WHO)).codes == ["OPERATION_NOT_REGISTERED"]


async def test_an_operation_withdrawn_between_policy_and_database_is_refused(world: World, register: Register) -> None:
    mine = client(register)
    del register["G15", "names"]
    assert (await ask(world, mine, documentId="names", variables=WHO)).codes == ["OPERATION_NOT_REGISTERED"]


async def test_two_agencies_may_register_two_documents_under_one_name(world: World, register: Register) -> None:
    register["G16", "names"] = TOWNS
    first = await ask(world, client(register), documentId="names", variables=WHO)
    second = await ask(world, client(register, agency="G16"), documentId="names", variables=WHO)
    assert (first.data, second.data) == ({"person": {"name": "Person 1"}}, {"person": {"town": "00001"}})


async def test_a_suppliers_client_asks_what_its_own_agency_registered(world: World, register: Register) -> None:
    """Under the rights of another: that one's documents are for its own clients."""
    supplier = replace(client(register, agency="G16"), agency="G15", supplier="G16")
    assert (await ask(world, supplier, documentId="towns", variables=WHO)).status == 200
    assert (await ask(world, supplier, documentId="names", variables=WHO)).codes == ["OPERATION_NOT_REGISTERED"]


# --- clients that are held to them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [PUBLIC, NAMES])
async def test_a_client_that_is_held_to_them_may_send_the_text_itself(
    world: World, register: Register, text: str
) -> None:
    answer = await ask(world, client(register, only=True), query=text, variables=WHO if text == NAMES else {})
    assert answer.status == 200


@pytest.mark.parametrize(
    "text",
    [
        TOWNS,
        NAMES + " ",
        NAMES.replace("name", "town"),
        f"{NAMES} query Other {{ __typename }}",
        "{__typename}",
        "{__schema{types{name}}}",
        "{",
        "",
        "{" * 100_000,
        digest(NAMES),
        "names",
    ],
    ids=lambda text: text[:20],
)
async def test_a_client_that_is_held_to_them_is_refused_anything_else_before_it_is_parsed(
    world: World, register: Register, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*_: Any) -> Any:
        pytest.fail("it was parsed")

    monkeypatch.setattr("graph.document.parse", parse)
    monkeypatch.setattr("graph.endpoint.parsed", parse)
    held = client(register, only=True)
    answers = [await ask(world, held, explains=explains, query=text, variables=WHO) for explains in (False, True)]
    answers.append(await world.get(f"query={quote(text) or '%20'}", authorization=world.admit(held)))
    assert [(answer.status, answer.codes) for answer in answers] == [(403, ["OPERATION_NOT_REGISTERED"])] * 3


async def test_a_name_that_is_the_digest_of_another_document_lets_nobody_ask_that_document(
    world: World, register: Register
) -> None:
    """An agency could register a harmless text under the digest of one that no officer would have seen."""
    register["G15", digest(TOWNS)] = PUBLIC
    held = client(register, only=True)
    assert (await ask(world, held, query=TOWNS, variables=WHO)).codes == ["OPERATION_NOT_REGISTERED"]
    assert (await ask(world, held, documentId=digest(TOWNS))).data == {"thing": {"label": "thing 1"}}


async def test_a_refused_operation_leaves_no_word_of_itself_in_the_answer(world: World, register: Register) -> None:
    answer = await ask(world, client(register, only=True), query=f'{{person(pin:"{pin(7)}"){{town}}}}')
    assert pin(7).encode() not in answer.body
    assert answer.headers["www-authenticate"].startswith("Bearer resource_metadata=")


# --- how it is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": "names", "query": NAMES},
        {"documentId": "names", "query": ""},
        {"documentId": 1},
        {"documentId": ["names"]},
        {"documentId": {"sha256": "names"}},
        {"documentId": None},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "names"}}},
    ],
)
async def test_a_document_named_in_another_way_is_a_400(world: World, register: Register, body: Any) -> None:
    answer = await ask(world, client(register), variables=WHO, **body)
    assert (answer.status, answer.codes) == (400, ["BAD_USER_INPUT"])


async def test_an_explanation_of_a_registered_operation_is_asked_for_by_its_name(
    world: World, register: Register
) -> None:
    answer = await ask(world, client(register), explains=True, documentId="names", variables=WHO)
    assert (answer.json["operation"], answer.json["verdict"]) == ("Names", "granted")


async def test_a_registered_operation_about_nobody_is_asked_with_get_and_one_about_somebody_is_not(
    world: World, register: Register
) -> None:
    header = world.admit(client(register))
    public = await world.get(urlencode({"documentId": digest(PUBLIC)}), authorization=header)
    personal = await world.get(urlencode({"documentId": "names", "variables": "{}"}), authorization=header)
    assert (public.status, personal.status) == (200, 405)


async def test_texts_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.registered.TEXTS", 2)
    register = Register({("G15", f"n{number}"): f"{{a{number}:__typename}}" for number in range(5)})
    operations = RegisteredOperations(register)
    mine = client(register)
    for number in (0, 1, 2, 3, 4, 4):
        await operations._text(f"n{number}", mine)
    assert (len(operations._texts), register.asked) == (2, 5)
