"""An agency's desk that asks for profiles: what the graph does with the ledger, in few lines. Persons are invented."""

import asyncio
from collections.abc import Sequence

from ledger import Ledger, Outcome, Step, Way

STEPS = (
    Step("citizen", ("Citizen.fullName",), Way.OPENED, ("Citizen.pin",)),
    Step("citizen.household.members", ("Citizen.fullName", "Citizen.dateOfBirth"), Way.REACHED),
)


class Desk:
    def __init__(self, ledger: Ledger, agency: str = "G01") -> None:
        self.ledger = ledger
        self.recipient = ledger.recipient(
            agency=agency,
            client="desk",
            grants_revision=7,
            purpose="civil-registration",
            legal_basis="Law 26/2023, art. 10",
            case_reference="HS-2026-0001",
        )
        self.profile = ledger.operation(document=bytes(16), name="Profile", steps=STEPS)

    def record(self, opened: Sequence[str], members: Sequence[str] = ()) -> tuple[bytes, asyncio.Future[None]]:
        request_id = self.ledger.new_request_id()
        looked_at = [(0, opened), (1, members)] if members else [(0, opened)]
        done = self.ledger.record(request_id, self.recipient, self.profile, Outcome.GRANTED, looked_at)
        return request_id, done

    async def answer(self, opened: Sequence[str], members: Sequence[str] = ()) -> bytes:
        """The id of a request whose answer may leave."""
        request_id, done = self.record(opened, members)
        await done
        return request_id


def pin(number: int) -> str:
    """A personal number of nobody: no province has code 000."""
    return f"000{number:09d}"
