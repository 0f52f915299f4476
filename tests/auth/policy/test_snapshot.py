"""What if: a policy edited for a preview, and what a client would be under it."""

import pytest
from joserfc.jwk import ECKey

from auth.access.rehearsal import CannotRehearse, rehearsed
from auth.caller import Operations
from auth.policy.decided import Client, Delegation, Grant, SigningKey
from auth.policy.snapshot import Policy
from auth.reach import EVERYWHERE, in_communes

NAME, BORN = "people:citizen.name:read", "people:citizen.born:read"
NOW = 1000.0


def grant(number: int, *scopes: str, agency: str = "G12", purpose: str = "tax", until: float | None = None) -> Grant:
    return Grant(number, agency, purpose, frozenset(scopes), EVERYWHERE, 0.0, until)


def client(name: str, agency: str = "G12", **how: bool) -> Client:
    return Client(name, agency, frozenset({NAME, BORN}), **how)  # type: ignore[arg-type]


@pytest.fixture
def policy() -> Policy:
    """Desk of G12 may read names, and vendor of G99 too on behalf of G12."""
    return Policy(
        revision=9,
        rules_revision=8,
        agencies=frozenset({"G12", "G99"}),
        clients={"desk": client("desk"), "vendor": client("vendor", "G99")},
        legal_bases={"tax": "Law A", "statistics": "Law B"},
        keys={},
        grants=(grant(1, NAME), grant(2, BORN, purpose="statistics")),
        delegations=(Delegation(1, "G12", "vendor", "tax", frozenset({NAME}), 0.0, 2 * NOW),),
        operations={"G12": Operations(frozenset({"one"}), frozenset())},
    )


def held(policy: Policy, who: str = "desk", **how: str) -> set[str]:
    return set(rehearsed(policy.at(NOW), who, "tax", **how).rights.reach)


def test_a_grant_that_is_not_yet_given_is_seen_by_an_edit_and_by_nobody_else(policy: Policy) -> None:
    assert held(policy.with_grant(grant(3, BORN))) == {NAME, BORN}
    assert held(policy) == {NAME}


def test_a_grant_is_replaced_by_the_one_of_its_number(policy: Policy) -> None:
    edited = policy.with_grant(grant(1, BORN))
    assert held(edited) == {BORN}
    assert [each.number for each in edited.grants] == [2, 1]


def test_a_grant_that_would_be_taken_back_is_gone(policy: Policy) -> None:
    assert held(policy.without_grant(1)) == set()
    assert held(policy.without_grant(77)) == {NAME}


def test_a_client_would_be_narrowed_suspended_or_new(policy: Policy) -> None:
    assert held(policy.with_client(Client("desk", "G12", frozenset({BORN})))) == set()
    with pytest.raises(CannotRehearse, match="desk"):
        held(policy.without_client("desk"))
    arrived = policy.with_client(client("new", "G50")).with_grant(grant(5, NAME, agency="G50"))
    assert held(arrived, "new") == {NAME}


def test_an_agency_would_be_suspended_with_its_clients_and_what_it_delegated(policy: Policy) -> None:
    edited = policy.without_agency("G12")
    with pytest.raises(CannotRehearse, match="desk"):
        held(edited)
    with pytest.raises(CannotRehearse, match="G12"):
        held(edited, "vendor", on_behalf_of="G12")
    assert edited.at(NOW).grants == {}


def test_a_supplier_is_rehearsed_on_behalf_of_the_agency_that_delegated(policy: Policy) -> None:
    caller = rehearsed(policy.at(NOW), "vendor", "tax", on_behalf_of="G12")
    assert (caller.agency, caller.supplier, set(caller.rights.reach)) == ("G12", "G99", {NAME})
    assert held(policy.without_delegation(1), "vendor", on_behalf_of="G12") == set()
    wider = Delegation(1, "G12", "vendor", "tax", frozenset({NAME, BORN}), 0.0, 2 * NOW)
    assert held(policy.with_delegation(wider).with_grant(grant(3, BORN)), "vendor", on_behalf_of="G12") == {NAME, BORN}
    assert held(policy, "vendor") == set()


def test_a_rehearsed_client_has_the_operations_of_its_agency(policy: Policy) -> None:
    caller = rehearsed(policy.with_client(client("desk", registered_only=True)).at(NOW), "desk", "tax")
    assert caller.registered_only
    assert caller.operations.ids == {"one"}
    assert not rehearsed(policy.at(NOW), "vendor", "tax").operations.ids


def test_a_dated_delegation_wakes_the_snapshot(policy: Policy) -> None:
    assert policy.at(NOW).next_change == 2 * NOW
    later = policy.at(2 * NOW)
    assert set(rehearsed(later, "vendor", "tax", on_behalf_of="G12").rights.reach) == set()
    assert later.next_change == float("inf")


def test_the_key_that_signs_is_the_current_one(policy: Policy) -> None:
    assert policy.at(NOW).signing_kid is None
    keys = {state: SigningKey(ECKey.generate_key("P-256"), state) for state in ("previous", "current", "next")}
    made = Policy(
        revision=1, rules_revision=1, agencies=frozenset(), clients={}, legal_bases={}, keys=keys, grants=()
    ).at(NOW)
    assert made.signing_kid == "current"
    assert set(made.keys) == {"previous", "current", "next"}


def test_reach_of_two_grants_is_united_and_rights_say_what_they_are_equal_to(policy: Policy) -> None:
    local = Grant(3, "G12", "tax", frozenset({NAME}), in_communes(["00001"]), 0.0, None)
    one = rehearsed(policy.without_grant(1).with_grant(local).at(NOW), "desk", "tax").rights
    other = rehearsed(policy.with_grant(local).at(NOW), "desk", "tax").rights
    assert one.reach[NAME] == in_communes(["00001"])
    assert other.reach[NAME] == EVERYWHERE
    assert not one.equals(other)
    assert other.equals(rehearsed(policy.with_grant(local).at(NOW), "desk", "tax").rights)
