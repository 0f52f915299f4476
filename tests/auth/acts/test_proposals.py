"""Widening takes two people: what the second one decides on, and whom the road turns away."""

import asyncio
import json
from typing import Any

import pytest

from auth.acts.actors import Actor
from auth.acts.grants import GiveGrant, RevokeGrant
from auth.acts.proposals import (
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
from tests.auth.acts.people import AN, BINH, CHI, DUNG, EM, GIVE, MACHINE, WHY, Office, refused
from tests.auth.world import NAME


async def test_an_officer_proposes_and_another_approves_then_the_grant_counts(office: Office) -> None:
    proposal = await office.proposes()
    assert await office.count("grants") == 0
    done = await office.approves(proposal)
    grant = await office.row("grants", grant_id=int(done.made["grant"]))
    assert (grant["state"], grant["proposed_by"], grant["approved_by"]) == ("active", "an", "binh")
    assert done.revision == await office.connection.fetchval("select revision from policy")
    assert (await office.row("proposals", proposal=proposal))["state"] == "approved"
