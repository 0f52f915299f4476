"""Widening takes two people: what the second one decides on, and whom the road turns away."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from auth.acts.actors import Actor
from auth.acts.agencies import SuspendAgency
from auth.acts.grants import GiveGrant, ReplaceGrant, RevokeGrant
from auth.acts.officers import NarrowOfficer, RemoveOfficer
from auth.acts.proposals import (
    MOST_REQUESTS,
    AdoptProposal,
    ApproveProposal,
    MakeProposal,
    RefuseProposal,
    RequestGrant,
    WithdrawProposal,
    described,
)
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, Lapsed, NotFound
from auth.acts.terms import GrantTerms
from tests.auth.acts.people import AN, BINH, CHI, DUNG, EM, GIVE, MACHINE, TERMS, WHY, Office, raced, refused
from tests.auth.world import BORN, NAME


async def test_an_officer_proposes_and_another_approves_then_the_grant_counts(office: Office) -> None:
    proposal = await office.proposes()
    assert await office.count("grants") == 0
    done = await office.approves(proposal)
    grant = await office.row("grants", grant_id=int(done.made["grant"]))
    assert (grant["state"], grant["proposed_by"], grant["approved_by"]) == ("active", "an", "binh")
    assert done.revision == await office.connection.fetchval("select revision from policy")
    assert (await office.row("proposals", proposal=proposal))["state"] == "approved"


async def test_a_proposal_alone_changes_nothing_that_is_allowed(office: Office) -> None:
    before = await office.connection.fetchval("select revision from policy")
    await office.proposes()
    assert await office.connection.fetchval("select revision from policy") == before


# Four eyes


async def test_the_proposer_does_not_approve_their_own(office: Office) -> None:
    proposal = await office.proposes(by=CHI)
    await refused(office.approves(proposal, CHI), FourEyes)
    assert await office.count("grants") == 0


async def test_an_officer_at_the_machine_is_the_same_officer(office: Office) -> None:
    proposal = await office.proposes(by=Actor("machine", "Chi"))
    await refused(office.approves(proposal, CHI), FourEyes)
    await office.approves(proposal, BINH)


async def test_an_operator_at_the_machine_proposes_and_never_approves(office: Office) -> None:
    proposal = await office.proposes(by=MACHINE)
    await refused(office.approves(proposal, Actor("machine", "other")), Forbidden)
    done = await office.approves(proposal)
    assert (await office.row("grants", grant_id=int(done.made["grant"])))["proposed_by"] == "machine:root"


async def test_the_database_itself_refuses_one_who_decides_alone(office: Office) -> None:
    for proposer in ("an", "machine:an"):
        with pytest.raises(Exception, match="four_eyes"):
            await office.connection.execute(
                "insert into proposals (kind, body, reason, state, proposed_by, decided_by, lapses_at) "
                "values ('grant.give', '{}', 'x', 'approved', $1, 'an', now())",
                proposer,
            )


async def test_who_adopted_a_request_does_not_approve_it(office: Office, desk_client: Actor) -> None:
    proposal = await requested(office, desk_client)
    await office.does(CHI, AdoptProposal(proposal, await office.body(proposal)))
    await refused(office.approves(proposal, CHI), FourEyes)
    done = await office.approves(proposal, BINH)
    grant = await office.row("grants", grant_id=int(done.made["grant"]))
    assert (grant["proposed_by"], grant["approved_by"]) == ("chi", "binh")


@pytest.mark.parametrize("actor", [AN, DUNG, EM, MACHINE, Actor("citizen", "sealed"), Actor("officer", "nobody")])
async def test_only_an_approver_approves(office: Office, actor: Actor) -> None:
    proposal = await office.proposes(by=CHI)
    await refused(office.approves(proposal, actor), Forbidden)


@pytest.mark.parametrize("actor", [BINH, DUNG, EM, Actor("citizen", "sealed"), Actor("system", "start")])
async def test_only_a_proposer_proposes(office: Office, actor: Actor) -> None:
    await refused(office.proposes(by=actor), Forbidden)


async def test_nobody_widens_without_a_proposal(office: Office) -> None:
    await refused(office.does(CHI, GIVE), FourEyes)
    await refused(office.does(MACHINE, GIVE), FourEyes)


# What is approved is what was read, in the world of that moment


async def test_a_body_changed_between_proposal_and_approval_is_not_approved(office: Office) -> None:
    proposal = await office.proposes()
    read = await office.body(proposal)
    await office.connection.execute("update proposals set body = jsonb_set(body, '{purpose}', '\"tax\"')")
    await refused(office.does(BINH, ApproveProposal(proposal, read)), Conflict)


@pytest.mark.parametrize("body", ["{}", "[]", '{"act": "grant.wish"}', '{"act": "grant.revoke", "grant": 1}'])
async def test_a_body_that_no_program_reads_any_more_is_refused_and_not_a_failure(office: Office, body: str) -> None:
    proposal = await office.proposes()
    await office.connection.execute("update proposals set body = $1", body)
    await refused(office.approves(proposal), Conflict)
    async with office.desk.looking(BINH) as work:
        await refused(described(work, proposal), Conflict)
    await office.does(BINH, RefuseProposal(proposal, WHY))


async def test_an_agency_suspended_meanwhile_gets_nothing(office: Office) -> None:
    proposal = await office.proposes()
    await office.does(BINH, SuspendAgency("G01", WHY))
    await refused(office.approves(proposal), Conflict)
    assert (await office.row("proposals", proposal=proposal))["state"] == "proposed"


async def test_a_grant_revoked_meanwhile_is_not_replaced(office: Office) -> None:
    grant = await office.gives()
    proposal = await office.proposes(ReplaceGrant(grant, TERMS))
    await office.does(CHI, RevokeGrant(grant, WHY))
    await refused(office.approves(proposal), Conflict)


async def test_what_a_removed_officer_proposed_counts_for_nothing(office: Office) -> None:
    proposal = await office.proposes()
    await office.does(CHI, RemoveOfficer("an", WHY))
    await refused(office.approves(proposal), Conflict)


async def test_what_an_officer_proposed_who_proposes_no_more_counts_for_nothing(office: Office) -> None:
    proposal = await office.proposes()
    await office.does(CHI, NarrowOfficer("an", (), opens_emergencies=False, reason=WHY))
    await refused(office.approves(proposal), Conflict)


async def test_a_removed_officer_approves_nothing(office: Office) -> None:
    proposal = await office.proposes()
    await office.does(CHI, RemoveOfficer("binh", WHY))
    await refused(office.approves(proposal, BINH), Forbidden)


async def test_a_lapsed_proposal_is_not_approved_adopted_refused_or_withdrawn(
    office: Office, desk_client: Actor
) -> None:
    proposal, asked = await office.proposes(), await requested(office, desk_client)
    office.later(days=14)
    await refused(office.approves(proposal), Lapsed)
    await refused(office.does(AN, AdoptProposal(asked, await office.body(asked))), Lapsed)
    await refused(office.does(BINH, RefuseProposal(proposal, WHY)), Lapsed)
    await refused(office.does(AN, WithdrawProposal(proposal, WHY)), Lapsed)


async def test_a_decided_proposal_stays_decided(office: Office) -> None:
    proposal = await office.proposes()
    await office.does(BINH, RefuseProposal(proposal, WHY))
    await refused(office.approves(proposal), Conflict)
    await refused(office.does(AN, WithdrawProposal(proposal, WHY)), Conflict)


async def test_a_proposal_that_does_not_exist_is_not_found(office: Office) -> None:
    await refused(office.does(BINH, ApproveProposal(99, "0" * 64)), NotFound)
    await refused(office.does(BINH, RefuseProposal(2**63 - 1, WHY)), NotFound)


async def test_the_proposer_withdraws_and_nobody_else_does(office: Office) -> None:
    proposal = await office.proposes()
    await refused(office.does(CHI, WithdrawProposal(proposal, WHY)), Forbidden)
    await refused(office.does(MACHINE, WithdrawProposal(proposal, WHY)), Forbidden)
    await office.does(AN, WithdrawProposal(proposal, WHY))
    assert (await office.row("proposals", proposal=proposal))["state"] == "withdrawn"


async def test_the_proposer_withdraws_instead_of_refusing(office: Office) -> None:
    proposal = await office.proposes(by=CHI)
    await refused(office.does(CHI, RefuseProposal(proposal, WHY)), FourEyes)


async def test_an_approver_sees_what_would_change(office: Office) -> None:
    grant = await office.gives()
    proposal = await office.proposes(ReplaceGrant(grant, GrantTerms(scopes=(NAME,), reach="self")))
    async with office.desk.work(MACHINE), office.desk.looking(BINH) as work:  # beside an act that is being made
        row, seen = await described(work, proposal)
        with pytest.raises(DBAPIError, match="read-only"):
            await work.connection.execute(text("update grants set state = 'revoked', revoked_by = 'x'"))
    assert row.kind == "grant.replace"
    assert (seen.before["scopes"], seen.before["reach"]) == ([BORN, NAME], "everywhere")
    assert (seen.after["scopes"], seen.after["reach"]) == ([NAME], "self")


# Agencies ask


async def requested(office: Office, client: Actor, agency: str = "G01") -> int:
    change = RequestGrant(GiveGrant(agency, "security", TERMS), WHY)
    return int((await office.does(client, change)).made["proposal"])


async def test_a_request_takes_an_officer_who_adopts_it_before_another_approves(
    office: Office, desk_client: Actor
) -> None:
    proposal = await requested(office, desk_client)
    await refused(office.approves(proposal), Conflict)
    assert (await office.row("proposals", proposal=proposal))["requested_by"] == "G01"


async def test_an_agency_asks_for_itself_only(office: Office, desk_client: Actor) -> None:
    await refused(requested(office, desk_client, "G12"), Forbidden)
    grant = await office.gives(agency="G12")
    await refused(office.does(desk_client, RequestGrant(ReplaceGrant(grant, TERMS), WHY)), Forbidden)
    await refused(office.does(desk_client, RequestGrant(ReplaceGrant(999, TERMS), WHY)), Forbidden)


async def test_an_agency_withdraws_its_own_request_until_an_officer_adopts_it(
    office: Office, desk_client: Actor, other_client: Actor
) -> None:
    proposal = await requested(office, desk_client)
    await refused(office.does(other_client, WithdrawProposal(proposal, WHY)), NotFound)
    await office.does(desk_client, WithdrawProposal(proposal, WHY))
    adopted = await requested(office, desk_client)
    await office.does(AN, AdoptProposal(adopted, await office.body(adopted)))
    await refused(office.does(desk_client, WithdrawProposal(adopted, WHY)), Conflict)


async def test_an_agency_cannot_fill_the_officers_desk(office: Office, desk_client: Actor) -> None:
    await office.connection.execute(
        "insert into proposals (kind, body, reason, state, requested_by, lapses_at) "
        "select 'grant.give', '{}', 'x', 'requested', 'G01', now() + interval '1 day' from generate_series(1, $1)",
        MOST_REQUESTS,
    )
    await refused(requested(office, desk_client), Conflict)


async def test_an_agency_does_nothing_that_officers_do(office: Office, desk_client: Actor) -> None:
    grant, proposal = await office.gives(), await office.proposes()
    for change in (
        MakeProposal(GIVE, WHY),
        ApproveProposal(proposal, await office.body(proposal)),
        RefuseProposal(proposal, WHY),
        AdoptProposal(proposal, await office.body(proposal)),
        RevokeGrant(grant, WHY),
        SuspendAgency("G12", WHY),
        RemoveOfficer("an", WHY),
    ):
        await refused(office.does(desk_client, change), Forbidden)


async def test_a_suspended_client_or_another_agencys_does_nothing(office: Office, desk_client: Actor) -> None:
    await refused(requested(office, Actor("agency", desk_client.name, "G12"), "G12"), Forbidden)
    await office.connection.execute("update clients set state = 'suspended'")
    await refused(requested(office, desk_client), Forbidden)


# Races: whatever arrives together, one wins


async def test_of_twenty_approvals_at_once_one_wins(office: Office) -> None:
    proposal = await office.proposes()
    await raced(Conflict, *(office.approves(proposal, (BINH, CHI)[n % 2]) for n in range(20)))
    assert await office.count("grants") == 1


async def test_of_approval_and_refusal_at_once_one_wins(office: Office) -> None:
    for _ in range(5):
        proposal = await office.proposes()
        await raced(Conflict, office.approves(proposal, BINH), office.does(CHI, RefuseProposal(proposal, WHY)))


async def test_of_approval_and_withdrawal_at_once_one_wins(office: Office) -> None:
    for _ in range(5):
        proposal = await office.proposes()
        await raced(Conflict, office.approves(proposal), office.does(AN, WithdrawProposal(proposal, WHY)))


async def test_revoking_while_a_replacement_is_approved_leaves_nothing_revoked_in_force(office: Office) -> None:
    for _ in range(5):
        grant = await office.gives()
        proposal = await office.proposes(ReplaceGrant(grant, TERMS))
        await raced(Conflict, office.approves(proposal), office.does(CHI, RevokeGrant(grant, WHY)))
        assert (await office.row("grants", grant_id=grant))["state"] == "revoked"


async def test_a_proposal_of_terms_that_mean_nothing_is_refused_with_the_names(office: Office) -> None:
    terms = GrantTerms(scopes=(NAME, "identity:citizen.blood:read", "identity:*:read"), reach="everywhere")
    refusal = await refused(office.proposes(GiveGrant("G01", "security", terms)), Invalid)
    assert isinstance(refusal, Invalid)
    assert refusal.names == ("(malformed)", "identity:citizen.blood:read")
    assert "*" not in refusal.message
