"""The keys of references reach the process that asked for them, and nobody who carries them."""

import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws

from auth.access.references import KEY_BYTES, MonthlyKeys, NotSealedHere, Seals
from auth.errors import GrantsUnconfirmed
from auth.policy.acknowledgements import LEASE_S
from auth.policy.remote import RemotePolicy
from auth.policy.remote_seals import NotForUs, Recipient, encrypted
from auth.policy.remote_wire import Question, Statement
from tests.auth.conftest import Install
from tests.auth.policy.remote_world import Gateway, add_subgraph, following, remote
from tests.auth.world import ISSUER, Installation, settled, unpadded, until

PIN = "001205012345"
KEYS = MonthlyKeys(bytes(range(32)))()


def test_a_process_opens_what_was_sent_to_it() -> None:
    recipient = Recipient()
    assert recipient.opened(encrypted(KEYS, recipient.address)) == KEYS


def test_the_same_keys_are_sent_in_other_words_each_time() -> None:
    recipient = Recipient()
    sent = {encrypted(KEYS, recipient.address) for _ in range(3)}
    assert len(sent) == 3
    assert not [key for key in KEYS for text in sent if unpadded(key)[:-2] in text]


@pytest.mark.parametrize(
    "sent",
    ["", "A", "x" * 320, "ơ", encrypted(KEYS, Recipient().address)],
    ids=["nothing", "a letter", "letters", "not ASCII", "another process's"],
)
def test_what_was_not_sent_to_a_process_it_cannot_open(sent: str) -> None:
    with pytest.raises(NotForUs):
        Recipient().opened(sent)


@pytest.mark.parametrize("keys", [KEYS[:2], [*KEYS, KEYS[0]], [KEYS[0][:32], *KEYS[1:]], []])
def test_keys_that_are_not_three_whole_ones_are_not_taken(keys: list[bytes]) -> None:
    recipient = Recipient()
    with pytest.raises(NotForUs):
        recipient.opened(encrypted(keys, recipient.address))


RECIPIENT = Recipient()
SENT = encrypted(KEYS, RECIPIENT.address)


@given(st.integers(0, len(SENT) - 1), st.sampled_from("ABab01-_"))
def test_what_was_changed_on_the_way_is_not_taken(place: int, letter: str) -> None:
    changed = SENT[:place] + letter + SENT[place + 1 :]
    try:
        assert RECIPIENT.opened(changed) == KEYS
    except NotForUs:
        assert changed != SENT


# --- with the policy -------------------------------------------------------------------------------------------------


@pytest.fixture
async def gateway(here: Installation) -> Gateway:
    await add_subgraph(here)
    await add_subgraph(here, "people-graph", "identity")
    await settled(here)
    return Gateway(here)


@pytest.fixture
async def land(here: Installation, gateway: Gateway) -> AsyncIterator[RemotePolicy]:
    async with following(remote(here, gateway)) as source:
        yield source


async def test_what_one_subgraph_sealed_another_opens_and_a_gateway_between_them_does_not(
    here: Installation, gateway: Gateway, land: RemotePolicy
) -> None:
    reference = Seals(land.seals).seal("Citizen", PIN)
    async with following(remote(here, gateway, "people-graph")) as people:
        assert Seals(people.seals).open("Citizen", reference) == PIN
    with pytest.raises(NotSealedHere):
        Seals(MonthlyKeys(bytes(32))).open("Citizen", reference)
    answers = [body for _, body in gateway.answers if body]
    carried = b"".join(answers)
    payloads = b"".join(jws.extract_compact(body).payload or b"" for body in answers)
    for key in land.seals():
        assert len(key) == KEY_BYTES
        assert key not in carried + payloads
        assert unpadded(key).encode() not in carried + payloads


async def test_all_processes_of_the_authority_hand_out_the_same_keys(
    here: Installation, install: Install, gateway: Gateway, land: RemotePolicy
) -> None:
    second = await install(here.files)
    async with following(remote(here, Gateway(second))) as other:
        assert other.seals() == land.seals() == here.server.references()


async def test_keys_stay_the_same_object_while_they_are_the_same(gateway: Gateway, land: RemotePolicy) -> None:
    """`Seals` makes its ciphers anew for every other object."""
    before, seen = land.seals(), len(gateway.answers)
    await until(lambda: len(gateway.answers) > seen + 1)
    assert land.seals() is before


async def test_a_process_that_has_not_asked_yet_has_no_keys(here: Installation, gateway: Gateway) -> None:
    source = remote(here, gateway)
    with pytest.raises(GrantsUnconfirmed):
        Seals(source.seals).seal("Citizen", PIN)
    await source.close()


async def test_a_gateway_asks_for_the_keys_itself_and_the_authority_refuses_the_question(
    gateway: Gateway, land: RemotePolicy
) -> None:
    """The address to which they are sent was signed along by the subgraph."""
    said: set[int] = set()
    thief = Recipient()

    async def redirecting(request: httpx2.Request) -> httpx2.Response:
        address = re.sub("seal_to=[A-Za-z0-9_-]+", f"seal_to={thief.address}", str(request.url))
        answer = await gateway.honest(httpx2.Request(request.method, address, headers=dict(request.headers)))
        said.add(answer.status_code)
        return answer

    gateway.through = redirecting
    await until(lambda: bool(said))
    await until(lambda: refuses(land), LEASE_S + 1)
    assert said == {400}


def refuses(source: RemotePolicy) -> bool:
    try:
        source.policy()
    except GrantsUnconfirmed:
        return True
    return False


HOSTILE = {
    "no point": urlsafe_b64encode(bytes(32)).decode().rstrip("="),
    "a point of small order": urlsafe_b64encode(b"\1" + bytes(31)).decode().rstrip("="),
    "too short": "A" * 42,
    "too long": "A" * 44,
    "nothing": "",
    "padded": "A" * 42 + "=",
}


@pytest.mark.parametrize("address", HOSTILE.values(), ids=HOSTILE)
async def test_an_address_to_which_nothing_can_be_sent_is_a_bad_question(
    here: Installation, gateway: Gateway, address: str
) -> None:
    asked = f"{Question(process=remote(here, gateway)._process, after=0, rules=0).query()}&seal_to={address}"
    headers = {"Authorization": f"Bearer {here.assertion('land-graph', asks=asked)}"}
    async with httpx2.AsyncClient(transport=gateway, base_url=ISSUER) as http:
        answer = await http.get(f"/oauth/policy?{asked}", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_process_that_names_no_address_is_told_the_policy_without_keys(
    here: Installation, gateway: Gateway
) -> None:
    asked = Question(process=remote(here, gateway)._process, after=0, rules=0).query()
    headers = {"Authorization": f"Bearer {here.assertion('land-graph', asks=asked)}"}
    async with httpx2.AsyncClient(transport=gateway, base_url=ISSUER) as http:
        answer = await http.get(f"/oauth/policy?{asked}", headers=headers)
    said = msgspec.json.decode(jws.extract_compact(answer.content).payload or b"", type=Statement)
    assert said.seals is None
