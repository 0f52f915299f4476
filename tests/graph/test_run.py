"""From keys to rows: what requests share, what they never share, and what a part that fails leaves of an answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from auth.reach import EVERYWHERE, SELF, in_communes
from domains.kit.database import Limits
from ledger import Outcome
from tests.graph.compiling import holding
from tests.graph.conftest import Open
from tests.graph.invented.rows import FOLK, TOWNS, pin
from tests.graph.world import EVERYTHING, Answer, World, locked

PERSON = "query($pin:PersonalNumber!){person(pin:$pin){name}}"
NOTES = "query($pin:PersonalNumber!){person(pin:$pin){name notes{words}}}"
THINGS = "query($pin:PersonalNumber!){person(pin:$pin){name things(first:9){edges{node{label}}}}}"
OWNERS = """query($pin:PersonalNumber!){
    person(pin:$pin){name things(first:9){edges{node{label owner{name notes{words}}}}}}
}"""


def errors(answer: Answer) -> list[tuple[str, str]]:
    """Codes and places of what is missing in an answer."""
    return [(error["extensions"]["code"], ".".join(map(str, error["path"]))) for error in answer.json.get("errors", [])]


# --- what requests share ---------------------------------------------------------------------------------------------


async def test_requests_that_arrive_together_share_one_statement(world: World) -> None:
    everybody = holding(EVERYTHING)
    await world.ask(PERSON, everybody, pin=pin(0))
    world.listen()
    answers = await asyncio.gather(*(world.ask(PERSON, everybody, pin=pin(n)) for n in range(10)))
    assert [answer.data["person"]["name"] for answer in answers] == [f"Person {n % 8}" for n in range(10)]
    assert len(world.sent) == 1


async def test_requests_of_different_agencies_with_one_reach_share_one_statement(world: World) -> None:
    await world.ask(PERSON, pin=pin(0))
    world.listen()
    await asyncio.gather(*(world.ask(PERSON, holding(EVERYTHING, client=f"c{n}"), pin=pin(n)) for n in range(5)))
    assert len(world.sent) == 1


async def test_different_documents_share_the_statements_that_they_have_in_common(world: World) -> None:
    everybody = holding(EVERYTHING)
    documents = [PERSON, PERSON.replace("{name}", "{name things(first:9){edges{node{label}}}}")]
    for document in documents:
        await world.ask(document, everybody, pin=pin(0))
    world.listen()
    answers = await asyncio.gather(*(world.ask(each, everybody, pin=pin(n)) for n, each in enumerate(documents, 1)))
    assert [answer.data["person"]["name"] for answer in answers] == ["Person 1", "Person 2"]
    assert len(world.statements("folk")) == 1


async def test_requests_of_different_reach_never_share_a_statement(world: World) -> None:
    offices = [holding(dict.fromkeys(EVERYTHING, in_communes([town]))) for town in TOWNS[:2]]
    await world.ask(PERSON, pin=pin(0))
    world.listen()
    asking = [(office, n) for office in offices for n in (5, 15)]
    answers = await asyncio.gather(*(world.ask(PERSON, office, pin=pin(n)) for office, n in asking))
    assert [answer.data["person"] for answer in answers] == [{"name": "Person 5"}, None, None, {"name": "Person 7"}]
    assert len(world.sent) == 2


async def test_requests_of_two_citizens_never_share_a_key(world: World) -> None:
    """A citizen's number is filtered out before it could stand beside another's in a statement."""
    citizens = [holding(dict.fromkeys(EVERYTHING, SELF), subject=pin(n)) for n in (1, 2)]
    world.listen()
    for citizen in citizens:
        assert (await world.ask(PERSON, citizen, pin=pin(9))).data == {"person": None}
    assert world.sent == []


async def test_steps_whose_keys_are_known_start_together(world: World) -> None:
    """A hop to another register does not wait for the one that named the person, if the caller did."""
    await world.ask('{thing(id:"1-1"){label}}')
    world.listen()
    question = f'{{person(pin:"{pin(4)}"){{name things(first:9){{edges{{node{{label}}}}}}}}}}'
    async with locked(world.databases["people"]._url, "folk"):
        asking = asyncio.ensure_future(world.ask(question))
        async with asyncio.timeout(2):
            while len(world.sent) < 2:  # noqa: ASYNC110 - what another task sends
                await asyncio.sleep(0.01)
    assert len((await asking).data["person"]["things"]["edges"]) == 4


async def test_what_one_register_knows_of_a_key_is_read_by_one_statement(world: World) -> None:
    world.listen()
    answer = await world.ask(f'{{person(pin:"{pin(2)}"){{notes{{words}} name}}}}')
    assert answer.data == {"person": {"notes": [{"words": "note 1"}, {"words": "note 2"}], "name": "Person 2"}}
    assert len(world.sent) == 1


async def test_a_hop_asks_for_each_key_once(world: World) -> None:
    world.listen()
    question = f'{{persons(pins:["{pin(1)}","{pin(2)}","{pin(1)}"]){{friends{{name friends{{name}}}}}}}}'
    answer = await world.ask(question)
    assert [friend["name"] for friend in answer.data["persons"][2]["friends"]] == ["Person 2", "Person 3"]
    assert len(world.sent) == 3


# --- what is missing in an answer ------------------------------------------------------------------------------------


async def test_a_list_longer_than_its_field_says_is_null_with_an_error_and_the_rest_stands(world: World) -> None:
    question = f'{{persons(pins:["{pin(2)}","{pin(3)}"]){{name notes{{words}}}}}}'
    answer = await world.ask(question)
    assert errors(answer) == [("LIMIT_EXCEEDED", "persons.1.notes")]
    assert answer.json["data"]["persons"] == [
        {"name": "Person 2", "notes": [{"words": "note 1"}, {"words": "note 2"}]},
        {"name": "Person 3", "notes": None},
    ]


async def test_a_list_of_somebody_elses_request_that_is_too_long_is_no_error_of_mine(world: World) -> None:
    """They share a statement and nothing else: not even that somebody was asked for who has too many."""
    question = "query($pin:PersonalNumber!){person(pin:$pin){friends{notes{words}}}}"
    everybody = holding(EVERYTHING)
    await world.ask(question, everybody, pin=pin(0))
    world.listen()
    mine, other = await asyncio.gather(*(world.ask(question, everybody, pin=pin(n)) for n in (FOLK - 1, 1)))
    assert len(world.statements("notes")) == 1
    assert (errors(mine), errors(other)) == ([], [("LIMIT_EXCEEDED", "person.friends.1.notes")])
    assert mine.data == {"person": {"friends": [{"notes": None}] * 2}}  # they are not registered


async def test_a_list_that_is_too_long_of_somebody_hidden_is_no_error(world: World) -> None:
    """It would tell them from who is not there."""
    names_there = dict.fromkeys(EVERYTHING, EVERYWHERE) | {"people:citizen.name:read": in_communes([TOWNS[1]])}
    for number in (3, FOLK):
        answer = await world.ask(f'{{person(pin:"{pin(number)}"){{name notes{{words}}}}}}', holding(names_there))
        assert answer.data == {"person": None}


async def test_a_search_with_too_many_matches_is_null_and_the_rest_stands(world: World) -> None:
    answer = await world.ask(f'{{named(name:"Person 1"){{pin}} person(pin:"{pin(1)}"){{name}}}}')
    assert answer.status == 200
    assert errors(answer) == [("TOO_MANY_MATCHES", "named")]
    assert answer.json["data"] == {"named": None, "person": {"name": "Person 1"}}


async def test_a_hop_with_too_many_keys_is_null_at_its_path(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.run.KEYS_PER_HOP", 3)
    question = f'{{townsfolk(town:"{TOWNS[0]}",first:2){{edges{{node{{name friends{{name}}}}}}}}}}'
    assert errors(await world.ask(question)) == []
    answer = await world.ask(question.replace("first:2", "first:3"))
    assert {code for code, _ in errors(answer)} == {"LIMIT_EXCEEDED"}
    assert [edge["node"]["name"] for edge in answer.json["data"]["townsfolk"]["edges"]] == [
        "Person 0",
        "Person 1",
        "Person 2",
    ]


async def test_a_register_that_does_not_answer_leaves_null_and_the_others_answer(open_world: Open) -> None:
    world = await open_world(limits=Limits(connections=1, statement_seconds=0.3))
    question = f'{{person(pin:"{pin(4)}"){{name things(first:1){{edges{{node{{label}}}}}}}}}}'
    async with locked(world.databases["things"]._url, "possessions"):
        answer = await world.ask(question)
    assert (answer.status, errors(answer)) == (200, [("SOURCE_UNAVAILABLE", "person.things")])
    assert answer.json["data"] == {"person": {"name": "Person 4", "things": None}}
    (entry,) = await world.recorded(answer.request_id)
    assert entry.outcome is Outcome.GRANTED
    assert b"possessions" not in answer.body


async def test_a_register_that_does_not_answer_about_somebody_who_is_not_there_is_no_error(world: World) -> None:
    await world.ask(THINGS, pin=pin(FOLK))
    await world.databases["things"].close()
    assert (await world.ask(THINGS, pin=pin(FOLK))).data == {"person": None}


async def test_a_deadline_leaves_null_what_has_not_come_and_answers_the_rest(open_world: Open) -> None:
    world = await open_world(deadline=0.3)
    await world.ask(THINGS, pin=pin(1))
    async with locked(world.databases["things"]._url, "possessions"):
        async with asyncio.timeout(2):
            answer = await world.ask(THINGS, pin=pin(1))
    assert errors(answer) == [("DEADLINE_EXCEEDED", "person.things")]
    assert answer.json["data"] == {"person": {"name": "Person 1", "things": None}}
    assert len(await world.recorded(answer.request_id)) == 1
    assert len((await world.ask(THINGS, pin=pin(1))).data["person"]["things"]["edges"]) == 1


@pytest.mark.parametrize(
    ("short", "code"),
    [
        ({"deadline": 0.3}, "DEADLINE_EXCEEDED"),
        ({"limits": Limits(connections=1, statement_seconds=0.3)}, "SOURCE_UNAVAILABLE"),
    ],
)
async def test_rows_that_wait_for_whom_they_stand_under_show_nobody_and_lead_nowhere_where_that_never_comes(
    open_world: Open, short: dict[str, Any], code: str
) -> None:
    """Things come at once; whose they are does not, so nothing is read of those to whom they lead."""
    world = await open_world(**short)
    await world.ask(OWNERS, pin=pin(1))
    world.listen()
    async with locked(world.databases["people"]._url, "folk"):
        async with asyncio.timeout(2):
            answer = await world.ask(OWNERS, pin=pin(1))
        assert len(world.statements("possessions")) == len(world.statements("folk")) == 1
    assert errors(answer) == [(code, "person")]
    assert answer.json["data"] == {"person": None}
    (entry,) = await world.recorded(answer.request_id)
    assert [len(persons) for _, persons in entry.looked_at] == [1, 1]


async def test_who_waits_longer_is_answered_by_the_batch_that_another_left(open_world: Open) -> None:
    hasty, patient = await open_world(deadline=0.2), await open_world(deadline=5)
    patient.graph._databases = hasty.databases
    hasty.graph._plans = patient.graph._plans  # one process, of which one request has less time
    hasty.graph._documents = patient.graph._documents
    rights = holding(EVERYTHING)
    for world in (hasty, patient):
        await world.ask(THINGS, rights, pin=pin(2))
    hasty.listen()
    async with locked(hasty.databases["things"]._url, "possessions"):
        waiting = asyncio.ensure_future(patient.ask(THINGS, rights, pin=pin(2)))
        gone = await hasty.ask(THINGS, rights, pin=pin(1))
    assert errors(gone) == [("DEADLINE_EXCEEDED", "person.things")]
    assert len((await waiting).data["person"]["things"]["edges"]) == 2
    assert len(hasty.statements("possessions")) == 1


async def test_a_request_that_is_canceled_takes_no_other_along(world: World) -> None:
    everybody = holding(EVERYTHING)
    await world.ask(NOTES, everybody, pin=pin(1))
    async with locked(world.databases["people"]._url, "notes"):
        leaving, staying = (asyncio.ensure_future(world.ask(NOTES, everybody, pin=pin(n))) for n in (1, 2))
        await asyncio.sleep(0.1)
        leaving.cancel()
    assert len((await staying).data["person"]["notes"]) == 2
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_an_error_in_the_middle_of_a_run_ends_it_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It happens where the loop calls: there it would go to a log, and the request would wait for its deadline."""

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("graph.run.Run._settle", fails)
    async with asyncio.timeout(2):
        answer = await world.ask(PERSON, pin=pin(1))
    assert (answer.status, answer.codes) == (500, ["INTERNAL"])


