"""Who enrolls needs two secrets that two people were told: neither of the two makes a second name for themselves."""

import asyncio
from dataclasses import dataclass

import pytest

from auth.acts.actors import Actor
from auth.acts.officers import AdmitOfficer, EnrolOfficer, RemoveOfficer
from auth.acts.proposals import MakeProposal, RefuseProposal, WithdrawProposal
from auth.acts.refusals import Conflict
from auth.acts.widening import Widening
from auth.officers import enrolment
from auth.officers.codes import MOST_TRIES
from auth.officers.door import Officers
from auth.officers.refusals import LinkRefused
from auth.opaque import digest
from tests.auth.acts.people import AN, BINH, CHI, GIVE, MACHINE, WHY, Office, refused
from tests.auth.officers.authenticator import Authenticator

ORIGIN = "http://localhost:8000"
GIANG, HOA = (AdmitOfficer(name, name, ("proposer", "approver")) for name in ("giang", "hoa"))
WRONG = "0000-0000-0000-0000"


@dataclass
class Told:
    """What each of the two was told."""

    code: str
    link: str


@dataclass
class Enrolling:
    """The desk, and the page at which officers enroll."""

    office: Office
    here: Officers

    async def proposes(self, change: Widening, by: Actor = AN) -> tuple[int, str]:
        done = await self.office.does(by, MakeProposal(change, WHY))
        assert (done.secret, done.code is None) == (None, False)
        return int(done.made["proposal"]), str(done.code)

    async def approves(self, proposal: int, by: Actor = BINH) -> str:
        done = await self.office.approves(proposal, by)
        assert (done.code, done.secret is None) == (None, False)
        return str(done.secret)

    async def told(self, change: Widening = GIANG, by: Actor = AN, and_by: Actor = BINH) -> Told:
        proposal, code = await self.proposes(change, by)
        return Told(code, await self.approves(proposal, and_by))

    async def enrolls(self, link: str, code: str) -> str:
        """The officer as whom somebody with these two gets in."""
        made = Authenticator(ORIGIN).create(await enrolment.begin(self.here, link, code))
        return (await enrolment.finish(self.here, link, made, "Mine", "Tests/1", code=code)).officer

    async def refuses(self, link: str, code: str) -> None:
        """No passkey is even asked for."""
        with pytest.raises(LinkRefused):
            await enrolment.begin(self.here, link, code)


@pytest.fixture
async def enrolling(office: Office) -> Enrolling:
    return Enrolling(office, Officers(office.desk.engine, ORIGIN))


