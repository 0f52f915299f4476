"""Reading the record of acts: an act itself, recorded before anything of it is shown."""

from typing import Any

from office import visitor
from tests.office.test_changes import GIVE, made
from tests.office.world import WHY, Place

ACTS = "query($a: String, $n: ID, $f: Int! = 50) { acts(act: $a, after: $n, first: $f)"
ACTS += " { entries { number actor act target detail evidence } next } }"


async def read(place: Place, officer: str = "dung", **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await place.ask(await place.officer(officer), ACTS, **filters))["acts"]["entries"]
    return found


async def test_an_auditor_reads_what_was_done_and_by_whom(place: Place) -> None:
    await place.signs("an", "revokeGrant", {"grant": "1", "reason": WHY})

    entry = (await read(place, a="grant.revoke"))[0]

    assert (entry["actor"], entry["target"], entry["detail"]["change"]["reason"]) == ("an", "1", WHY)
    assert entry["evidence"]["officer"] == "an"


async def test_reading_is_recorded_with_its_filter_before_it_is_answered(place: Place) -> None:
    newest = (await read(place, a="audit.read"))[0]

    assert (newest["actor"], newest["act"]) == ("dung", "audit.read")
    assert newest["detail"]["change"]["filter"] == {"act": "audit.read"}


async def test_whoever_may_not_read_leaves_no_entry_and_sees_none(place: Place) -> None:
    proposer = await place.officer("an")
    before = await place.installation.connection.fetchval("select count(*) from acts")

    refused = await place.refused(proposer, ACTS)

    assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]
    assert await place.installation.connection.fetchval("select count(*) from acts") == before


async def test_an_auditor_who_was_removed_meanwhile_reads_nothing(place: Place) -> None:
    auditor = await place.officer("dung")
    await place.installation.connection.execute("update officers set state = 'removed' where officer = 'dung'")

    refused = await place.refused(auditor, ACTS)

    assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]


async def test_what_cannot_be_recorded_is_not_read(place: Place) -> None:
    auditor = await place.officer("dung")
    await place.installation.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'full'; end $$;"
        "create trigger refuse before insert on acts for each row execute function refuse()"
    )

    refused = await place.refused(auditor, ACTS)

    assert [error["extensions"]["code"] for error in refused] == ["DATABASE_UNAVAILABLE"]


async def test_asking_for_an_act_finds_who_proposed_and_who_approved_it(place: Place) -> None:
    await place.approves("binh", made(await place.signs("an", "makeProposal", GIVE), "proposal"))
    document = '{ acts(act: "grant.give") { entries { actor act proposed } } }'

    found = (await place.ask(await place.officer("dung"), document))["acts"]["entries"]

    assert [tuple(entry.values()) for entry in found] == [
        ("binh", "proposal.approve", "grant.give"),
        ("an", "proposal.make", "grant.give"),
    ]


async def test_pages_of_the_record_follow_each_other_without_gap(place: Place) -> None:
    machine = visitor.machine("root")
    for _ in range(3):
        await place.ask(machine, ACTS)
    first = (await place.ask(machine, ACTS, f=2))["acts"]
    second = (await place.ask(machine, ACTS, f=2, n=first["next"]))["acts"]

    numbers = [int(entry["number"]) for page in (first, second) for entry in page["entries"]]
    assert numbers == list(range(numbers[0], numbers[0] - 4, -1))


async def test_the_chain_is_worked_out_again_for_an_auditor(place: Place) -> None:
    found = (await place.ask(await place.officer("dung"), "{ chain { acts head brokenAt unsigned } }"))["chain"]

    assert (found["brokenAt"], len(found["head"]), found["unsigned"]) == (None, 64, [])
    assert found["acts"] == await place.installation.connection.fetchval("select count(*) from acts")
