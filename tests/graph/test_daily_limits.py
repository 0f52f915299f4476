"""Persons per day, as clients meet them: counted by whom they looked at, refused before anything is read."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest

from auth.caller import Caller, Limit, Rights
from auth.policy.counting import CountedBefore, CountedNowhere
from auth.policy.quotas import Quotas
from graph.answer import Question
from graph.plan import Asked
from ledger import Outcome
from tests.graph.compiling import asked, compiled, holding
from tests.graph.conftest import Open
from tests.graph.invented.rows import FOLK, TOWNS, pin
from tests.graph.test_tickets import wanted
from tests.graph.world import COMPOSED, EVERYTHING, Answer, World, locked

NAME = "people:citizen.name:read"
ONE = "query One($pin: PersonalNumber!) { person(pin: $pin) { name } }"
PAGE = f'{{townsfolk(town:"{TOWNS[1]}",first:%d){{edges{{node{{name}}}}}}}}'
FRIENDS = "query F($pin: PersonalNumber!) { person(pin: $pin) { name friends { name } } }"
_GRANT = """\
insert into grants (agency, purpose, scopes, reach, state, proposed_by, approved_by, reason, persons_per_day)
values ('G15', 'security', '{a}', 'everywhere', 'active', 'one', 'two', 'invented', $1) returning grant_id"""


class Metered:
    """A process whose grants have daily limits, and the table that says what is used."""

    def __init__(self, world: World, quotas: Quotas, office: "asyncpg.Connection[Any]") -> None:
        self.world, self._quotas, self._office = world, quotas, office

    async def limit(self, persons: int) -> Limit:
        return Limit(await self._office.fetchval(_GRANT, persons), persons)

    async def used(self, limit: Limit) -> int:
        """What counts as used once the process has closed."""
        await self._quotas.close()
        query = "select coalesce(sum(leased), 0) from quotas where grant_id = $1"
        return int(await self._office.fetchval(query, limit.grant))


@pytest.fixture
async def metered(open_world: Open, urls: Mapping[str, str]) -> AsyncIterator[Metered]:
    """A process that counts in this worker's database of the authority, which is left as it was found."""
    office = await asyncpg.connect(urls["auth"])
    await office.execute("insert into agencies (agency, name_vi, name_en) values ('G15', 'G15', 'G15')")
    await office.execute("insert into purposes values ('security', 'a law', 'security', 'security', 12)")
    quotas = Quotas(urls["auth"])
    await quotas.open()
    yield Metered(await open_world(quotas=quotas), quotas, office)
    await quotas.close()
    await office.execute("delete from quotas; delete from grants; delete from purposes; delete from agencies")
    await office.close()


def limited(limits: Mapping[str, Limit], caller: Caller | None = None) -> Caller:
    """A caller to whom some scopes are given by limited grants only."""
    caller = caller or holding(EVERYTHING)
    choices = {scope: ((limit,),) for scope, limit in limits.items()}
    return replace(caller, rights=Rights(1, caller.rights.reach, caller.rights.grants, choices))


