"""Registered operations: the files that tools write, and ids that never change their meaning."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.acts.actors import Actor
from auth.acts.manifests import LONGEST_DOCUMENT, MOST_AT_A_TIME, Operation, digest_of, read_manifest
from auth.acts.operations import MOST_OF_AN_AGENCY, RegisterOperations, WithdrawOperation
from auth.acts.refusals import Conflict, Forbidden, Invalid, NotFound
from tests.auth.acts.people import AN, BINH, MACHINE, WHY, Office, raced, refused

DOCUMENT = "query Name($pin: PersonalNumber!) {\n  citizen(pin: $pin) { fullName }\n}"
OTHER = "{ me { fullName } }"


def apollo(*operations: dict[str, Any], **changed: Any) -> str:
    whole = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations)}
    return json.dumps({**whole, **changed})


def one(body: str = DOCUMENT, **changed: Any) -> dict[str, Any]:
    return {"id": digest_of(body), "name": "Name", "type": "query", "body": body, **changed}


def test_apollos_manifest_is_read() -> None:
    assert read_manifest(apollo(one(), one(OTHER, id="me", name="Me"))) == (
        Operation(digest_of(DOCUMENT), DOCUMENT, "Name"),
        Operation("me", OTHER, "Me"),
    )


def test_relays_map_is_read() -> None:
    assert read_manifest(json.dumps({"a1b2": DOCUMENT, "me": OTHER})) == (
        Operation("a1b2", DOCUMENT),
        Operation("me", OTHER),
    )


@pytest.mark.parametrize("document", [DOCUMENT, OTHER, "{me{fullName}}", "# a comment\n" + OTHER, "{ a }", '{"a"'])
def test_a_document_by_itself_is_named_by_its_digest(document: str) -> None:
    if document.startswith('{"'):
        with pytest.raises(Invalid):
            read_manifest(document)
    else:
        assert read_manifest(document) == (Operation(digest_of(document), document),)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{}",
        apollo(),
        apollo(one(), one()),
        apollo(one(), version=2),
        apollo(one(), version="1"),
        apollo(one(), operations={}),
        apollo(one(id=7)),
        apollo({"id": "a"}),
        apollo(one(id="../a")),
        apollo(one(id="a" * 129)),
        apollo(one(id="")),
        apollo(one(OTHER, id=digest_of(DOCUMENT))),  # the digest of another text
        apollo(one(OTHER, id=digest_of(DOCUMENT).upper())),
        apollo(one(OTHER, id="sha256:" + digest_of(DOCUMENT))),
        apollo(one(name="a b")),
        apollo(one("x\x00y")),
        apollo(one("")),
        apollo(one("#" * (LONGEST_DOCUMENT + 1), id="a")),
        json.dumps({"a": 1}),
        json.dumps({"a": ["{ me { pin } }"]}),
        json.dumps({f"a{n}": OTHER for n in range(MOST_AT_A_TIME + 1)}),
        json.dumps({f"a{n}": "#" * 60_000 for n in range(20)}),
        '{"a":' + "[" * 100_000,
        '{"a": "\\ud800"}',
        '{"a": "{ x }", "a": "{ y }"}',
        "\ud800",
        "x" * 2_000_000,
    ],
    ids=lambda bad: bad[:20].encode("ascii", "replace").decode(),
)
def test_a_file_that_cannot_be_meant_is_refused(bad: str) -> None:
    with pytest.raises(Invalid):
        read_manifest(bad)


@given(st.text() | st.recursive(st.none() | st.text(), lambda s: st.dictionaries(st.text(), s)).map(json.dumps))
def test_any_file_is_read_or_refused(text: str) -> None:
    try:
        operations = read_manifest(text)
    except Invalid:
        return
    assert operations


# At the desk


def registering(*operations: Operation, agency: str = "G01") -> RegisterOperations:
    return RegisterOperations(agency, operations or (Operation("name", DOCUMENT, "Name"),))


async def test_an_agency_registers_its_own_and_no_other_does(office: Office, desk_client: Actor) -> None:
    await office.does(desk_client, registering())
    row = await office.row("operations", document_id="name")
    assert (row["agency"], row["text"], row["registered_by"]) == ("G01", DOCUMENT, "agency:desk")
    await refused(office.does(desk_client, registering(agency="G12")), Forbidden)
    await refused(office.does(AN, registering()), Forbidden)
    await office.does(MACHINE, registering(agency="G12"))


async def test_an_id_never_gets_another_text(office: Office, desk_client: Actor, other_client: Actor) -> None:
    await office.does(desk_client, registering())
    await refused(office.does(desk_client, registering(Operation("name", OTHER))), Conflict)
    await office.does(desk_client, WithdrawOperation("G01", "name", WHY))
    await refused(office.does(desk_client, registering(Operation("name", OTHER))), Conflict)
    await office.does(other_client, registering(Operation("name", OTHER), agency="G12"))  # its own id


async def test_of_two_texts_for_one_id_at_once_one_wins(office: Office, desk_client: Actor) -> None:
    texts = (f"{{ a{n} }}" for n in range(6))
    await raced(Conflict, *(office.does(desk_client, registering(Operation("name", text))) for text in texts))


async def test_a_withdrawn_operation_comes_back_with_its_own_text(office: Office, desk_client: Actor) -> None:
    await office.does(desk_client, registering())
    await office.does(BINH, WithdrawOperation("G01", "name", WHY))
    assert (await office.row("operations", document_id="name"))["withdrawn_at"] is not None
    await refused(office.does(BINH, WithdrawOperation("G01", "name", WHY)), Conflict)
    await office.does(desk_client, registering())
    assert (await office.row("operations", document_id="name"))["withdrawn_at"] is None


async def test_an_agency_withdraws_its_own_only(office: Office, desk_client: Actor, other_client: Actor) -> None:
    await office.does(desk_client, registering())
    await refused(office.does(other_client, WithdrawOperation("G01", "name", WHY)), NotFound)
    await refused(office.does(desk_client, WithdrawOperation("G01", "unheard-of", WHY)), NotFound)


async def test_a_file_is_registered_whole_or_not_at_all(office: Office, desk_client: Actor) -> None:
    await office.does(desk_client, registering())
    mixed = registering(Operation("fresh", OTHER), Operation("name", OTHER))
    await refused(office.does(desk_client, mixed), Conflict)
    assert await office.count("operations") == 1


async def test_an_id_that_is_a_digest_is_that_of_its_text_at_the_desk_too(office: Office, desk_client: Actor) -> None:
    await refused(office.does(desk_client, registering(Operation(digest_of(DOCUMENT), OTHER))), Invalid)


async def test_an_agency_cannot_fill_the_table(office: Office, desk_client: Actor) -> None:
    await office.connection.execute(
        "insert into operations (agency, document_id, text, registered_by) "
        "select 'G01', n::text, 'x', 'x' from generate_series(1, $1) as n",
        MOST_OF_AN_AGENCY,
    )
    await refused(office.does(desk_client, registering()), Conflict)
    assert await office.count("operations") == MOST_OF_AN_AGENCY