# --- history and absence ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2005-06-01", ["old"]),
        ("2009-12-31", ["old"]),
        ("2010-01-01", []),
        ("2000-01-01", ["old"]),
        ("1999-12-31", []),
        ("2020-01-01", ["note 1"]),
    ],
)
async def test_a_day_shows_what_held_on_it(world: World, day: str, words: list[str]) -> None:
    answer = await world.ask(f'{{person(pin:"{pin(1)}"){{notes(asOf:"{day}"){{words}}}}}}')
    assert [note["words"] for note in answer.data["person"]["notes"]] == words


async def test_a_day_that_is_null_is_today(world: World) -> None:
    question = "query($d:Day,$p:PersonalNumber!){person(pin:$p){notes(asOf:$d){words}}}"
    today = holding(EVERYTHING - {"people:citizen.notes:history"})
    for variables in ({}, {"d": None}):
        answer = await world.ask(question, today, p=pin(1), **variables)
        assert answer.data == {"person": {"notes": [{"words": "note 1"}]}}
    assert (await world.ask(question, today, p=pin(1), d="2005-01-01")).codes == ["SCOPE_REQUIRED"]


@pytest.mark.parametrize(
    ("question", "data"),
    [
        (f'{{person(pin:"{pin(FOLK)}"){{name}}}}', {"person": None}),
        (f'{{persons(pins:["{pin(FOLK)}","{pin(1)}"]){{name}}}}', {"persons": [None, {"name": "Person 1"}]}),
        ("{persons(pins:[]){name}}", {"persons": []}),
        ('{named(name:"Nobody"){name}}', {"named": []}),
        ('{thing(id:"none"){label}}', {"thing": None}),
        ('{thing(id:"nobodys"){owner{name}}}', {"thing": {"owner": None}}),
        (f'{{verifyName(pin:"{pin(1)}",name:"Person 1")}}', {"verifyName": True}),
        (f'{{verifyName(pin:"{pin(1)}",name:"Person 2")}}', {"verifyName": False}),
        (f'{{verifyName(pin:"{pin(FOLK)}",name:"Person 1")}}', {"verifyName": False}),
    ],
)
async def test_somebody_who_is_not_there_is_no_error(world: World, question: str, data: Mapping[str, Any]) -> None:
    assert (await world.ask(question)).data == data
