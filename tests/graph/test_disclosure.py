"""Nothing leaves before it is on record, and on record is who was looked at, no more and no less (law 5)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from auth.caller import Caller
from auth.reach import EVERYWHERE, SELF, in_communes
from graph.answer import Question
from graph.disclosure import Record
from graph.exchange import Exchange
from ledger import Bounds, Ledger, NotRecorded, Outcome
from tests.graph.compiling import holding
from tests.graph.invented.rows import FOLK, PROTECTED, TOWNS, pin
from tests.graph.world import EVERYTHING, KEYS, PSEUDONYMS, Answer, World, locked


def people(*numbers: int) -> list[bytes]:
    return [PSEUDONYMS.of_persons([pin(number)]) for number in numbers]


async def looked_at(world: World, answer: Answer) -> dict[str, list[bytes]]:
    """Whom the entry of an answer names, by path."""
    (entry,) = await world.recorded(answer.request_id)
    named: dict[str, list[bytes]] = {}
    for step, persons in entry.looked_at:
        named.setdefault(step.path, []).extend(persons)
    return named


async def everybody(world: World, answer: Answer) -> set[bytes]:
    """Whom the entry of an answer names."""
    return {person for persons in (await looked_at(world, answer)).values() for person in persons}


async def test_an_answer_is_on_record_before_its_first_byte_is_sent(world: World) -> None:
    seen: list[Any] = []

    async def on_sent(message: Any) -> None:
        request_id = dict(message["headers"])[b"x-request-id"].decode() if "headers" in message else None
        seen.append(request_id and await world.recorded(request_id))

    await world.post(b'{"query":"{person(pin:\\"%s\\"){name}}"}' % pin(5).encode(), on_sent=on_sent)
    assert [entry.outcome for entry in seen[0]] == [Outcome.GRANTED]


async def test_a_refusal_is_on_record_with_what_was_missing_before_it_is_told(world: World) -> None:
    refused = await world.ask(f'{{person(pin:"{pin(5)}"){{name town}}}}', holding(["people:citizen.pin:lookup"]))
    (entry,) = await world.recorded(refused.request_id)
    assert (entry.outcome, entry.missing, entry.looked_at) == (
        Outcome.REFUSED,
        ("people:citizen.name:read", "people:citizen.town:read"),
        (),
    )


async def test_a_refusal_for_want_of_jurisdiction_is_on_record(world: World) -> None:
    caller = holding(dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]])))
    refused = await world.ask(f'{{townsfolk(town:"{TOWNS[1]}",first:3){{edges{{node{{name}}}}}}}}', caller)
    (entry,) = await world.recorded(refused.request_id)
    assert (refused.status, entry.outcome, entry.missing) == (403, Outcome.REFUSED, ("OUT_OF_JURISDICTION",))


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("{__schema{queryType{name}}}", 200),
        ("{__typename}", 200),
        ('{thing(id:"1-1"){id label}}', 200),
        ('{thing(id:"1-1"){id', 400),
        ("{nothing}", 400),
        ("query($p:PersonalNumber!){person(pin:$p){name}}", 400),
        (f'{{townsfolk(town:"{TOWNS[0]}",first:1000){{edges{{node{{name}}}}}}}}', 400),
        (f'{{townsfolk(town:"{TOWNS[0]}",first:1,after:"forged"){{edges{{node{{name}}}}}}}}', 400),
    ],
)
async def test_an_answer_without_personal_data_leaves_no_entry(world: World, question: str, status: int) -> None:
    answer = await world.ask(question)
    assert (answer.status, await world.recorded(answer.request_id)) == (status, [])


async def test_a_stranger_leaves_no_entry(world: World) -> None:
    answer = await world.post(b'{"query":"{person(pin:\\"000000000001\\"){name}}"}', authorization="Bearer forged")
    assert (answer.status, await world.recorded(answer.request_id)) == (401, [])


async def test_who_is_opened_by_key_is_on_record_whether_there_or_not(world: World) -> None:
    """To look for somebody is to look at them; and the entry is written beside the reading, not after it."""
    answer = await world.ask(f'{{persons(pins:["{pin(1)}","{pin(FOLK)}"]){{name}}}}')
    assert answer.data == {"persons": [{"name": "Person 1"}, None]}
    assert await looked_at(world, answer) == {"persons": people(1, FOLK)}


async def test_who_is_found_by_a_search_is_on_record(world: World) -> None:
    answer = await world.ask(f'{{townsfolk(town:"{TOWNS[1]}",name:"Person 3",first:9){{edges{{node{{name}}}}}}}}')
    assert await looked_at(world, answer) == {"townsfolk": people(11, 19)}


async def test_who_stands_on_the_page_is_on_record_and_not_who_comes_after(world: World) -> None:
    """The row behind the page is read, to know that there is one, and not shown."""
    answer = await world.ask(
        f'{{townsfolk(town:"{TOWNS[1]}",first:3){{edges{{node{{name}}}} pageInfo{{hasNextPage}}}}}}'
    )
    assert answer.data["townsfolk"]["pageInfo"] == {"hasNextPage": True}
    assert await looked_at(world, answer) == {"townsfolk": people(10, 11, 12)}


async def test_a_page_of_which_nothing_is_selected_shows_that_people_are_there(world: World) -> None:
    answer = await world.ask(f'{{townsfolk(town:"{TOWNS[1]}",first:2){{edges{{node{{__typename}}}}}}}}')
    assert await looked_at(world, answer) == {"townsfolk": people(10, 11)}


async def test_who_is_reached_through_another_record_is_on_record(world: World) -> None:
    answer = await world.ask(f'{{person(pin:"{pin(8)}"){{name friends{{name}}}}}}')
    assert await looked_at(world, answer) == {
        "person": people(8),
        "person.friends": people(8, 9, 10),
    }


async def test_an_owner_is_on_record_by_the_thing_that_names_the_owner(world: World) -> None:
    answer = await world.ask('{thing(id:"8-1"){label owner{__typename}}}')
    assert await looked_at(world, answer) == {"thing": people(8)}


async def test_a_search_that_finds_nobody_or_too_many_is_on_record_as_such(world: World) -> None:
    for name, codes in (("Nobody", []), ("Person 1", ["TOO_MANY_MATCHES"])):
        answer = await world.ask(f'{{named(name:"{name}"){{name}}}}')
        (entry,) = await world.recorded(answer.request_id)
        assert (entry.outcome, entry.looked_at) == (Outcome.NO_HIT, ())
        assert [error["extensions"]["code"] for error in answer.json.get("errors", [])] == codes


async def test_whom_a_row_rule_hides_is_not_found_and_not_on_record(world: World) -> None:
    unprotected = holding(EVERYTHING - {"people:citizen:protected"})
    answer = await world.ask(f'{{townsfolk(town:"{TOWNS[3]}",first:100){{edges{{node{{name}}}}}}}}', unprotected)
    (persons,) = (await looked_at(world, answer)).values()
    assert not {*people(PROTECTED)} & {*persons}
    assert len(persons) == 9


def of_one_town_by_name() -> Caller:
    """A caller who may read names in the first town alone, and everything else everywhere."""
    return holding(dict.fromkeys(EVERYTHING, EVERYWHERE) | {"people:citizen.name:read": in_communes([TOWNS[0]])})


async def test_who_asks_for_the_friends_of_somebody_hidden_is_on_record_with_nobody_else(world: World) -> None:
    """Their friends are read beside them, and shown only where they are."""
    answer = await world.ask(f'{{person(pin:"{pin(15)}"){{name friends{{town}}}}}}', of_one_town_by_name())
    assert answer.data == {"person": None}
    assert await everybody(world, answer) == {*people(15)}


async def test_who_is_led_to_somebody_hidden_is_on_record_with_nobody_behind_them(world: World) -> None:
    question = f'{{person(pin:"{pin(15)}"){{friends{{name friends{{town}}}}}}}}'
    answer = await world.ask(question, of_one_town_by_name())
    assert answer.data == {"person": {"friends": [{"name": None, "friends": None}] * 2}}
    assert await everybody(world, answer) == {*people(15, 16, 17)}


@pytest.mark.parametrize(("number", "shown"), [(15, ()), (5, (6, 7))], ids=["hidden", "there"])
async def test_friends_who_come_before_the_one_who_leads_to_them_wait_for_it(
    world: World, number: int, shown: tuple[int, ...]
) -> None:
    """The second list is a statement of its own, and has its rows while that of the person still waits."""
    caller = of_one_town_by_name()
    question = f'{{person(pin:"{pin(number)}"){{name friends{{__typename}} again:friends{{town}}}}}}'
    world.listen()
    async with locked(world.databases["people"]._url, "folk"):
        asking = asyncio.ensure_future(world.ask(question, caller))
        await asyncio.sleep(0.2)
        assert len(world.sent) == 2
    answer = await asking
    assert bool(answer.data["person"]) is bool(shown)
    assert await everybody(world, answer) == {*people(number, *shown)}


async def test_a_citizen_who_asks_through_a_portal_is_on_record_as_who_it_was_for(world: World) -> None:
    portal = holding(dict.fromkeys(EVERYTHING, SELF), subject=pin(4))
    answer = await world.ask("{me{name friends{name}}}", portal)
    assert answer.data == {"me": {"name": "Person 4", "friends": [{"name": None}, {"name": None}]}}
    (entry,) = await world.recorded(answer.request_id)
    assert entry.recipient.on_behalf_of == people(4)[0]
    assert await everybody(world, answer) == {*people(4)}


async def test_under_a_delegation_both_agencies_are_on_record(world: World) -> None:
    supplier = replace(holding(EVERYTHING), agency="G15", supplier="H26.14", client="contractor")
    answer = await world.ask(f'{{person(pin:"{pin(1)}"){{name}}}}', supplier)
    (entry,) = await world.recorded(answer.request_id)
    assert (entry.recipient.agency, entry.recipient.supplier, entry.recipient.client) == ("G15", "H26.14", "contractor")


async def test_of_an_exchanged_token_every_client_is_on_record(world: World) -> None:
    hub = replace(holding(EVERYTHING), client="hub", through=("relay", "portal"))
    answer = await world.ask(f'{{person(pin:"{pin(1)}"){{name}}}}', hub)
    (entry,) = await world.recorded(answer.request_id)
    assert (entry.recipient.client, entry.recipient.through) == ("hub", ("relay", "portal"))


async def test_who_acts_for_a_child_is_on_record_each_for_their_own_requests(world: World) -> None:
    """Both parents, and once it is of age the child, ask by the same rights: nobody is recorded as another."""
    portal = holding(dict.fromkeys(EVERYTHING, SELF), subject=pin(4))
    for parent in (pin(5), pin(6), None):
        answer = await world.ask("{me{name}}", replace(portal, representative=parent))
        (entry,) = await world.recorded(answer.request_id)
        assert entry.recipient.on_behalf_of == people(4)[0]
        assert entry.recipient.representative == (PSEUDONYMS.of_persons([parent]) if parent else None)


def in_an_emergency(*scopes: str) -> Caller:
    """A caller to whom emergency grant 41 gives these scopes beside the ordinary grant 1."""
    caller = holding(EVERYTHING)
    grants = {scope: (1, 41) if scope in scopes else (1,) for scope in EVERYTHING}
    return replace(caller, rights=replace(caller.rights, grants=grants, emergencies=frozenset({41})))


@pytest.mark.parametrize(
    ("scope", "question", "emergencies"),
    [
        ("people:citizen.name:read", f'{{person(pin:"{pin(1)}"){{name}}}}', (41,)),
        ("people:citizen.pin:lookup", f'{{person(pin:"{pin(1)}"){{name}}}}', (41,)),
        ("people:citizen:protected", f'{{townsfolk(town:"{TOWNS[0]}",first:1){{edges{{node{{name}}}}}}}}', (41,)),
        (
            "people:citizen:protected",
            f'{{person(pin:"{pin(1)}"){{name}}}}',
            (),
        ),  # shown to who names them, protected or not
        ("people:citizen.town:read", f'{{person(pin:"{pin(1)}"){{name}}}}', ()),
        ("things:citizen:protected", f'{{person(pin:"{pin(1)}"){{name}}}}', ()),
    ],
)
async def test_an_emergency_grant_is_on_record_where_it_supplied_what_was_read_and_only_there(
    world: World, scope: str, question: str, emergencies: tuple[int, ...]
) -> None:
    answer = await world.ask(question, in_an_emergency(scope))
    (entry,) = await world.recorded(answer.request_id)
    assert entry.recipient.emergencies == emergencies


async def test_one_caller_in_an_emergency_is_on_record_with_it_for_each_question_that_used_it(world: World) -> None:
    """What is defined once for a caller must not go with its other questions."""
    caller = in_an_emergency("people:citizen.town:read")
    found = []
    for fields in ("name", "town", "name"):
        answer = await world.ask(f'{{person(pin:"{pin(1)}"){{{fields}}}}}', caller)
        (entry,) = await world.recorded(answer.request_id)
        found.append(entry.recipient.emergencies)
    assert found == [(), (41,), ()]


async def test_two_steps_of_one_answer_stand_in_one_entry(world: World) -> None:
    answer = await world.ask(
        f'{{a:person(pin:"{pin(1)}"){{name}} b:named(name:"Nobody"){{name}} thing(id:"1-1"){{label}}}}'
    )
    assert await looked_at(world, answer) == {"a": people(1)}
    (entry,) = await world.recorded(answer.request_id)
    assert [step.path for step in entry.operation.steps] == ["a", "b"]


# --- a ledger that fails ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        f'{{person(pin:"{pin(1)}"){{name}}}}',
        f'{{townsfolk(town:"{TOWNS[0]}",first:3){{edges{{node{{name}}}}}}}}',
        f'{{person(pin:"{pin(1)}"){{name}} townsfolk(town:"{TOWNS[0]}",first:3){{edges{{node{{name}}}}}}}}',
        f'{{person(pin:"{pin(1)}"){{name things(first:3){{edges{{node{{secret}}}}}}}}}}',
    ],
)  # fmt: skip
async def test_what_cannot_be_recorded_is_withheld(world: World, question: str) -> None:
    await world.ledger.close()
    async with asyncio.timeout(2):  # and not only when the deadline comes
        answer = await world.ask(question)
    assert (answer.status, answer.codes) == (503, ["DISCLOSURE_NOT_RECORDED"])
    assert b"Person" not in answer.body


async def test_a_refusal_that_cannot_be_recorded_is_not_told(world: World) -> None:
    await world.ledger.close()
    answer = await world.ask(f'{{person(pin:"{pin(1)}"){{name}}}}', holding([]))
    assert (answer.status, answer.codes) == (503, ["DISCLOSURE_NOT_RECORDED"])


async def test_public_facts_are_told_while_the_ledger_is_down(world: World) -> None:
    await world.ledger.close()
    assert (await world.ask('{thing(id:"1-1"){label}}')).data == {"thing": {"label": "thing 1"}}


async def test_an_entry_that_was_never_handed_over_is_not_taken_for_written(world: World) -> None:
    plan, _ = world.graph.compile(Question("{me{name}}", None, {}))
    record = Record(world.ledger, plan, holding(EVERYTHING), Exchange(bytes(16)))
    with pytest.raises(NotRecorded):
        await record.durable()


async def test_an_answer_waits_for_its_record_however_long_that_takes(world: World) -> None:
    question = f'{{person(pin:"{pin(1)}"){{name}}}}'
    await world.ask(question)
    async with locked(world.ledger_url, "segments"):
        asking = asyncio.ensure_future(world.ask(question))
        await asyncio.sleep(0.3)
        assert not asking.done()
    answer = await asking
    assert answer.status == 200
    assert len(await world.recorded(answer.request_id)) == 1


@pytest.mark.parametrize("rights", [EVERYTHING, frozenset()], ids=["granted", "refused"])
async def test_an_answer_whose_record_does_not_come_about_is_withheld(world: World, rights: frozenset[str]) -> None:
    impatient = Ledger(world.ledger_url, KEYS, Bounds(seconds=0.2))
    await impatient.open()
    world.graph._ledger = impatient
    async with locked(world.ledger_url, "segments"):
        answer = await world.ask(f'{{person(pin:"{pin(1)}"){{name}}}}', holding(rights))
    assert (answer.status, answer.codes) == (503, ["DISCLOSURE_NOT_RECORDED"])
    assert b"Person" not in answer.body
    await impatient.close()


async def test_a_full_queue_of_the_ledger_withholds_at_once(world: World) -> None:
    tight = Ledger(world.ledger_url, KEYS, Bounds(answers=1, size=300))
    await tight.open()
    world.graph._ledger = tight
    answers = await asyncio.gather(
        *(world.ask(f'{{townsfolk(town:"{TOWNS[0]}",first:3){{edges{{node{{name}}}}}}}}') for _ in range(5))
    )
    await tight.close()
    assert {answer.status for answer in answers} <= {200, 503}
    assert 503 in {answer.status for answer in answers}
    for answer in answers:
        assert bool(await world.recorded(answer.request_id)) or b"Person" not in answer.body
