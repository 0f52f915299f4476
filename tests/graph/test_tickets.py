"""A gateway asks for a ticket: it gets one where the graph would answer, and else exactly the graph's refusal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from auth import clock
from auth.access.references import MonthlyKeys, Seals
from auth.access.tickets import LIFETIME_S, SUBJECT, Ticket, verify
from auth.caller import Caller, Operations
from auth.errors import GrantsUnconfirmed, Unauthenticated
from auth.keys import SigningKeyMissing
from auth.reach import EVERYWHERE, in_communes
from graph.answer import Question
from graph.endpoint import Endpoint
from graph.explain import Explainer
from graph.limits import BODY_BYTES
from graph.request import NEW, OLD
from graph.ticketed import ForTickets
from graph.tickets import Tickets
from ledger import Outcome
from tests.auth.world import ISSUER
from tests.graph.compiling import holding
from tests.graph.invented.rows import TOWNS, pin
from tests.graph.world import EVERYTHING, METADATA, Answer, World, request

KEY = ECKey.generate_key("P-256")
SEALS = Seals(MonthlyKeys(bytes(range(32))))
ONE = "query One($pin: PersonalNumber!, $with: Boolean! = true) { person(pin: $pin) { name town @include(if: $with) } }"
PAGE = f'{{townsfolk(town:"{TOWNS[1]}",first:5){{edges{{node{{name}}}}}}}}'
PUBLIC = '{thing(id:"1-1"){label}}'
ME = "{me{name}}"
NEVER = datetime.fromtimestamp(0, UTC)


def gateway(world: World, *, key: Any = None, authority: Any = None) -> Endpoint:
    """The address at which a gateway asks."""

    def missing() -> ECKey:
        raise SigningKeyMissing(None)

    explain = Explainer(world.graph).answer
    tickets = Tickets(world.graph, explain, issuer=ISSUER, seals=SEALS, signing_key=key or (lambda: KEY))
    if key == "missing":
        tickets._signing_key = missing
    asked: Any = authority or world.door
    return Endpoint(world.graph, ForTickets(asked), world.operations, tickets.answer, headers=(), metadata=METADATA)


async def wanted(world: World, *chunks: bytes, at: Endpoint | None = None, **headers: str) -> Answer:
    """What a gateway gets for a client's request, headers and body as the client sent them."""
    given = {"authorization": "Bearer all", "content-type": "application/json", "accept": NEW.decode()}
    given |= {"lienthong-ticket": "wanted"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await request(at or gateway(world), "POST", chunks, {name: text for name, text in given.items() if text})


def body_of(text: str, **variables: Any) -> bytes:
    return orjson.dumps({"query": text, "variables": variables})


def ticket_of(answer: Answer, token: str = "all") -> Ticket:
    assert answer.status == 200, answer.body
    assert answer.json.keys() - {"query"} == {"ticket", "requestId"}
    return verify(answer.json["ticket"], {KEY.thumbprint(): KEY}, ISSUER, token, clock.wall())


# --- granted ---------------------------------------------------------------------------------------------------------


async def test_a_granted_operation_brings_a_ticket_and_nothing_is_read_or_recorded_here(world: World) -> None:
    world.listen()
    answer = await wanted(world, body_of(ONE, pin=pin(1)))
    ticket = ticket_of(answer)
    assert answer.json["requestId"] == ticket.request == answer.request_id
    assert ticket.exp - ticket.iat == LIFETIME_S
    assert world.sent == []
    assert await world.recorded(answer.request_id) == []


async def test_a_ticket_names_the_operation_as_the_ledgers_do_and_nothing_that_was_typed(world: World) -> None:
    plan, _ = world.graph.compile(Question(ONE, "One", {"pin": pin(1)}))
    one, other = [ticket_of(await wanted(world, body_of(ONE, pin=pin(number)))) for number in (1, 2)]
    assert one.document == plan.fingerprint.hex()
    assert (one.document, one.shape) == (other.document, other.shape)
    shorter = ticket_of(await wanted(world, body_of(ONE, pin=pin(1), **{"with": False})))
    assert shorter.document == one.document
    assert shorter.shape != one.shape
    assert len({one.request, other.request, shorter.request}) == 3


async def test_a_ticket_goes_with_the_token_that_the_client_showed(world: World) -> None:
    header = world.admit(holding(EVERYTHING))
    answer = await wanted(world, body_of(PUBLIC), authorization=header)
    assert ticket_of(answer, header.partition(" ")[2]).request == answer.request_id
    with pytest.raises(Unauthenticated):
        ticket_of(answer, "another")


async def test_a_ticket_says_for_which_officer_and_under_which_grants(world: World) -> None:
    caller = holding(EVERYTHING)
    caller = replace(caller, rights=replace(caller.rights, revision=41))
    answer = await wanted(world, body_of(PUBLIC), authorization=world.admit(caller), agency_officer="front.desk-2")
    ticket = ticket_of(answer, "1")
    assert (ticket.officer, ticket.revision) == ("front.desk-2", 41)


async def test_a_ticket_names_the_citizen_to_registers_and_to_nobody_on_the_way(world: World) -> None:
    caller = replace(holding(EVERYTHING, subject=pin(1)), representative=pin(2))
    answer = await wanted(world, body_of(ME), authorization=world.admit(caller))
    ticket = ticket_of(answer, "1")
    assert ticket.subject is not None
    assert ticket.representative is not None
    assert [SEALS.open(SUBJECT, each) for each in (ticket.subject, ticket.representative)] == [pin(1), pin(2)]
    assert pin(1).encode() not in answer.body


async def test_a_client_held_to_registered_operations_gets_tickets_for_those(world: World) -> None:
    world.register["G15", "label"] = PUBLIC
    held = replace(holding(EVERYTHING), registered_only=True, operations=Operations(frozenset({"label"})))
    header = world.admit(held)
    named = orjson.dumps({"documentId": "label"})
    answer = await wanted(world, named, authorization=header)
    assert ticket_of(answer, "1").request == answer.request_id
    assert (await wanted(world, body_of(ME), authorization=header)).codes == ["OPERATION_NOT_REGISTERED"]


async def test_a_gateway_is_told_the_document_that_a_client_asks_for_by_its_name_and_no_other(world: World) -> None:
    """It has to run it, and only the authority knows what was registered."""
    world.register["G15", "label"] = PUBLIC
    header = world.admit(replace(holding(EVERYTHING), operations=Operations(frozenset({"label"}))))
    named = await wanted(world, orjson.dumps({"documentId": "label"}), authorization=header)
    assert named.json["query"] == PUBLIC
    assert "query" not in (await wanted(world, body_of(PUBLIC), authorization=header)).json


async def test_a_cursor_is_opened_by_the_register_that_gave_it_out_and_not_where_tickets_are_given(
    world: World,
) -> None:
    """Each register seals its own; what another process sealed says nothing here."""
    paged = PAGE.replace("first:5", 'first:5,after:"of another process"')
    assert (await world.ask(paged)).codes == ["BAD_USER_INPUT"]
    answer = await wanted(world, body_of(paged))
    assert ticket_of(answer).request == answer.request_id


async def test_an_introspection_needs_a_ticket_like_every_operation(world: World) -> None:
    ticket_of(await wanted(world, body_of("{__schema{queryType{name}}}")))


# --- refused, as the graph refuses -----------------------------------------------------------------------------------

NOBODYS, FEW, IN_TOWN = {"authorization": "Bearer nobody"}, "Bearer few", "Bearer town"
REFUSED: dict[str, tuple[bytes, Mapping[str, str]]] = {
    "no token": (body_of(ONE, pin=pin(1)), {"authorization": ""}),
    "a token of nobody": (body_of(ONE, pin=pin(1)), NOBODYS),
    "a token of nobody, and a body without end": (b"x" * BODY_BYTES * 2, NOBODYS),
    "a right is missing": (body_of(ONE, pin=pin(1)), {"authorization": FEW}),
    "a right is missing, in the older media type": (
        body_of(ONE, pin=pin(1)),
        {"authorization": FEW, "accept": OLD.decode()},
    ),
    "a citizen is missing": (body_of(ME), {}),
    "out of the jurisdiction": (body_of(PAGE), {"authorization": IN_TOWN}),
    "no purpose": (body_of(ONE, pin=pin(1)), {"authorization": "Bearer aimless"}),
    "not registered": (orjson.dumps({"documentId": "nothing"}), {}),
    "does not parse": (body_of("{"), {}),
    "does not parse, in the older media type": (body_of("{"), {"accept": OLD.decode()}),
    "does not validate": (body_of("{nothing}"), {}),
    "a value that does not fit": (body_of(ONE, pin="x"), {}),
    "too many root fields": (body_of(f"{{{' '.join(f'a{n}:{PAGE[1:-1]}' for n in range(11))}}}"), {}),
    "no JSON": (b"{", {}),
    "a batch": (b"[]", {}),
    "too long": (b"x" * (BODY_BYTES + 1), {}),
    "another media type": (b"{}", {"content_type": "text/plain"}),
    "compressed": (b"{}", {"content_encoding": "gzip"}),
    "an answer that nobody makes": (body_of(PUBLIC), {"accept": "text/html"}),
    "an officer who is a number": (body_of(PUBLIC), {"agency_officer": "001205012345"}),
}


def known_to(world: World) -> None:
    callers = world.door.callers
    callers[FEW] = holding(["people:citizen.pin:lookup"])
    callers[IN_TOWN] = holding(dict.fromkeys(EVERYTHING, in_communes([TOWNS[0]])))
    callers["Bearer aimless"] = holding(EVERYTHING, purpose=None)


async def both(world: World, body: bytes, **headers: Any) -> tuple[Answer, Answer]:
    """The graph's answer to a request, and a gateway's to the same one."""
    ours = await wanted(world, body, at=world.endpoint(), **(headers | {"lienthong_ticket": ""}))
    return ours, await wanted(world, body, **headers)


def told(answer: Answer) -> tuple[int, Mapping[str, str], bytes]:
    """All of an answer that is not of this one request."""
    return answer.status, {**answer.headers, "x-request-id": ""}, answer.body


@pytest.mark.parametrize(("body", "headers"), REFUSED.values(), ids=REFUSED)
async def test_a_gateway_gets_the_refusal_that_the_client_would_get(
    world: World, body: bytes, headers: Mapping[str, str]
) -> None:
    known_to(world)
    graphs, gateways = await both(world, body, **headers)
    assert told(graphs) == told(gateways)
    assert b"ticket" not in gateways.body
    assert b'"errors"' in gateways.body


@pytest.mark.parametrize(
    "case", ["a right is missing", "out of the jurisdiction", "a citizen is missing", "no purpose"]
)
async def test_a_refusal_is_on_record_once_with_what_the_graph_would_record(world: World, case: str) -> None:
    known_to(world)
    body, headers = REFUSED[case]
    entries = []
    for answer in await both(world, body, **headers, agency_officer="front.desk-2"):
        (entry,) = await world.recorded(answer.request_id)
        entries.append(replace(entry, request_id=UUID(int=0), at=NEVER))
    assert entries[0] == entries[1]
    assert (entries[0].outcome, entries[0].officer) == (Outcome.REFUSED, "front.desk-2")


TEXTS = [ONE, PAGE, PUBLIC, ME, "{__typename}", f'{{person(pin:"{pin(4)}"){{friends{{name town}}}}}}', "{person}"]
RIGHTS = st.dictionaries(st.sampled_from(sorted(EVERYTHING)), st.sampled_from([EVERYWHERE, in_communes([TOWNS[0]])]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(TEXTS),
    RIGHTS | st.just(dict.fromkeys(EVERYTHING, EVERYWHERE)),
    st.sampled_from([None, pin(1)]),
    st.sampled_from([NEW, OLD]),
)
async def test_whatever_is_asked_by_whom_a_ticket_is_given_where_the_graph_answers_and_else_its_refusal(
    world: World, text: str, reach: Any, subject: str | None, media_type: bytes
) -> None:
    world.door.callers["Bearer some"] = holding(reach, subject=subject)
    variables = {"pin": pin(1)} if "$pin" in text else {}
    how = {"authorization": "Bearer some", "accept": media_type.decode()}
    graphs, gateways = await both(world, body_of(text, **variables), **how)
    if "data" in graphs.json:
        ticket_of(gateways, "some")
    else:
        assert told(graphs) == told(gateways)


async def test_a_refusal_that_cannot_be_recorded_is_withheld(world: World) -> None:
    known_to(world)
    await world.ledger.close()
    answer = await wanted(world, *REFUSED["a right is missing"][:1], authorization=FEW)
    assert (answer.status, answer.codes) == (503, ["DISCLOSURE_NOT_RECORDED"])


async def test_an_authority_that_cannot_confirm_the_grants_gives_no_ticket(world: World) -> None:
    class Silent:
        async def caller(self, *_: Any) -> Caller:
            raise GrantsUnconfirmed

    answer = await wanted(world, body_of(PUBLIC), at=gateway(world, authority=Silent()))
    assert (answer.status, answer.codes) == (503, ["GRANTS_UNCONFIRMED"])


async def test_an_authority_without_its_signing_key_gives_no_ticket(world: World) -> None:
    answer = await wanted(world, body_of(PUBLIC), at=gateway(world, key="missing"))
    assert (answer.status, answer.codes) == (503, ["GRANTS_UNCONFIRMED"])


async def test_rights_that_change_before_a_ticket_leaves_are_decided_upon_again(world: World) -> None:
    """The last thing before the answer is to ask whether the caller still holds what it was decided by."""
    header = world.admit(holding(EVERYTHING))

    def signing() -> ECKey:
        world.door.callers[header] = holding([])
        return KEY

    answer = await wanted(world, body_of(ONE, pin=pin(1)), at=gateway(world, key=signing), authorization=header)
    assert answer.status == 403
    assert b"ticket" not in answer.body


# --- whether one is wanted -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["Wanted", "yes", "1", "wanted,wanted", "wanted ", "a.b.c"])
async def test_a_wish_that_is_none_is_a_400(world: World, said: str) -> None:
    answer = await wanted(world, body_of(PUBLIC), lienthong_ticket=said)
    assert (answer.status, answer.codes) == (400, ["BAD_USER_INPUT"])


async def test_without_the_wish_an_operation_is_explained_and_a_refusal_leaves_no_entry(world: World) -> None:
    known_to(world)
    answer = await wanted(world, body_of(ONE, pin=pin(1)), lienthong_ticket="", authorization=FEW)
    assert (answer.status, answer.json["verdict"]) == (200, "refused")
    assert await world.recorded(answer.request_id) == []


async def test_a_wish_at_the_graph_itself_is_not_heard(world: World) -> None:
    answer = await wanted(world, body_of(PUBLIC), at=world.endpoint())
    assert answer.data == {"thing": {"label": "thing 1"}}
