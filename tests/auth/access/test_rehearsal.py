"""Who a client would be: what an explanation is made for."""

import pytest

from auth.access.rehearsal import CannotRehearse, rehearsed
from auth.policy.decided import Client, Grant
from auth.policy.snapshot import Policy
from auth.reach import EVERYWHERE, SELF

READ = "people:citizen.name:read"
BASES = {"tax.assessment": "Law A", "statistics.population": "Law B"}


def policy(*purposes: str, portal: bool = False) -> Policy:
    client = Client("desk", "G12", frozenset({READ}), kind="portal" if portal else "system")
    reach = SELF if portal else EVERYWHERE
    grants = tuple(Grant(i, "G12", p, frozenset({READ}), reach, 0.0, None) for i, p in enumerate(purposes))
    return Policy(
        revision=1,
        rules_revision=1,
        agencies=frozenset({"G12"}),
        clients={"desk": client},
        legal_bases=BASES,
        keys={},
        grants=grants,
    )


def test_a_client_with_one_purpose_is_rehearsed_for_it() -> None:
    caller = rehearsed(policy("tax.assessment").at(1.0), "desk")
    assert caller.purpose is not None
    assert (caller.purpose.code, caller.purpose.legal_basis, set(caller.rights.reach)) == (
        "tax.assessment",
        "Law A",
        {READ},
    )


def test_a_client_with_several_purposes_must_say_which() -> None:
    snapshot = policy(*BASES).at(1.0)
    with pytest.raises(CannotRehearse, match=r"statistics\.population, tax\.assessment"):
        rehearsed(snapshot, "desk")
    assert set(rehearsed(snapshot, "desk", "tax.assessment").rights.grants[READ]) == {0}


def test_a_client_without_grants_holds_nothing() -> None:
    caller = rehearsed(policy().at(1.0), "desk")
    assert (caller.purpose, dict(caller.rights.reach)) == (None, {})


def test_a_portal_is_rehearsed_as_speaking_for_nobody_in_particular() -> None:
    caller = rehearsed(policy("tax.assessment", portal=True).at(1.0), "desk")
    assert caller.subject == "000000000000"
    assert caller.rights.reach == {READ: SELF}


@pytest.mark.parametrize(("client", "purpose"), [("nobody", None), ("desk", "no.such")])
def test_a_client_or_a_purpose_that_there_is_not_is_named(client: str, purpose: str | None) -> None:
    with pytest.raises(CannotRehearse, match=purpose or client):
        rehearsed(policy("tax.assessment").at(1.0), client, purpose)
