"""What becomes known of an answer after it was recorded: that it never left, and who was not there (law 5)."""

import asyncio
from typing import Any

import orjson
import pytest

from auth.errors import GrantsUnconfirmed
from auth.reach import EVERYWHERE, in_communes
from graph.answer import Question
from graph.disclosure import Record
from graph.exchange import Exchange
from graph.request import has_left
from ledger import Bounds, Ledger, Marked, NotRecorded, Outcome
from tests.graph.compiling import holding
from tests.graph.invented.rows import FOLK, PROTECTED, TOWNS, pin
from tests.graph.world import EVERYTHING, KEYS, PSEUDONYMS, World, locked

PERSON = f'{{person(pin:"{pin(1)}"){{name}}}}'
PUBLIC = '{thing(id:"1-1"){label}}'


class Client:
    """A connection as uvicorn keeps it: it says so once when the other end has left."""

    def __init__(self, query: str, **headers: str) -> None:
        self._pieces = [{"type": "http.request", "body": orjson.dumps({"query": query})}]
        self.left = asyncio.Event()
        self.sent: list[Any] = []
        given = {"authorization": "Bearer all", "content-type": "application/json", **headers}
        raw = [(name.encode(), value.encode()) for name, value in given.items()]
        self.scope = {"type": "http", "method": "POST", "headers": raw, "query_string": b"", "path": "/graphql"}

    async def receive(self) -> dict[str, Any]:
        if self._pieces:
            return self._pieces.pop()
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def ask(self, world: World) -> str:
        """The id of its request."""
        made: list[bytes] = []
        new = world.graph.new_request_id

        def noted() -> bytes:
            made.append(new())
            return made[-1]

        world.graph.new_request_id = noted  # type: ignore[method-assign]
        await world.endpoint()(self.scope, self.receive, self.send)
        return made[-1].hex()


# --- a client that leaves ---------------------------------------------------------------------------------------------


async def test_a_client_that_left_is_sent_nothing_and_its_answer_is_marked_as_withheld(world: World) -> None:
    client = Client(PERSON)
    client.left.set()
    request_id = await client.ask(world)

    (entry,) = await world.recorded(request_id)
    (mark,) = await world.marked(request_id)
    assert client.sent == []
    assert (entry.outcome, mark.what) == (Outcome.GRANTED, Marked.CLIENT_LEFT)
    assert mark.answered_at == round(entry.at.timestamp() * 1e6)


async def test_a_client_that_leaves_while_the_record_is_written_is_noticed(world: World) -> None:
    await world.ask(PERSON)
    client = Client(PERSON)
    async with locked(world.ledger_url, "segments"):
        asking = asyncio.create_task(client.ask(world))
        await asyncio.sleep(0.2)
        client.left.set()
    request_id = await asking

    assert [mark.what for mark in await world.marked(request_id)] == [Marked.CLIENT_LEFT]
    assert client.sent == []


class Gone(Client):
    """A connection that is closed when so many messages are sent, which shows in the next only."""

    takes = 0

    async def send(self, message: Any) -> None:
        if len(self.sent) == self.takes:
            raise RuntimeError("the handler is closed")
        await super().send(message)


@pytest.mark.parametrize(("messages", "marks"), [(0, [Marked.CLIENT_LEFT]), (1, [])])
async def test_a_client_whose_connection_turns_out_to_be_closed_is_withheld_what_nothing_was_sent_of(
    world: World, messages: int, marks: list[Marked]
) -> None:
    """One that pipelines and leaves is not noticed before. Of an answer that began, all may have come."""
    client = Gone(PERSON)
    client.takes = messages
    request_id = await client.ask(world)
    assert len(client.sent) == messages
    assert [mark.what for mark in await world.marked(request_id)] == marks


async def test_a_client_that_stays_gets_its_answer_and_nothing_is_marked(world: World) -> None:
    client = Client(PERSON)
    request_id = await client.ask(world)
    assert [message["type"] for message in client.sent] == ["http.response.start", "http.response.body"]
    assert await world.marked(request_id) == []


