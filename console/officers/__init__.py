"""The pages of officers: signing in, enrolling, their own page, and signing a change.

desk.py        what the pages share: who is at the browser, and how trouble is told
signing_in.py  in and out
enrolling.py   a first passkey by a link, the second beside it
account.py     an officer's passkeys and sessions
signing.py     any change with plain fields: shown, signed, made
proposals.py   what waits for a second officer, as a change to sign
cases.py       complaints and inquiries: read, opened, answered
disclosures.py who looked at whose data, and of a person under a case; each look is recorded
findings.py    what stands out in the ledger
asking.py      the question to the office that stands behind such a page
wording.py     acts and their fields in Vietnamese and English; what is before and after
"""

from starlette.routing import Route

from console.officers.account import Account
from console.officers.cases import Cases
from console.officers.desk import OfficersDesk
from console.officers.disclosures import Disclosures
from console.officers.enrolling import Enrolling
from console.officers.findings import Findings
from console.officers.proposals import Proposals
from console.officers.signing import Signing
from console.officers.signing_in import SigningIn
from office.context import Office


def routes(desk: OfficersDesk, office: Office) -> list[Route]:
    """Every page of officers."""
    sides = [side(desk) for side in (SigningIn, Enrolling, Account, Signing, Proposals, Cases)]
    asking = [side(desk, office) for side in (Disclosures, Findings)]
    return [route for side in (*sides, *asking) for route in side.routes()]
