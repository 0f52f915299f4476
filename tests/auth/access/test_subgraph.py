"""Who asks a subgraph shows a token and a ticket; the subgraph believes both for what they are, and decides itself."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth import clock
from auth.access.references import MonthlyKeys, Seals
from auth.access.subgraph import SubgraphAuthority
from auth.access.tickets import LIFETIME_S, SUBJECT, Ticket, sign, subgraphs_audience
from auth.access.tokens import digest
from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, Revoked, RightsChanged, Unauthenticated
from auth.policy.acknowledgements import LEASE_S
from auth.policy.remote import RemotePolicy
from tests.auth.forging import forged
from tests.auth.holders import bound_token, holder_at
from tests.auth.policy.remote_world import Gateway, add_subgraph, following, remote
from tests.auth.world import ISSUER, NAME, Installation, settled, until
from tests.waiting import at_once

FIELD, OTHER = "land:parcel.field_1:read", "land:parcel.field_2:read"
PERSON, PARENT = "000000000042", "000000000043"  # personal numbers of nobody: no province has code 000
LEAKED = "update signing_keys set state = case state when 'next' then 'current' else 'retired' end"
SOON = datetime.now(UTC) + timedelta(hours=1)


@dataclass
class Land:
    """The subgraph of land beside its authority, and what a gateway may bring it."""

    made: Installation
    gateway: Gateway
    source: RemotePolicy
    authority: SubgraphAuthority

    @property
    def seals(self) -> Seals:
        return Seals(self.made.server.references)

    def token(self, **changed: Any) -> str:
        """A token as the authority signs them, changed as told."""
        return forged(self.made.server.signing_key, **{"scope": f"{FIELD} {NAME}", **changed})

    def citizens_token(self, *, representative: str | None = None, **changed: Any) -> str:
        seal = self.made.authority.subjects.seal
        sealed = None if representative is None else seal(representative, "desk")
        return self.token(sealed_subject=seal(PERSON, "desk"), sealed_representative=sealed, **changed)

    def ticket(self, token: str, *, key: Any = None, **changed: Any) -> str:
        """A ticket as the authority gives them for this token, changed as told."""
        now = int(clock.wall())
        good = {
            "iss": ISSUER, "aud": subgraphs_audience(ISSUER), "iat": now, "exp": now + LIFETIME_S,
            "token": digest(token), "document": "ab" * 16, "shape": "cd" * 16, "request": secrets.token_hex(16),
            "revision": self.made.authority.policy().rules_revision,
        }  # fmt: skip
        return sign(Ticket(**{**good, **changed}), key or self.made.server.signing_key)

    def ask(self, token: str, ticket: str | None = None, scheme: str = "Bearer") -> Caller:
        caller, _ = self.authority.admitted(f"{scheme} {token}", ticket or self.ticket(token))
        return caller

    def refusal(self, token: str, ticket: str | None) -> Unauthenticated:
        with pytest.raises(Unauthenticated) as refused:
            self.authority.admitted(f"Bearer {token}", ticket)
        return refused.value

    async def told(self) -> None:
        """Wait until the subgraph follows the latest revision."""
        await settled(self.made)
        revision = self.made.authority.policy().revision
        await until(lambda: self.source.policy().revision >= revision)


@asynccontextmanager
async def serving_land(made: Installation) -> AsyncIterator[Land]:
    await add_subgraph(made)
    await made.grant(FIELD, NAME)
    await settled(made)
    gateway = Gateway(made)
    async with following(remote(made, gateway)) as source:
        authority = SubgraphAuthority(source, issuer=ISSUER, seals=Seals(source.seals))
        yield Land(made, gateway, source, authority)


@pytest.fixture(scope="module")
async def unchanged_land(unchanged: Installation) -> AsyncIterator[Land]:
    """For tests that change nothing of it."""
    async with serving_land(unchanged) as served:
        yield served


@pytest.fixture
async def land(here: Installation) -> AsyncIterator[Land]:
    async with serving_land(here) as served:
        yield served


# --- honest callers --------------------------------------------------------------------------------------------------


async def test_a_client_is_whom_the_authority_takes_it_for_with_the_rights_it_has_here(unchanged_land: Land) -> None:
    land, token = unchanged_land, unchanged_land.token()
    there, here = at_once(land.made.authority.caller(f"Bearer {token}")), land.ask(token)
    assert (here.agency, here.client, here.purpose) == (there.agency, there.client, there.purpose)
    assert set(there.rights.reach) == {FIELD, NAME}
    assert here.rights.reach == {FIELD: there.rights.reach[FIELD]}


async def test_a_ticket_is_handed_on_with_what_only_the_authority_knows(unchanged_land: Land) -> None:
    token = unchanged_land.token()
    text = unchanged_land.ticket(token, request="0123" * 8, officer="front.desk-2")
    _, ticket = unchanged_land.authority.admitted(f"Bearer {token}", text)
    assert (ticket.request, ticket.officer) == ("0123" * 8, "front.desk-2")


async def test_a_gateway_shows_the_same_ticket_for_every_part_of_the_operation(unchanged_land: Land) -> None:
    token = unchanged_land.token()
    ticket = unchanged_land.ticket(token)
    callers = [unchanged_land.ask(token, ticket) for _ in range(5)]
    assert len({id(caller.rights) for caller in callers}) == 1


async def test_a_citizen_is_known_to_the_subgraph_by_the_ticket_alone(unchanged_land: Land) -> None:
    """The token holds them under a key that the subgraph has not."""
    land, token = unchanged_land, unchanged_land.citizens_token(representative=PARENT)
    sealed = {"subject": land.seals.seal(SUBJECT, PERSON), "representative": land.seals.seal(SUBJECT, PARENT)}
    caller = land.ask(token, land.ticket(token, **sealed))
    assert (caller.subject, caller.representative) == (PERSON, PARENT)


async def test_a_bound_token_needs_no_proof_beside_its_ticket(land: Land) -> None:
    """The client proved to the authority that it holds the key, for the address it knows; the ticket says so."""
    await land.made.add_client("vault", token_type="DPoP")
    await land.told()
    token = await bound_token(land.made, "vault", FIELD, holder_at(land.made))
    assert land.ask(token, scheme="DPoP").client == "vault"
    assert "DPoP" in land.refusal(token, land.ticket(token)).description


# --- attacks ---------------------------------------------------------------------------------------------------------


async def test_a_client_asks_a_subgraph_without_a_ticket_and_is_refused(unchanged_land: Land) -> None:
    refused = unchanged_land.refusal(unchanged_land.token(), None)
    assert (refused.error, "gateway" in refused.description) == ("invalid_token", True)


@pytest.mark.parametrize("authorization", [None, "", "Basic eDp5", "Bearer", "Bearer "])
async def test_whoever_brings_a_ticket_and_no_token_is_refused(unchanged_land: Land, authorization: str | None) -> None:
    ticket = unchanged_land.ticket(unchanged_land.token())
    with pytest.raises(Unauthenticated):
        unchanged_land.authority.admitted(authorization, ticket)


Attack = Callable[[Land], tuple[str, str]]


def with_token(make: Callable[[Land], str], **changed: Any) -> Attack:
    """A bad token, and a ticket that goes with it."""

    def attack(land: Land) -> tuple[str, str]:
        token = make(land)
        return token, land.ticket(token, **changed)

    return attack


def with_ticket(make: Callable[[Land, str], str]) -> Attack:
    """A good token, and a bad ticket."""

    def attack(land: Land) -> tuple[str, str]:
        token = land.token()
        return token, make(land, token)

    return attack


def of_citizen(subject: Callable[[Land], str | None], representative: Callable[[Land], str | None]) -> Attack:
    """A token that speaks for a child by its parent, and a ticket that names them in this way."""

    def attack(land: Land) -> tuple[str, str]:
        token = land.citizens_token(representative=PARENT)
        return token, land.ticket(token, subject=subject(land), representative=representative(land))

    return attack


def sealed(land: Land) -> str:
    return land.seals.seal(SUBJECT, PERSON)


def of_a_past_month(land: Land) -> str:
    keys = MonthlyKeys(land.made.files["references.key"])
    return Seals(lambda: [keys._of(12 * 2020)]).seal(SUBJECT, PERSON)


ATTACKS: dict[str, Attack] = {
    "a token for the office": with_token(lambda land: land.token(aud=ISSUER + "/office/graphql")),
    "an expired token": with_token(lambda land: land.token(exp=int(clock.wall()) - 1)),
    "a token of a stranger": with_token(lambda land: forged(land.made.keys["desk"])),
    "a token of a client that is not there": with_token(lambda land: land.token(client_id="nobody")),
    "a token of the subgraph's own client": with_token(lambda land: land.token(client_id="land-graph")),
    "the ticket as token": with_token(lambda land: land.ticket(land.token())),
    "a ticket of another token": with_ticket(lambda land, _: land.ticket(land.token(jti="another"))),
    "an expired ticket": with_ticket(lambda land, token: land.ticket(token, iat=1_000, exp=1_030)),
    "a ticket for clients": with_ticket(lambda land, token: land.ticket(token, aud=ISSUER + "/graphql")),
    "a ticket signed by a client": with_ticket(lambda land, token: land.ticket(token, key=land.made.keys["desk"])),
    "a ticket signed by a subgraph": with_ticket(
        lambda land, token: land.ticket(token, key=land.made.keys["land-graph"])
    ),
    "the token as ticket": with_ticket(lambda _, token: token),
    "what the policy came in": with_ticket(lambda land, _: land.gateway.answers[-1][1].decode()),
    "the wish for a ticket": with_ticket(lambda *_: "wanted"),
    "two tickets": with_ticket(lambda land, token: f"{land.ticket(token)},{land.ticket(token)}"),
    "a citizen for a token of nobody": with_ticket(lambda land, token: land.ticket(token, subject=sealed(land))),
    "a citizen left out": of_citizen(lambda _: None, lambda _: None),
    "a parent left out": of_citizen(sealed, lambda _: None),
    "a child left out": of_citizen(lambda _: None, sealed),
    "a citizen in clear": of_citizen(lambda _: PERSON, sealed),
    "a citizen cut short": of_citizen(lambda land: sealed(land)[:-4], sealed),
    "a reference in place of the citizen": of_citizen(lambda land: land.seals.seal("Citizen", PERSON), sealed),
    "a citizen under the key of tokens": of_citizen(
        lambda land: land.made.authority.subjects.seal(PERSON, "desk"), sealed
    ),
    "a citizen under a key of long ago": of_citizen(of_a_past_month, sealed),
    "a citizen under no key of ours": of_citizen(lambda _: Seals(MonthlyKeys(bytes(32))).seal(SUBJECT, PERSON), sealed),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_a_token_or_ticket_that_is_not_what_it_seems_is_refused(unchanged_land: Land, attack: Attack) -> None:
    refused = unchanged_land.refusal(*attack(unchanged_land))
    assert PERSON not in refused.description


async def test_a_ticket_is_no_reference_to_the_citizen(unchanged_land: Land) -> None:
    """Else whoever reads a ticket could ask registers about its subject as an entity."""
    with pytest.raises(ValueError, match="not sealed here"):
        Seals(unchanged_land.source.seals).open("Citizen", sealed(unchanged_land))


async def test_a_ticket_that_was_good_runs_out_though_it_is_remembered(
    unchanged_land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = unchanged_land.token()
    ticket = unchanged_land.ticket(token)
    unchanged_land.ask(token, ticket)
    later = clock.wall() + LIFETIME_S + 1
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert "expired" in unchanged_land.refusal(token, ticket).description


async def test_what_is_remembered_of_tokens_and_tickets_is_bounded(
    unchanged_land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.access.subgraph.KEPT", 3)
    authority = SubgraphAuthority(unchanged_land.source, issuer=ISSUER, seals=unchanged_land.seals)
    for number in range(6):
        token = unchanged_land.token(jti=f"token-{number}")
        authority.admitted(f"Bearer {token}", unchanged_land.ticket(token))
    assert (len(authority._tokens), len(authority._tickets)) == (3, 3)


# --- rights that change while tickets are about ----------------------------------------------------------------------


async def test_a_ticket_that_rests_on_grants_not_heard_of_yet_is_to_be_shown_again(land: Land) -> None:
    token = land.token()
    ticket = land.ticket(token, revision=land.source.policy().revision + 1)
    with pytest.raises(GrantsUnconfirmed):
        land.ask(token, ticket)
    await land.made.grant(OTHER)
    await land.told()
    assert land.ask(token, ticket).client == "desk"


@pytest.mark.parametrize(
    "statement",
    [
        "update grants set state = 'revoked', revoked_by = 'officer-3'",
        "update grants set valid_until = now() + interval '1 millisecond'",
        "update clients set allowed = '{}' where client = 'desk'",
    ],
)
async def test_a_right_that_was_taken_back_is_not_held_though_a_ticket_was_given_for_it(
    land: Land, statement: str
) -> None:
    token = land.token()
    ticket = land.ticket(token)
    caller = land.ask(token, ticket)
    await land.made.connection.execute(statement)
    await land.told()
    with pytest.raises(RightsChanged):
        land.authority.confirm(caller)
    assert land.authority.again(caller).rights.reach == {}
    assert land.ask(token, ticket).rights.reach == {}


async def test_a_token_that_was_revoked_is_refused_though_its_ticket_is_good(land: Land) -> None:
    token = land.token(jti="taken-back")
    ticket = land.ticket(token)
    caller = land.ask(token, ticket)
    await land.made.insert("revocations", kind="token", reference="taken-back", until=SOON)
    await land.told()
    with pytest.raises(RightsChanged):
        land.authority.confirm(caller)
    assert isinstance(land.refusal(token, ticket), Revoked)


async def test_a_consent_that_was_withdrawn_ends_what_a_ticket_was_given_for(land: Land) -> None:
    token = land.citizens_token(consent=7)
    ticket = land.ticket(token, subject=sealed(land))
    assert land.ask(token, ticket).subject == PERSON
    await land.made.insert("revocations", kind="consent", reference="7", until=SOON)
    await land.told()
    assert isinstance(land.refusal(token, ticket), Revoked)


@pytest.mark.parametrize(
    "statement",
    [
        "update clients set state = 'suspended' where client = 'desk'",
        "update agencies set state = 'suspended' where agency = 'G01'",
        "update clients set token_type = 'DPoP' where client = 'desk'",
    ],
)
async def test_a_client_that_is_not_admitted_any_more_is_refused_though_its_ticket_is_good(
    land: Land, statement: str
) -> None:
    token = land.token()
    ticket = land.ticket(token)
    land.ask(token, ticket)
    await land.made.connection.execute(statement)
    await land.told()
    land.refusal(token, ticket)


async def test_a_ticket_of_a_key_that_leaked_is_refused_though_it_is_remembered_and_its_token_is_of_another(
    land: Land,
) -> None:
    keys = land.made.authority.policy().keys
    after = next(kid for kid, signing in keys.items() if signing.state == "next")
    token = forged(land.made.server._signing_keys.private(after), scope=FIELD)
    ticket = land.ticket(token)
    land.ask(token, ticket)
    await land.made.connection.execute(LEAKED)
    await land.told()
    land.refusal(token, ticket)
    assert land.ask(token).client == "desk"


async def test_a_signing_key_that_leaked_signs_no_ticket_and_no_token_that_was_not_forgotten(land: Land) -> None:
    token, leaked = land.token(), land.made.server.signing_key
    ticket = land.ticket(token)
    land.ask(token, ticket)
    await land.made.connection.execute(LEAKED)
    await land.told()
    land.refusal(token, ticket)
    land.refusal(token, land.ticket(token))
    fresh = land.token(jti="fresh")
    land.refusal(fresh, land.ticket(fresh, key=leaked))
    assert land.ask(fresh).client == "desk"


async def test_a_subgraph_that_hears_nothing_of_the_grants_refuses_the_best_ticket(
    unchanged_land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = unchanged_land.token()
    ticket = unchanged_land.ticket(token)
    later = clock.lease() + LEASE_S + 1
    monkeypatch.setattr(clock, "lease", lambda: later)
    with pytest.raises(GrantsUnconfirmed):
        unchanged_land.ask(token, ticket)