@pytest.mark.parametrize(("question", "headers"), [(PUBLIC, {}), (PERSON, {"authorization": "Bearer none"})])
async def test_a_client_that_left_leaves_no_mark_where_nobody_was_looked_at(
    world: World, question: str, headers: dict[str, str]
) -> None:
    world.door.callers["Bearer none"] = holding([])
    client = Client(question, **headers)
    client.left.set()
    request_id = await client.ask(world)
    assert await world.marked(request_id) == []
    assert not any(entry.outcome is Outcome.GRANTED for entry in await world.recorded(request_id))


async def test_asking_whether_a_client_has_left_takes_nothing_from_its_connection() -> None:
    client = Client(PERSON)
    await client.receive()
    assert [has_left(client.receive) for _ in range(3)] == [False] * 3
    client.left.set()
    assert has_left(client.receive)
    assert not client.left._waiters


# --- rights that change -----------------------------------------------------------------------------------------------


async def test_what_was_recorded_before_a_right_was_taken_back_is_marked_as_withheld(world: World) -> None:
    await world.ask(PERSON)
    async with locked(world.ledger_url, "segments"):
        asking = asyncio.create_task(world.ask(PERSON))
        await asyncio.sleep(0.2)
        world.door.callers["Bearer all"] = holding(EVERYTHING - {"people:citizen.name:read"})
    answer = await asking

    (mark,) = await world.marked(answer.request_id)
    granted, refused = await world.recorded(answer.request_id)
    assert answer.status == 403
    assert (granted.outcome, refused.outcome, mark.what) == (Outcome.GRANTED, Outcome.REFUSED, Marked.RIGHTS_CHANGED)
    assert mark.answered_at == round(granted.at.timestamp() * 1e6)


async def test_an_answer_that_starts_over_is_marked_once_and_sent_once(world: World) -> None:
    """The first record stays, withheld; the second is the disclosure."""
    await world.ask(PERSON)
    async with locked(world.ledger_url, "segments"):
        asking = asyncio.create_task(world.ask(PERSON))
        await asyncio.sleep(0.2)
        world.door.callers["Bearer all"] = holding(EVERYTHING - {"people:citizen.town:read"})
    answer = await asking

    (mark,) = await world.marked(answer.request_id)
    first, second = await world.recorded(answer.request_id)
    assert answer.data == {"person": {"name": "Person 1"}}
    assert first.at < second.at
    assert mark.answered_at == round(first.at.timestamp() * 1e6)


async def test_an_answer_whose_rights_cannot_be_confirmed_is_marked_as_withheld(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: Any) -> None:
        raise GrantsUnconfirmed

    monkeypatch.setattr(world.door, "confirm", lost)
    answer = await world.ask(PERSON)
    assert answer.codes == ["GRANTS_UNCONFIRMED"]
    assert [mark.what for mark in await world.marked(answer.request_id)] == [Marked.RIGHTS_CHANGED]


async def test_a_record_that_never_became_durable_is_not_marked(world: World) -> None:
    client = Client(PERSON)
    client.left.set()
    await world.ledger.close()
    request_id = await client.ask(world)
    assert (await world.recorded(request_id), await world.marked(request_id)) == ([], [])
    assert client.sent[0]["status"] == 503


async def test_a_record_that_fails_while_its_answer_is_given_up_is_not_marked(world: World) -> None:
    impatient = Ledger(world.ledger_url, KEYS, Bounds(seconds=0.2))
    await impatient.open()
    plan, _ = world.graph.compile(Question(PERSON, None, {}))
    exchange = Exchange(impatient.new_request_id())
    record = Record(impatient, plan, holding(EVERYTHING), exchange)
    async with locked(world.ledger_url, "segments"):
        record.looked_at([(0, [pin(1)])], [], True)
        exchange.withheld(Marked.RIGHTS_CHANGED)
        with pytest.raises(NotRecorded):
            await record.durable()
    await impatient.close()
    assert await world.marked(exchange.request_id.hex()) == []


# --- persons who are not there ----------------------------------------------------------------------------------------


async def not_found(world: World, question: str, *, rights: Any = None) -> list[str]:
    """Whom the marks of an answer's entry name."""
    answer = await world.ask(question, rights and holding(rights))
    (entry,) = await world.recorded(answer.request_id)
    blocks = [block for _, persons in entry.looked_at for block in persons]
    marks = await world.marked(answer.request_id)
    assert {mark.what for mark in marks} <= {Marked.NOT_FOUND}
    return [PSEUDONYMS.persons(blocks[place])[0] for mark in marks for place in mark.places]