async def test_an_officer_whom_two_told_their_secrets_enrolls(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    assert await enrolling.enrolls(told.link, told.code) == "giang"


async def test_an_approver_with_the_link_alone_does_not_enroll(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    for guess in ("", WRONG, told.link, told.code[:-1]):
        await enrolling.refuses(told.link, guess)
    assert await enrolling.office.count("passkeys") == 0
    assert await enrolling.office.count("challenges") == 0


async def test_an_approver_who_begins_with_a_strangers_answer_does_not_finish(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    made = Authenticator(ORIGIN).create(await enrolment.begin(enrolling.here, told.link, told.code))
    with pytest.raises(LinkRefused):
        await enrolment.finish(enrolling.here, told.link, made, "Mine", "Tests/1", code=WRONG)
    assert await enrolling.office.count("passkeys") == 0


async def test_a_proposer_with_the_code_alone_does_not_enroll(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    for guess in ("", told.code, told.code.replace("-", ""), "x" * 43):
        await enrolling.refuses(guess, told.code)
    assert await enrolling.enrolls(told.link, told.code) == "giang"


async def test_a_code_that_was_used_opens_nothing_again(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    await enrolling.enrolls(told.link, told.code)
    await enrolling.refuses(told.link, told.code)
    again = await enrolling.told(EnrolOfficer("giang"), MACHINE, CHI)
    await enrolling.refuses(again.link, told.code)
    assert await enrolling.enrolls(again.link, again.code) == "giang"


async def test_who_proposed_one_and_approved_another_holds_no_pair(enrolling: Enrolling) -> None:
    """Chi proposes and approves: her own code, and the link of another's proposal, for the same officer."""
    mine, code = await enrolling.proposes(EnrolOfficer("em"), CHI)
    theirs, _ = await enrolling.proposes(EnrolOfficer("em"), AN)
    await enrolling.refuses(await enrolling.approves(theirs, CHI), code)
    assert await enrolling.enrolls(await enrolling.approves(mine, BINH), code) == "em"


async def test_five_wrong_codes_kill_the_link_whatever_comes_then(enrolling: Enrolling) -> None:
    told, other = await enrolling.told(), await enrolling.told(HOA)
    for _ in range(MOST_TRIES):
        await enrolling.refuses(told.link, WRONG)
    await enrolling.refuses(told.link, told.code)
    assert await enrolling.enrolls(other.link, other.code) == "hoa"


async def test_four_wrong_codes_leave_the_link_good(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    for _ in range(MOST_TRIES - 1):
        await enrolling.refuses(told.link, WRONG)
    assert await enrolling.enrolls(told.link, told.code) == "giang"


async def test_a_link_that_dies_while_the_passkey_is_made_enrolls_nobody(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    made = Authenticator(ORIGIN).create(await enrolment.begin(enrolling.here, told.link, told.code))
    for _ in range(MOST_TRIES):
        await enrolling.refuses(told.link, WRONG)
    with pytest.raises(LinkRefused):
        await enrolment.finish(enrolling.here, told.link, made, "Mine", "Tests/1", code=told.code)


async def test_of_many_guesses_at_once_five_are_looked_at(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    guesses = [enrolment.begin(enrolling.here, told.link, WRONG) for _ in range(20)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert [type(answer) for answer in answers] == [LinkRefused] * 20
    assert (await enrolling.office.row("enrolments", officer="giang"))["tries"] == MOST_TRIES
    await enrolling.refuses(told.link, told.code)


async def test_a_wrong_code_a_dead_link_and_an_unknown_one_are_told_alike(enrolling: Enrolling) -> None:
    told, words = await enrolling.told(), set()
    for link, code in [(told.link, WRONG), ("x" * 43, WRONG), *[(told.link, WRONG)] * MOST_TRIES]:
        with pytest.raises(LinkRefused) as caught:
            await enrolment.begin(enrolling.here, link, code)
        words.add((caught.value.code, caught.value.status, str(caught.value)))
    assert len(words) == 1


@pytest.mark.parametrize("code", ["é" * 16, "\ud800", "\x00", "0" * 5000, "‐" * 16])
async def test_a_code_that_nobody_could_have_been_told_is_refused_and_counted(enrolling: Enrolling, code: str) -> None:
    told = await enrolling.told()
    await enrolling.refuses(told.link, code)
    assert (await enrolling.office.row("enrolments", officer="giang"))["tries"] == 1


async def test_a_code_is_taken_as_people_write_it(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    written = f" {told.code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert await enrolling.enrolls(told.link, written) == "giang"


async def test_codes_stand_in_no_record_and_their_digest_where_no_officer_reads(enrolling: Enrolling) -> None:
    proposal, code = await enrolling.proposes(GIANG)
    await enrolling.office.does(AN, MakeProposal(HOA, WHY), key="key-00001")
    assert (await enrolling.office.does(AN, MakeProposal(HOA, WHY), key="key-00001")).code is None
    kept = (await enrolling.office.row("proposals", proposal=proposal))["code"]
    told = {code, code.replace("-", ""), kept.hex(), str(kept)}
    for table in ("acts", "answered"):
        rows = [str(dict(row)) for row in await enrolling.office.connection.fetch(f"select * from {table}")]
        assert rows
        assert not any(secret in row for row in rows for secret in told)
    assert kept == digest(code.replace("-", ""))
    assert kept.hex() not in str((await enrolling.office.row("proposals", proposal=proposal))["body"])


async def test_a_decided_proposal_keeps_no_code(enrolling: Enrolling) -> None:
    approved, refused_, withdrawn = [(await enrolling.proposes(GIANG))[0] for _ in range(3)]
    await enrolling.approves(approved)
    await enrolling.office.does(BINH, RefuseProposal(refused_, WHY))
    await enrolling.office.does(AN, WithdrawProposal(withdrawn, WHY))
    assert await enrolling.office.connection.fetchval("select count(*) from proposals where code is not null") == 0
    assert await enrolling.office.count("proposals") == 3


async def test_a_proposal_of_which_nobody_holds_a_code_opens_no_link(enrolling: Enrolling) -> None:
    for change in (GIANG, EnrolOfficer("em")):
        proposal, _ = await enrolling.proposes(change)
        await enrolling.office.connection.execute("update proposals set code = null where proposal = $1", proposal)
        await refused(enrolling.office.approves(proposal), Conflict)
    assert await enrolling.office.count("enrolments") == 0


async def test_what_gives_nobody_a_name_tells_no_code(enrolling: Enrolling) -> None:
    assert (await enrolling.office.does(AN, MakeProposal(GIVE, WHY))).code is None


async def test_the_two_secrets_of_an_officer_removed_meanwhile_are_worthless(enrolling: Enrolling) -> None:
    told = await enrolling.told()
    await enrolling.office.does(MACHINE, RemoveOfficer("giang", WHY))
    await enrolling.refuses(told.link, told.code)
