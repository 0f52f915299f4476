"""Tickets: the authority's word, for half a minute, that it decided one operation as a whole (docs/decisions/0026).

A subgraph sees its part of an operation only, so it does not serve one that was not decided whole. A ticket is a JWT of
a type of its own, signed with the key that signs access tokens. It goes with one token, and says what a subgraph cannot
know: under which request id to record, for which of the agency's officers, and of which citizen the token speaks.

It grants nothing. Whoever has a ticket is decided upon again where it is shown, by the grants of that moment.
"""

import hmac
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.access.compact import Reader, Unreadable
from auth.access.tokens import CLOCK_SKEW_S, digest
from auth.errors import Unauthenticated
from auth.keys import SIGNING_ALGORITHM

TICKET_TYPE = "ticket+jwt"
LIFETIME_S = 30
LONGEST_TICKET = 2048
SUBJECT = "the subject of a ticket"
"""By this name, which no type of a graph can have, citizens are sealed in tickets: none of them is a reference."""

Digest = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
SixteenBytes = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Sealed = Annotated[str, msgspec.Meta(max_length=256)]


class TicketHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly these. `kid` only chooses among keys that the policy accepts now."""

    alg: Literal["ES256"]
    typ: Literal["ticket+jwt"]
    kid: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was decided. Any other member makes a ticket invalid: it would mean something that is not checked.

    `token` is the digest of the access token; `document` the operation's fingerprint and `shape` a digest of what of
    its arguments decides the plan, for whoever compares ledgers; `revision` that of the grants that it rests on.
    """

    iss: str
    aud: str
    iat: int
    exp: int
    token: Digest
    document: SixteenBytes
    shape: SixteenBytes
    request: SixteenBytes
    revision: Annotated[int, msgspec.Meta(ge=0)]
    officer: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    subject: Sealed | None = None
    representative: Sealed | None = None


_reader = Reader(TicketHeader, Ticket, LONGEST_TICKET)


class SignedTicket(msgspec.Struct, frozen=True):
    """A ticket whose signature was good under the key of that name. Its time was not looked at."""

    ticket: Ticket
    kid: str


def subgraphs_audience(issuer: str) -> str:
    """For whom tickets are: every subgraph of this authority, and nobody else."""
    return issuer + "/subgraphs"


def sign(ticket: Ticket, key: ECKey) -> str:
    header = {"alg": SIGNING_ALGORITHM, "typ": TICKET_TYPE, "kid": key.thumbprint()}
    return jwt.encode(header, msgspec.to_builtins(ticket), key, algorithms=[SIGNING_ALGORITHM])


def verify(text: str, keys: Mapping[str, ECKey], issuer: str, token: str, now: float) -> Ticket:
    """Check everything about a ticket that was sent with this token."""
    ticket = signed_ticket(text, keys, issuer).ticket
    check(ticket, token, now)
    return ticket


def signed_ticket(text: str, keys: Mapping[str, ECKey], issuer: str) -> SignedTicket:
    """Check what never changes about a ticket. The rest is for `check`, on every use."""
    try:
        opened = _reader.open(text)
        key = keys[opened.header.kid]
    except (Unreadable, KeyError) as error:
        raise _invalid() from error
    ticket = opened.claims
    if not opened.is_signed_by(SIGNING_ALGORITHM, key) or ticket.iss != issuer:
        raise _invalid()
    if ticket.aud != subgraphs_audience(issuer) or ticket.exp - ticket.iat > LIFETIME_S:
        raise _invalid()
    return SignedTicket(ticket, opened.header.kid)


def check(ticket: Ticket, token: str, now: float) -> None:
    """A ticket is for the one token, and for half a minute; there is no leeway at the end."""
    if not hmac.compare_digest(ticket.token, digest(token)) or ticket.iat > now + CLOCK_SKEW_S:
        raise _invalid()
    if now >= ticket.exp:
        raise Unauthenticated("The ticket has expired; ask the authority again.")


def _invalid() -> Unauthenticated:
    return Unauthenticated("The ticket is not valid, or not for this access token.")