async def test_a_client_reads_as_many_persons_as_its_grant_allows_and_is_then_told_until_when(
    metered: Metered,
) -> None:
    limit = await metered.limit(2)
    client = limited({NAME: limit})
    metered.world.listen()
    answers = [await metered.world.ask(ONE, client, pin=pin(number)) for number in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert len(metered.world.sent) == 2
    refused = answers[2]
    error = refused.json["errors"][0]["extensions"]
    assert {**error, "retryAfter": 0} == {
        "code": "RATE_LIMITED",
        "scopes": [NAME],
        "limit": "persons per day",
        "most": 2,
        "retryAfter": 0,
    }
    assert 0 < int(refused.headers["retry-after"]) == error["retryAfter"] <= 24 * 3600
    assert b"data" not in refused.body


async def test_a_refusal_for_a_limit_is_on_record(metered: Metered) -> None:
    client = limited({NAME: await metered.limit(1)})
    answer = await metered.world.ask(PAGE % 5, client)
    (entry,) = await metered.world.recorded(answer.request_id)
    assert (answer.status, entry.outcome, entry.missing) == (429, Outcome.REFUSED, ("RATE_LIMITED",))


async def test_a_page_counts_those_who_stand_on_it_and_needs_room_for_as_many_as_it_asks_for(metered: Metered) -> None:
    limit = await metered.limit(30)
    client = limited({NAME: limit})
    statuses = [(await metered.world.ask(PAGE % first, client)).status for first in (31, 25, 25, 20)]
    assert statuses == [429, 200, 429, 200]  # ten people live there
    assert await metered.used(limit) == 20


async def test_who_stands_in_several_steps_counts_once(metered: Metered) -> None:
    limit = await metered.limit(100)
    answer = await metered.world.ask(FRIENDS, limited({NAME: limit}), pin=pin(4))
    assert answer.status == 200
    assert await metered.used(limit) == 3


async def test_who_was_looked_for_and_is_not_there_counts_as_looked_at(metered: Metered) -> None:
    limit = await metered.limit(10)
    assert (await metered.world.ask(ONE, limited({NAME: limit}), pin=pin(FOLK))).data == {"person": None}
    assert await metered.used(limit) == 1


async def test_a_question_that_takes_no_limited_right_is_not_counted(metered: Metered) -> None:
    limit = await metered.limit(1)
    client = limited({"people:citizen.town:read": limit})
    assert [(await metered.world.ask(ONE, client, pin=pin(1))).status for _ in range(3)] == [200] * 3
    assert await metered.used(limit) == 0


async def test_a_right_to_see_protected_persons_counts_where_it_widens_what_is_shown(metered: Metered) -> None:
    limit = await metered.limit(1)
    client = limited({"people:citizen:protected": limit})
    assert (await metered.world.ask(PAGE % 2, client)).status == 429


async def test_an_answer_that_was_withheld_counts_those_who_were_looked_at(metered: Metered) -> None:
    """They were read, though nobody was told."""
    limit = await metered.limit(10)
    client = limited({NAME: limit})
    await metered.world.ask(ONE, client, pin=pin(1))
    await metered.world.ledger.close()
    assert (await metered.world.ask(PAGE % 5, client)).codes == ["DISCLOSURE_NOT_RECORDED"]
    assert await metered.used(limit) == 1 + 5


async def test_a_request_that_leaves_gives_back_what_it_did_not_look_at(metered: Metered) -> None:
    limit = await metered.limit(10)
    header = metered.world.admit(limited({NAME: limit}))
    named = orjson.dumps({"query": '{named(name:"Person 3"){name}}'})
    await metered.world.post(named, authorization=header)
    async with locked(metered.world.databases["people"]._url, "folk"):
        asking = asyncio.create_task(metered.world.post(named, authorization=header))
        await asyncio.sleep(0.1)
        asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await metered.used(limit) == 0


async def test_a_right_taken_back_while_room_is_made_is_not_used(metered: Metered) -> None:
    """Lending waits for the database, and rights may change meanwhile."""
    limit = await metered.limit(10)
    header = metered.world.admit(limited({NAME: limit}))
    metered.world.listen()
    await metered._office.execute("begin; lock table quotas in access exclusive mode")
    named = orjson.dumps({"query": '{named(name:"Person 3"){name}}'})
    asking = asyncio.create_task(metered.world.post(named, authorization=header))
    await asyncio.sleep(0.2)
    metered.world.door.callers[header] = holding([])
    await metered._office.execute("commit")
    assert (await asking).status == 403
    assert metered.world.sent == []
    assert await metered.used(limit) == 0


# --- where a gateway has the operation run elsewhere ----------------------------------------------------------------


async def test_a_ticket_is_charged_with_the_most_that_the_operation_can_look_at_whatever_it_will_find(
    metered: Metered,
) -> None:
    limit = await metered.limit(60)
    client = limited({NAME: limit})
    statuses = [(await ticket_for(metered.world, PAGE % first, client)).status for first in (25, 25, 25, 10, 1)]
    assert statuses == [200, 200, 429, 200, 429]
    assert await metered.used(limit) == 60  # of the ten people who live there, twenty-five each time


async def test_a_ticket_refused_for_a_limit_is_refused_and_recorded_as_by_the_graph(metered: Metered) -> None:
    limit = await metered.limit(1)
    client = limited({NAME: limit})
    gateways, graphs = await ticket_for(metered.world, PAGE % 5, client), await metered.world.ask(PAGE % 5, client)
    assert (gateways.status, gateways.codes) == (graphs.status, graphs.codes) == (429, ["RATE_LIMITED"])
    (entry,) = await metered.world.recorded(gateways.request_id)
    assert (entry.outcome, entry.missing) == (Outcome.REFUSED, ("RATE_LIMITED",))
    assert await metered.used(limit) == 0


async def test_a_ticket_refused_for_want_of_a_right_is_not_charged(metered: Metered) -> None:
    limit = await metered.limit(100)
    client = limited({NAME: limit}, holding([NAME]))
    assert (await ticket_for(metered.world, PAGE % 5, client)).status == 403
    assert await metered.used(limit) == 0


async def ticket_for(world: World, text: str, client: Caller) -> Answer:
    """What a gateway gets that asks for a ticket."""
    return await wanted(world, orjson.dumps({"query": text}), authorization=world.admit(client))


async def test_a_process_that_cannot_count_discloses_nothing(metered: Metered) -> None:
    client = limited({NAME: await metered.limit(10)})
    await metered._quotas.close()
    metered.world.listen()
    assert (await metered.world.ask(ONE, client, pin=pin(1))).codes == ["GRANTS_UNCONFIRMED"]
    assert metered.world.sent == []


# --- how many persons a question can look at -------------------------------------------------------------------------

QUESTIONS = [
    f'{{person(pin:"{pin(1)}"){{name town}}}}',
    f'{{person(pin:"{pin(4)}"){{name friends{{name}}}}}}',
    f'{{person(pin:"{pin(4)}"){{friends{{friends{{friends{{name}}}}}}}}}}',
    f'{{persons(pins:["{pin(1)}","{pin(2)}","{pin(1)}"]){{name friends{{name notes{{words}}}}}}}}',
    f'{{person(pin:"{pin(4)}"){{things(first:9){{edges{{node{{label owner{{name}}}}}}}}}}}}',
    '{named(name:"Nobody"){name}}',
    '{thing(id:"4-1"){secret owner{name}}}',
    f'{{verifyName(pin:"{pin(1)}",name:"Person 1")}}',
    f'{{a:person(pin:"{pin(1)}"){{name}} b:person(pin:"{pin(2)}"){{name}}}}',
    *(f'{{townsfolk(town:"{town}",first:7){{edges{{node{{name friends{{name}}}}}}}}}}' for town in TOWNS),
]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_nobody_can_look_at_more_persons_than_was_said_before(world: World, question: str) -> None:
    """What is reserved must be enough for what is then looked at, or a limit would be exceeded."""
    plan, values = world.graph.compile(Question(question, None, {}))
    answer = await world.ask(question)
    looked_at = {
        person for entry in await world.recorded(answer.request_id) for _, seen in entry.looked_at for person in seen
    }
    assert len(looked_at) <= plan.most_persons(Asked(values, None, "desk"))


@pytest.mark.parametrize(
    ("question", "persons"),
    [
        (f'{{person(pin:"{pin(1)}"){{name town notes{{words}}}}}}', 1),
        (f'{{persons(pins:["{pin(1)}","{pin(2)}"]){{name notes{{words}}}}}}', 2),
        ('{thing(id:"4-1"){label}}', 0),
        (PAGE % 20, 20),
        (f'{{person(pin:"{pin(1)}"){{name friends{{name town}}}}}}', 1 + 50),
        (f'{{person(pin:"{pin(1)}"){{friends{{friends{{name}}}}}}}}', 1 + 50 + 1_000),
        (f'{{verifyName(pin:"{pin(1)}",name:"Person 1")}}', 1),
    ],
)
def test_a_question_needs_room_for_each_person_once(question: str, persons: int) -> None:
    plan, values = compiled(question, composed=COMPOSED)
    assert plan.most_persons(asked(values)) == persons


async def test_behind_a_router_nobody_is_counted_again(open_world: Open) -> None:
    world = await open_world(quotas=CountedBefore())
    client = limited({NAME: Limit(7, 1)})
    assert [(await world.ask(ONE, client, pin=pin(number))).status for number in range(3)] == [200] * 3


async def test_where_nobody_counts_a_limited_grant_gives_nothing_and_says_where_it_does(open_world: Open) -> None:
    world = await open_world(quotas=CountedNowhere())
    world.listen()
    answer = await world.ask(ONE, limited({NAME: Limit(7, 1000)}), pin=pin(1))
    (error,) = answer.json["errors"]
    assert (answer.status, error["extensions"]) == (403, {"code": "SCOPE_REQUIRED", "scope": NAME})
    assert error["message"].endswith("ask the whole graph.")
    assert world.sent == []
    (entry,) = await world.recorded(answer.request_id)
    assert (entry.outcome, entry.missing) == (Outcome.REFUSED, (NAME,))
