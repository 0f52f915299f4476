"""Widening takes two people: what the second one decides on, and whom the road turns away."""

from tests.auth.acts.people import Office


async def test_an_officer_proposes_and_another_approves_then_the_grant_counts(office: Office) -> None:
    proposal = await office.proposes()
    assert await office.count("grants") == 0
    done = await office.approves(proposal)
    grant = await office.row("grants", grant_id=int(done.made["grant"]))
    assert (grant["state"], grant["proposed_by"], grant["approved_by"]) == ("active", "an", "binh")
    assert done.revision == await office.connection.fetchval("select revision from policy")
    assert (await office.row("proposals", proposal=proposal))["state"] == "approved"
