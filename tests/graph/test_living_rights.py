"""Rights that change while a request is answered: nothing more is read by the old ones, and nothing leaves by them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import orjson
import pytest

from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, RightsChanged
from ledger import Outcome
from tests.graph.compiling import holding
from tests.graph.conftest import Open
from tests.graph.invented.rows import pin
from tests.graph.world import EVERYTHING, Answer, Door, World, locked

FRIENDS = f'{{person(pin:"{pin(1)}"){{name friends{{name}}}}}}'
DEEP = f'{{person(pin:"{pin(1)}"){{name friends{{friends{{name}}}}}}}}'  # its record waits for more than one wave
NAMED = '{named(name:"Person 3"){pin}}'
SOME = {"people:citizen.pin:lookup", "people:citizen.name:read"}


@dataclass
class Unsteady(Door):
    """A door at which confirming does what a test says."""

    happens: Callable[[], None] = lambda: None

    def confirm(self, caller: Caller) -> None:
        self.happens()
        super().confirm(caller)


@pytest.fixture
async def unsteady(open_world: Open) -> tuple[World, Unsteady]:
    """A process at such a door."""
    world = await open_world()
    door = Unsteady(world.door.callers, world.door.proofs)
    world.door = door
    world.graph._confirm = door.confirm
    return world, door


def lost() -> None:
    raise GrantsUnconfirmed


def changed() -> None:
    raise RightsChanged


async def asked_while(world: World, table: str, question: str, then: Callable[[], None]) -> Answer:
    """The answer to a question that waits for a table while something happens."""
    await world.ask(question)
    world.listen()
    async with locked(world.databases["people"]._url, table):
        asking = asyncio.create_task(world.post(orjson.dumps({"query": question})))
        while not world.sent:  # noqa: ASYNC110 - what another task sends
            await asyncio.sleep(0.005)
        then()
    return await asking


def take_back(world: World, *left: str) -> Callable[[], None]:
    """Leaves the caller these scopes."""

    def take() -> None:
        world.door.callers["Bearer all"] = replace(holding(left), admission="Bearer all")

    return take


@pytest.mark.parametrize("question", [FRIENDS, DEEP])
async def test_a_right_taken_back_between_two_steps_stops_the_reading_there(world: World, question: str) -> None:
    answer = await asked_while(world, "friends", question, take_back(world, "people:citizen.pin:lookup"))
    assert (answer.status, {*answer.codes}) == (403, {"SCOPE_REQUIRED"})
    assert len(world.sent) == 1
    assert b"Person" not in answer.body


async def test_a_request_whose_rights_changed_and_still_suffice_is_answered_by_those_of_now(world: World) -> None:
    """It starts over once, and the caller hears nothing of it."""
    answer = await asked_while(world, "friends", FRIENDS, take_back(world, *SOME, "people:citizen.friends:read"))
    assert answer.data["person"] == {"name": "Person 1", "friends": [{"name": "Person 2"}, {"name": "Person 3"}]}
    assert len(world.sent) == 1 + 2


@pytest.mark.parametrize("question", [FRIENDS, DEEP])
async def test_a_lease_that_runs_out_between_two_steps_stops_the_reading_there(
    unsteady: tuple[World, Unsteady], question: str
) -> None:
    world, door = unsteady

    def runs_out() -> None:
        door.happens = lost

    answer = await asked_while(world, "friends", question, runs_out)
    assert (answer.status, answer.codes) == (503, ["GRANTS_UNCONFIRMED"])
    assert len(world.sent) == 1
    assert b"Person" not in answer.body


async def test_a_right_taken_back_before_the_record_is_handed_over_leaves_a_refusal_on_record_alone(
    world: World,
) -> None:
    """Whom a search finds is known when it has been read: until then there is nothing to record."""
    answer = await asked_while(world, "folk", NAMED, take_back(world))
    entries = await world.recorded(answer.request_id)
    assert answer.status == 403
    assert [entry.outcome for entry in entries] == [Outcome.REFUSED]


async def test_what_was_recorded_before_a_right_was_taken_back_stays_on_record_under_the_same_request(
    world: World,
) -> None:
    question = f'{{person(pin:"{pin(1)}"){{name}}}}'
    answer = await asked_while(world, "folk", question, take_back(world))
    entries = await world.recorded(answer.request_id)
    assert answer.status == 403
    assert [entry.outcome for entry in entries] == [Outcome.GRANTED, Outcome.REFUSED]


async def test_a_right_taken_back_while_the_record_is_written_is_not_there_when_the_answer_leaves(
    world: World,
) -> None:
    question = f'{{person(pin:"{pin(1)}"){{name}}}}'
    await world.ask(question)
    async with locked(world.ledger_url, "segments"):
        asking = asyncio.create_task(world.post(orjson.dumps({"query": question})))
        await asyncio.sleep(0.2)
        take_back(world, "people:citizen.pin:lookup")()
    answer = await asking
    assert (answer.status, answer.codes) == (403, ["SCOPE_REQUIRED"])


async def test_a_token_revoked_while_it_is_answered_is_a_401(world: World) -> None:
    answer = await asked_while(world, "friends", FRIENDS, world.door.callers.clear)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert len(world.sent) == 1


async def test_a_caller_whose_rights_change_all_the_time_is_told_to_ask_again(
    unsteady: tuple[World, Unsteady],
) -> None:
    """And does not keep the process busy for as long as somebody changes them."""
    world, door = unsteady
    door.happens = changed
    answer = await world.ask(FRIENDS)
    assert (answer.status, answer.codes) == (503, ["GRANTS_UNCONFIRMED"])


async def test_a_right_taken_back_from_one_caller_takes_no_other_along(world: World) -> None:
    """They share statements: the one goes on, the other is refused."""
    other = world.admit(holding(EVERYTHING))
    body = orjson.dumps({"query": FRIENDS})
    await world.post(body)
    world.listen()
    async with locked(world.databases["people"]._url, "folk"):
        refused, answered = (
            asyncio.create_task(world.post(body, authorization=each)) for each in ("Bearer all", other)
        )
        while not world.sent:  # noqa: ASYNC110 - what another task sends
            await asyncio.sleep(0.005)
        take_back(world)()
    assert ((await refused).status, (await answered).status) == (403, 200)


# --- who asks is proved once -----------------------------------------------------------------------------------------


async def test_a_proof_is_shown_once_for_a_request_also_when_it_starts_over(world: World) -> None:
    """A proof counts for one use: asked for twice, an honest client would be refused."""
    world.door.proofs.clear()
    question = f'{{person(pin:"{pin(1)}"){{name}}}}'
    async with locked(world.ledger_url, "segments"):
        asking = asyncio.create_task(world.post(orjson.dumps({"query": question}), dpop="proof"))
        await asyncio.sleep(0.2)
        world.door.callers["Bearer all"] = holding(SOME)
    assert (await asking).status == 200
    assert world.door.proofs == [("proof", "POST", "/graphql")]


async def test_an_answer_to_a_proof_carries_the_nonce_for_the_next_and_no_other_answer_does(world: World) -> None:
    asked = orjson.dumps({"query": "{__typename}"})
    assert (await world.post(asked, dpop="proof")).headers["dpop-nonce"] == world.door.nonces.current()
    assert "dpop-nonce" not in (await world.post(asked)).headers


async def test_a_request_with_two_proofs_is_taken_to_show_neither(world: World) -> None:
    """What is made of both is no proof: the authority refuses it, and no part reads the first and another the last."""
    world.door.proofs.clear()
    sent = []

    async def send(message: object) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b'{"query":"{__typename}"}'}

    headers = [(b"authorization", b"Bearer all"), (b"dpop", b"one"), (b"dpop", b"two")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await world.endpoint()(scope, receive, send)
    assert world.door.proofs == [("one,two", "POST", "/graphql")]
    twice = {**scope, "headers": [(b"authorization", b"Bearer all"), (b"authorization", b"Bearer all")]}
    await world.endpoint()(twice, receive, send)
    assert sent[2]["status"] == 401  # type: ignore[index]
