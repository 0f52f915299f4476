"""Proposals of somebody at the machine, for officers to decide on."""

from auth.acts.actors import Actor
from auth.acts.desk import Done
from auth.acts.grants import GiveGrant
from auth.acts.officers import AdmitOfficer
from auth.acts.perform import perform
from auth.acts.proposals import MakeProposal
from auth.acts.terms import GrantTerms
from auth.acts.widening import Widening
from tests.auth.world import BORN, NAME
from tests.console.officers.conftest import House

OPERATOR = Actor("machine", "operator")


def grant() -> GiveGrant:
    return GiveGrant(agency="G01", purpose="security", terms=GrantTerms(scopes=(NAME, BORN), reach="everywhere"))


def admission(officer: str) -> AdmitOfficer:
    return AdmitOfficer(officer=officer, name=f"Officer {officer}", roles=("proposer",))


async def proposed(house: House, change: Widening, reason: str = "Needed <for> tests") -> Done:
    """A proposal, as whoever made it is told."""
    return await perform(house.desk.acts, OPERATOR, MakeProposal(proposed=change, reason=reason))


async def propose(house: House, change: Widening) -> int:
    """A proposal; its number."""
    return int((await proposed(house, change)).made["proposal"])
