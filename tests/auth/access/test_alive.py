"""Rights are alive while a request is answered: what it was admitted with is asked again before each step."""

import asyncio
import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth import clock
from auth.access.authority import Authority
from auth.access.rehearsal import rehearsed
from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, RightsChanged, Unauthenticated
from tests.auth.forging import forged
from tests.auth.world import BORN, NAME, Installation, settled
from tests.waiting import at_once

SOON = datetime.now(UTC) + timedelta(hours=1)


def admitted(made: Installation, **changed: Any) -> Caller:
    """A caller with a token that we signed, changed as told."""
    return at_once(made.authority.caller(f"Bearer {forged(made.server.signing_key, **changed)}"))


async def revoke(made: Installation, kind: str, reference: str) -> None:
    await made.insert("revocations", kind=kind, reference=reference, until=SOON)
    await settled(made)


async def test_while_nothing_changes_a_caller_is_confirmed_and_stays_the_same(here: Installation) -> None:
    caller = admitted(here)
    here.authority.confirm(caller)
    assert here.authority.again(caller) is caller


@pytest.mark.parametrize(
    "statement",
    [
        "update grants set state = 'revoked', revoked_by = 'officer-3'",
        "update grants set state = 'suspended'",
        "update grants set valid_until = now() + interval '1 millisecond'",
        "update grants set scopes = array['identity:citizen.date_of_birth:read']",
        "update grants set reach = 'jurisdiction', units = '{01}', units_scheme = 'Y2025'",
        "update grants set exceptions = array['identity:citizen.full_name:read']",
        "update grants set persons_per_day = 5",
        "update clients set allowed = '{}'",
        "update clients set kind = 'subgraph', domain = 'land'",
    ],
)
async def test_a_caller_whose_rights_changed_is_told_so_and_may_ask_again(here: Installation, statement: str) -> None:
    caller = admitted(here)
    await here.connection.execute(statement)
    await settled(here)
    await asyncio.sleep(0.01)
    with pytest.raises(RightsChanged):
        here.authority.confirm(caller)
    now = here.authority.again(caller)
    assert not now.rights.equals(caller.rights)
    here.authority.confirm(now)


async def test_a_caller_held_to_registered_operations_meanwhile_is_told_so(here: Installation) -> None:
    caller = admitted(here)
    await here.connection.execute("update clients set registered_only = true")
    await settled(here)
    with pytest.raises(RightsChanged):
        here.authority.confirm(caller)
    assert here.authority.again(caller).registered_only


@pytest.mark.parametrize(
    "statement",
    [
        "update clients set state = 'suspended'",
        "update agencies set state = 'suspended'",
        "update clients set token_type = 'DPoP'",
        "update signing_keys set state = 'retired'",
    ],
)
async def test_a_caller_who_is_no_longer_admitted_is_told_so_and_turned_away(
    here: Installation, statement: str
) -> None:
    caller = admitted(here)
    await here.connection.execute(statement)
    await settled(here)
    with pytest.raises(RightsChanged):
        here.authority.confirm(caller)
    with pytest.raises(Unauthenticated):
        here.authority.again(caller)


async def test_the_rights_of_others_may_change_without_disturbing_anybody(here: Installation) -> None:
    caller = admitted(here)
    await here.add_client("other", agency="G02")
    await here.grant(NAME, agency="G02")
    await here.grant(BORN, purpose="tax")
    await settled(here)
    here.authority.confirm(caller)
    assert here.authority.again(caller).rights is caller.rights
    assert admitted(here).rights is caller.rights


@pytest.mark.parametrize(
    ("kind", "reference", "claim"),
    [
        ("token", "abc", {"jti": "abc"}),
        ("token", "abc", {"jti": "def", "exchanged": ["xyz", "abc"]}),
        ("consent", "7", {"consent": 7}),
        ("code", "c0de", {"code": "c0de"}),
    ],
)
async def test_a_revoked_token_consent_or_code_ends_at_once_and_touches_no_other(
    here: Installation, kind: str, reference: str, claim: dict[str, Any]
) -> None:
    caller, other = admitted(here, **claim), admitted(here, jti="other", consent=8, code="other")
    rules = here.authority.policy()
    await revoke(here, kind, reference)
    with pytest.raises(RightsChanged):
        here.authority.confirm(caller)
    with pytest.raises(Unauthenticated, match="revoked") as refused:
        here.authority.again(caller)
    assert refused.value.error == "invalid_token"
    with pytest.raises(Unauthenticated, match="revoked"):
        admitted(here, **claim)
    here.authority.confirm(other)
    now = here.authority.policy()
    assert now.revision > rules.revision
    assert (now.rules_revision, now.grants is rules.grants, now.clients is rules.clients) == (
        rules.rules_revision,
        True,
        True,
    )


async def test_what_is_revoked_of_one_kind_is_not_revoked_of_another(here: Installation) -> None:
    await revoke(here, "token", "7")
    assert admitted(here, consent=7, code="7").rights.reach


async def test_a_revocation_that_ran_out_is_forgotten_with_the_next(here: Installation) -> None:
    await here.insert("revocations", kind="token", reference="past", until=datetime.now(UTC) - timedelta(seconds=1))
    await revoke(here, "token", "present")
    assert here.authority.snapshot().revoked == {("token", "present")}


async def test_a_grant_that_ends_by_the_calendar_ends_work_under_way(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.connection.execute("update grants set valid_until = now() + interval '1 minute'")
    await settled(here)
    caller = admitted(here)
    later = clock.wall() + 61
    monkeypatch.setattr(clock, "wall", lambda: later)
    with pytest.raises(RightsChanged):
        here.authority.confirm(caller)


async def test_a_clock_set_back_takes_back_what_it_had_brought(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.grant(BORN, purpose="tax", valid_from=SOON)
    await settled(here)
    true = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: true + 7200)
    assert len(here.authority.snapshot().grants["G01"]) == 2
    monkeypatch.setattr(clock, "wall", lambda: true)
    assert len(here.authority.snapshot().grants["G01"]) == 1


async def test_a_token_that_runs_out_does_not_end_work_under_way_but_a_new_beginning(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = admitted(here)
    later = clock.wall() + 301
    monkeypatch.setattr(clock, "wall", lambda: later)
    here.authority.confirm(caller)
    with pytest.raises(Unauthenticated, match="expired"):
        here.authority.again(caller)


@pytest.mark.parametrize("ask", [Authority.confirm, Authority.again])
async def test_without_a_lease_nobody_is_confirmed(
    here: Installation, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Authority, Caller], object]
) -> None:
    caller, internal = admitted(here), rehearsed(here.authority.snapshot(), "desk")
    ask(here.authority, internal)
    true = clock.lease()
    monkeypatch.setattr(clock, "lease", lambda: true + 60)
    for each in (caller, internal):
        with pytest.raises(GrantsUnconfirmed):
            ask(here.authority, each)


async def test_confirming_costs_about_a_microsecond(here: Installation) -> None:
    caller = admitted(here)
    best = min(timeit.repeat(lambda: here.authority.confirm(caller), number=1000, repeat=5)) / 1000
    assert best < 10e-6  # about 0.7 on a developer's machine; ten times that is a lost shortcut, not a slow machine