async def test_somebody_asked_for_who_is_not_there_is_marked_and_nobody_else(world: World) -> None:
    question = f'{{persons(pins:["{pin(1)}","{pin(FOLK)}","{pin(2)}","{pin(FOLK + 1)}"]){{name}}}}'
    assert await not_found(world, question) == [pin(FOLK), pin(FOLK + 1)]


async def test_somebody_asked_for_in_two_places_is_marked_in_both(world: World) -> None:
    question = (
        f'{{a:person(pin:"{pin(FOLK)}"){{name}} b:person(pin:"{pin(FOLK)}"){{town}} c:person(pin:"{pin(3)}"){{name}}}}'
    )
    assert await not_found(world, question) == [pin(FOLK), pin(FOLK)]


async def test_somebody_who_is_there_without_what_was_asked_of_them_is_not_marked(world: World) -> None:
    """A person with no things, no notes and no friends is still a person who was read."""
    assert await not_found(world, f'{{person(pin:"{pin(5)}"){{things(first:3){{edges{{node{{secret}}}}}}}}}}') == []
    assert await not_found(world, f'{{person(pin:"{pin(0)}"){{name notes{{words}}}}}}') == []


async def test_somebody_met_elsewhere_in_the_answer_is_not_marked(world: World) -> None:
    """Friends of the last ones are not registered; who reached them through a friend has read that friendship."""
    question = f'{{a:person(pin:"{pin(FOLK)}"){{name}} b:person(pin:"{pin(FOLK - 1)}"){{friends{{name}}}}}}'
    assert await not_found(world, question) == []


@pytest.mark.parametrize("name", ["Person 1", "Somebody Else"])
async def test_somebody_verified_is_not_marked_whatever_the_answer(world: World, name: str) -> None:
    assert await not_found(world, f'{{verifyName(pin:"{pin(1)}",name:"{name}")}}') == []


async def test_somebody_outside_the_jurisdiction_is_marked_as_if_not_there(world: World) -> None:
    here = dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]]))
    assert await not_found(world, f'{{persons(pins:["{pin(1)}","{pin(PROTECTED)}"]){{name}}}}', rights=here) == [
        pin(PROTECTED)
    ]


async def test_somebody_hidden_by_one_register_is_marked_though_another_has_rows_of_them(world: World) -> None:
    """Those were read beside, and not shown."""
    names_here = dict.fromkeys(EVERYTHING, EVERYWHERE) | {"people:citizen.name:read": in_communes([TOWNS[0]])}
    question = f'{{person(pin:"{pin(14)}"){{name things(first:3){{edges{{node{{secret}}}}}}}}}}'
    assert await not_found(world, question, rights=names_here) == [pin(14), pin(14)]


async def test_of_a_register_that_does_not_answer_nobody_knows_who_is_there(world: World) -> None:
    question = f'{{person(pin:"{pin(FOLK)}"){{name}}}}'
    await world.ask(question)
    await world.databases["people"].close()
    assert await not_found(world, question) == []


# --- the officer at the agency ----------------------------------------------------------------------------------------


async def test_the_agencys_officer_is_on_record_with_answers_and_refusals(world: World) -> None:
    world.door.callers["Bearer none"] = holding([])
    for header in ("Bearer all", "Bearer none"):
        body = orjson.dumps({"query": PERSON})
        answer = await world.post(body, authorization=header, agency_officer="nguyen.van-an")
        (entry,) = await world.recorded(answer.request_id)
        assert entry.officer == "nguyen.van-an"


@pytest.mark.parametrize("officer", ["", "Nguyen An", "001190000001", "a,b", "x" * 65])
async def test_a_client_that_names_no_account_is_refused_before_anything_is_read(world: World, officer: str) -> None:
    answer = await world.post(orjson.dumps({"query": PERSON}), agency_officer=officer)
    assert (answer.status, answer.codes) == (400, ["BAD_USER_INPUT"])
    assert not officer or officer not in answer.body.decode()
    assert await world.recorded(answer.request_id) == []


async def test_a_stranger_hears_nothing_of_how_officers_are_named(world: World) -> None:
    answer = await world.post(orjson.dumps({"query": PERSON}), authorization="Bearer forged", agency_officer="a b")
    assert answer.status == 401
