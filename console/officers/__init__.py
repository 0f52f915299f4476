"""The pages of officers: signing in, enrolling, their own page, and signing a change.

desk.py        what the pages share: who is at the browser, and how trouble is told
signing_in.py  in and out
enrolling.py   a first passkey by a link, the second beside it
account.py     an officer's passkeys and sessions
signing.py     any change with plain fields: shown, signed, made
proposals.py   what waits for a second officer, as a change to sign
cases.py       complaints and inquiries: read, opened, answered
wording.py     acts and their fields in Vietnamese and English; what is before and after
"""

from starlette.routing import Route

from console.officers.account import Account
from console.officers.cases import Cases
from console.officers.desk import OfficersDesk
from console.officers.enrolling import Enrolling
from console.officers.proposals import Proposals
from console.officers.signing import Signing
from console.officers.signing_in import SigningIn


def routes(desk: OfficersDesk) -> list[Route]:
    """Every page of officers."""
    sides = (SigningIn, Enrolling, Account, Signing, Proposals, Cases)
    return [route for side in sides for route in side(desk).routes()]
