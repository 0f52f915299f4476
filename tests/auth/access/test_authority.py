"""The resource side: forged tokens are turned away, and a good one may do what is granted at this moment."""

import timeit
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auth import clock
from auth.caller import Purpose
from auth.errors import Unauthenticated
from auth.reach import EVERYWHERE, SELF, in_communes
from tests.auth.forging import forged
from tests.auth.world import (
    BASIC,
    BASIS,
    BORN,
    FIND,
    HOME,
    NAME,
    PIN,
    Installation,
    confirmed,
    settled,
    unpadded,
    until,
)
from tests.waiting import at_once

PERSON = "000000000042"  # a personal number of nobody: no province has code 000


texts = st.text() | st.binary().map(lambda data: data.decode("latin-1"))


@given(texts | st.tuples(texts, texts, texts).map(lambda parts: ".".join(unpadded(part.encode()) for part in parts)))
async def test_whatever_the_header_says_it_is_turned_away_and_nothing_breaks(
    unchanged: Installation, token: str
) -> None:
    await confirmed(unchanged.authority)
    with pytest.raises(Unauthenticated):
        at_once(unchanged.authority.caller(f"Bearer {token}"))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists), st.data())
async def test_a_claim_of_another_kind_is_turned_away_though_we_signed_it(
    unchanged: Installation, value: Any, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["iss", "aud", "exp", "client_id", "jti", "sealed_subject", "iat", "sub"]))
    assume(value is not None and not (isinstance(value, str) and name in {"jti", "sub"}))
    await confirmed(unchanged.authority)
    with pytest.raises(Unauthenticated):
        at_once(unchanged.authority.caller(f"Bearer {forged(unchanged.server.signing_key, **{name: value})}"))


async def test_the_same_token_unchanged_is_accepted(unchanged: Installation) -> None:
    caller = at_once(unchanged.authority.caller(f"Bearer {forged(unchanged.server.signing_key)}"))
    assert (caller.agency, caller.client, caller.subject) == ("G01", "desk", None)
    assert caller.purpose == Purpose("security", BASIS, "G01-1")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic ZGVzazpkZXNr", "DPoP ", "DPoP"])
async def test_without_a_bearer_token_no_error_code_is_given(unchanged: Installation, header: str | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        at_once(unchanged.authority.caller(header))
    assert refused.value.error is None
    assert refused.value.challenge("https://x/m") == 'Bearer resource_metadata="https://x/m"'


async def test_a_refused_token_is_told_so_in_the_challenge(unchanged: Installation) -> None:
    with pytest.raises(Unauthenticated) as refused:
        at_once(unchanged.authority.caller("Bearer x"))
    assert refused.value.challenge("https://x/m") == (
        'Bearer error="invalid_token", error_description="The access token is not valid.", '
        'resource_metadata="https://x/m"'
    )


async def test_a_token_that_was_good_is_turned_away_once_it_expires(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    at_once(here.authority.caller(authorization))
    later = clock.wall() + 301
    monkeypatch.setattr(clock, "wall", lambda: later)
    with pytest.raises(Unauthenticated, match="expired"):
        at_once(here.authority.caller(authorization))


async def test_requests_that_ask_alike_share_their_rights(unchanged: Installation) -> None:
    tokens = [await unchanged.token("desk", NAME) for _ in range(2)]
    first, second = (at_once(unchanged.authority.caller(f"Bearer {token}")) for token in tokens)
    assert first.rights is second.rights
    assert first.rights.reach == {NAME: EVERYWHERE}


async def test_a_set_in_a_token_means_as_far_as_granted(here: Installation) -> None:
    await here.add_client("half", agency="G02")
    await here.grant(BASIC, agency="G02", exceptions=[BORN])
    await settled(here)
    caller = at_once(here.authority.caller(f"Bearer {await here.token('half', BASIC)}"))
    assert set(caller.rights.reach) == {NAME}


async def test_rights_never_exceed_token_client_and_grants(here: Installation) -> None:
    await here.add_client("narrow", allowed=[NAME, FIND])
    await here.grant(NAME, BORN, PIN, FIND, purpose="tax")
    await settled(here)
    every = f"{NAME} {BORN} {PIN} {FIND}"
    token = forged(here.server.signing_key, client_id="narrow", scope=every)
    assert set(at_once(here.authority.caller(f"Bearer {token}")).rights.reach) == {NAME}


async def test_without_a_purpose_nothing_is_held(unchanged: Installation) -> None:
    token = forged(unchanged.server.signing_key, authorization_details=None)
    caller = at_once(unchanged.authority.caller(f"Bearer {token}"))
    assert caller.purpose is None
    assert not caller.rights.reach


async def test_reach_is_the_union_of_the_grants_that_supply_a_scope(here: Installation) -> None:
    await here.add_client("local", agency="H26")
    hanoi = await here.grant(NAME, agency="H26", reach="jurisdiction", units=["01"], units_scheme="Y2025")
    former = await here.grant(NAME, HOME, agency="H26", reach="jurisdiction", units=["H1"], units_scheme="PRE_2025")
    await settled(here)
    rights = at_once(here.authority.caller(f"Bearer {await here.token('local', f'{NAME} {HOME}')}")).rights
    assert rights.reach[NAME] == in_communes(["00070", "00082", "31777"])
    assert rights.reach[HOME] == in_communes(["31777"])
    assert rights.grants == {NAME: (hanoi, former), HOME: (former,)}


async def test_a_jurisdiction_that_no_longer_exists_reaches_nobody(here: Installation) -> None:
    await here.add_client("lost", agency="H99")
    await here.grant(NAME, agency="H99", reach="jurisdiction", units=["99"], units_scheme="Y2025")
    await settled(here)
    rights = at_once(here.authority.caller(f"Bearer {await here.token('lost', NAME)}")).rights
    assert not rights.reach[NAME]


async def test_a_token_for_a_citizen_holds_grants_to_oneself_only(here: Installation) -> None:
    await here.add_client("portal", agency="G22", kind="portal")
    own = await here.grant(NAME, agency="G22", reach="self")
    await here.grant(NAME, PIN, agency="G22")
    await settled(here)
    citizen = at_once(here.authority.caller(f"Bearer {await here.token('portal', NAME, citizen=PERSON)}"))
    assert citizen.subject == PERSON
    assert citizen.rights.reach == {NAME: SELF}
    assert citizen.rights.grants == {NAME: (own,)}
    agency = at_once(here.authority.caller(f"Bearer {await here.token('portal', NAME)}"))
    assert agency.rights.reach == {NAME: EVERYWHERE}
    assert PERSON not in repr(citizen)


async def test_a_sealed_citizen_does_not_work_in_the_token_of_another_client(unchanged: Installation) -> None:
    sealed = unchanged.authority.subjects.seal(PERSON, "portal")
    token = forged(unchanged.server.signing_key, sealed_subject=sealed)
    with pytest.raises(Unauthenticated):
        at_once(unchanged.authority.caller(f"Bearer {token}"))


async def test_a_client_that_is_no_portal_holds_nothing_for_a_citizen(here: Installation) -> None:
    await here.grant(NAME, reach="self")
    await settled(here)
    token = forged(here.server.signing_key, sealed_subject=here.authority.subjects.seal(PERSON, "desk"))
    assert not at_once(here.authority.caller(f"Bearer {token}")).rights.reach


async def test_no_more_than_so_many_tokens_are_kept(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.access.authority.TOKENS_KEPT", 3)
    tokens = [f"Bearer {forged(here.server.signing_key)}" for _ in range(5)]
    for token in tokens:
        at_once(here.authority.caller(token))
    assert list(here.authority._read) == list(here.authority._admitted) == tokens[-3:]


async def test_a_token_seen_before_costs_microseconds(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    at_once(here.authority.caller(authorization))
    best = min(timeit.repeat(lambda: at_once(here.authority.caller(authorization)), number=1000, repeat=5)) / 1000
    assert best < 20e-6  # about 1.5 on a developer's machine; ten times that is a lost cache, not a slow machine


async def test_a_token_of_a_key_taken_out_of_use_is_refused_though_seen_before(here: Installation) -> None:
    authorization = f"Bearer {await here.token('desk', NAME)}"
    at_once(here.authority.caller(authorization))
    await here.connection.execute("update signing_keys set state = 'retired'")

    def refused() -> bool:
        try:
            at_once(here.authority.caller(authorization))
        except Unauthenticated:
            return True
        return False

    assert await until(refused) < 1
