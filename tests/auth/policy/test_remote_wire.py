"""A statement is believed if the authority made it for this client and this question, and in no other case."""

import dataclasses
import hmac
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey

from auth.access.tokens import verify
from auth.caller import Operations
from auth.errors import Unauthenticated
from auth.keys import public_jwk
from auth.policy.decided import Client, Delegation, Grant, SigningKey
from auth.policy.remote_part import part_of
from auth.policy.remote_wire import (
    UNCHANGED,
    Expected,
    NotStated,
    Question,
    Statement,
    UnknownKey,
    read_policy,
    signed,
    verified,
    written_rules,
)
from auth.policy.snapshot import Policy
from auth.reach import EVERYWHERE, SELF, in_communes
from tests.auth.world import ISSUER, unpadded
from tests.auth.world import signed as forged

NOW = 1_800_000_000
KEY, STRANGER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
KID = KEY.thumbprint()
EXPECTED = Expected(ISSUER, "land-graph", "question-1", NOW)
OF_LAND, OF_PEOPLE = "land:parcel.area:read", "population:citizen.religion:read"
GOOD = Statement(
    iss=ISSUER, aud="land-graph", iat=NOW, exp=NOW + 2, answers="question-1",
    revision=9, rules_revision=7, rules=msgspec.Raw(UNCHANGED), revoked=frozenset({("token", "t")}),
)  # fmt: skip


def client(name: str, *allowed: str, **changed: Any) -> Client:
    return Client(name, "G10", frozenset(allowed), **changed)


def grant(number: int, *scopes: str, reach: Any = EVERYWHERE, **changed: Any) -> Grant:
    return Grant(number, "G10", "tax", frozenset(scopes), reach, 1.5, **{"valid_until": None, **changed})


WHOLE = Policy(
    revision=9,
    rules_revision=7,
    agencies=frozenset({"G10", "G22"}),
    clients={
        "desk": client("desk", OF_LAND, OF_PEOPLE, bearer=True),
        "portal": client("portal", OF_PEOPLE, kind="portal", registered_only=True),
        "land-graph": client("land-graph", kind="subgraph", domain="land"),
    },
    legal_bases={"tax": "Law 38/2019/QH14, art. 95"},
    keys={KID: SigningKey(ECKey.import_key(KEY.as_dict(private=False)), "current")},
    grants=(
        grant(1, OF_LAND, OF_PEOPLE, reach=in_communes(["00070"]), persons_per_day=5),
        grant(2, OF_PEOPLE),
        grant(3, OF_LAND, reach=SELF, valid_until=99.5, emergency=True),
        grant(4, OF_LAND, reach=in_communes(["00070"])),
    ),
    delegations=(
        Delegation(1, "G10", "desk", "tax", frozenset({OF_LAND, OF_PEOPLE}), 1.0, 2.0),
        Delegation(2, "G10", "desk", "tax", frozenset({OF_PEOPLE}), 1.0, 2.0),
    ),
    operations={"G10": Operations(frozenset({"parcels"}), frozenset({"ab" * 32}))},
    sets={"set:land.v1": frozenset({OF_LAND}), "set:people.v1": frozenset({OF_PEOPLE})},
    revoked=frozenset({("token", "t")}),
)


def plain(policy: Policy) -> dict[str, Any]:
    """Comparable: a policy itself is equal to nothing but itself."""
    found = {each.name: getattr(policy, each.name) for each in dataclasses.fields(policy)}
    return {**found, "keys": {kid: (public_jwk(s.key), s.state) for kid, s in policy.keys.items()}}


def told(policy: Policy) -> Policy:
    """What comes out at the other end."""
    statement = msgspec.structs.replace(GOOD, rules=msgspec.Raw(written_rules(policy)))
    return read_policy(verified(signed(statement, KEY), {KID: KEY}, EXPECTED), None)


def test_a_subgraph_reads_what_was_written_for_it_to_the_last_member() -> None:
    part = part_of(WHOLE, "land")
    assert plain(told(part)) == plain(part)


def test_a_subgraph_of_land_is_told_nothing_of_what_is_granted_of_people() -> None:
    part = part_of(WHOLE, "land")
    assert OF_PEOPLE.encode() not in written_rules(part)
    assert [each.number for each in part.grants] == [1, 3, 4]
    assert [each.number for each in part.delegations] == [1]
    assert part.sets.keys() == {"set:land.v1"}
    assert part.clients.keys() == {"desk", "portal"}
    assert part.clients["portal"].allowed == frozenset()


def test_a_domain_whose_name_begins_like_another_is_not_told_of_it() -> None:
    other = grant(1, "land_tax:bill.sum:read")
    assert part_of(dataclasses.replace(WHOLE, grants=(other,)), "land").grants == ()


def test_every_member_of_the_policy_was_decided_on_and_is_sent_or_kept_back() -> None:
    """A member that the policy gains must be put into this list, and where a subgraph needs it, into its part."""
    assert {each.name for each in dataclasses.fields(Policy)} == {
        "revision", "rules_revision", "agencies", "clients", "legal_bases", "keys", "grants", "delegations",
        "operations", "sets", "revoked", "trials",
    }  # fmt: skip


def test_private_halves_of_keys_are_never_written() -> None:
    held = dataclasses.replace(WHOLE, keys={KID: SigningKey(KEY, "current")})
    (sent,) = json.loads(written_rules(held))["keys"].values()
    assert "d" not in sent["jwk"]


def test_rules_are_those_that_the_process_has_where_none_are_sent() -> None:
    known = dataclasses.replace(WHOLE, revision=8, revoked=frozenset())
    now = read_policy(GOOD, known)
    assert (now.revision, now.revoked, now.grants) == (9, frozenset({("token", "t")}), known.grants)


@pytest.mark.parametrize("known", [None, dataclasses.replace(WHOLE, rules_revision=6)], ids=["nothing", "older rules"])
def test_a_statement_without_rules_is_refused_by_who_does_not_have_them(known: Policy | None) -> None:
    with pytest.raises(NotStated):
        read_policy(GOOD, known)


@pytest.mark.parametrize(
    "rules",
    [
        b"{}", b"[]", b"1", written_rules(WHOLE)[:-1] + b',"more":1}',
        written_rules(WHOLE).replace(b'"tax",0,0', b'"tax",99,0', 1),
        written_rules(WHOLE).replace(b'"everywhere":true,"oneself":false', b'"everywhere":true,"oneself":true', 1),
    ],
    ids=["empty", "list", "number", "unknown member", "no such place", "impossible reach"],
)  # fmt: skip
def test_rules_that_cannot_be_read_are_refused_as_a_whole(rules: bytes) -> None:
    assert rules != written_rules(WHOLE)
    with pytest.raises(NotStated):
        read_policy(msgspec.structs.replace(GOOD, rules=msgspec.Raw(rules)), None)


def header(**changed: Any) -> dict[str, Any]:
    return {"alg": "ES256", "typ": "policy+jwt", "kid": KID, **changed}


def claims(**changed: Any) -> dict[str, Any]:
    return {**json.loads(msgspec.json.encode(GOOD)), **changed}


def unsigned(head: dict[str, Any]) -> bytes:
    return f"{unpadded(json.dumps(head).encode())}.{unpadded(json.dumps(claims()).encode())}.".encode()


def by(key: Any, head: dict[str, Any], said: dict[str, Any]) -> Callable[[], bytes]:
    return lambda: forged(head, said, key).encode()


def by_public_key() -> bytes:
    """Algorithm confusion: the published key, used as if it were a shared secret."""
    text = unsigned({"alg": "HS256", "typ": "policy+jwt", "kid": KID})[:-1]
    return text + b"." + unpadded(hmac.digest(KEY.as_pem(private=False), text, "sha256")).encode()


FORGERIES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "NUL": lambda: b"\0",
    "no parts": lambda: b"abc",
    "letters": lambda: "ơ".encode() * 10,
    "nested": lambda: unpadded(b"[" * 100_000).encode() + b".e30.e30",
    "alg none": lambda: unsigned({"alg": "none", "typ": "policy+jwt", "kid": KID}),
    "signature left out": lambda: unsigned(header()),
    "HS256 with the public key": by_public_key,
    "another key under this kid": by(STRANGER, header(), claims()),
    "an embedded key": by(STRANGER, header(jwk=STRANGER.as_dict(private=False)), claims()),
    "a key elsewhere": by(KEY, header(jku="https://elsewhere.example/jwks"), claims()),
    "crit": by(KEY, header(crit=["exp"]), claims()),
    "b64 false": by(KEY, header(b64=False), claims()),
    "an access token": by(KEY, header(typ="at+jwt"), claims()),
    "no type": by(KEY, {"alg": "ES256", "kid": KID}, claims()),
    "a kid that is a list": by(KEY, header(kid=[KID]), claims()),
    "another issuer": by(KEY, header(), claims(iss="https://elsewhere.example")),
    "another client": by(KEY, header(), claims(aud="identity-graph")),
    "several clients": by(KEY, header(), claims(aud=["land-graph", "identity-graph"])),
    "another question": by(KEY, header(), claims(answers="question-2")),
    "no question": by(KEY, header(), {name: value for name, value in claims().items() if name != "answers"}),
    "expired": by(KEY, header(), claims(iat=NOW - 60, exp=NOW - 58)),
    "of tomorrow": by(KEY, header(), claims(iat=NOW + 86_400, exp=NOW + 86_402)),
    "dates that are words": by(KEY, header(), claims(exp="never")),
    "dates beyond all numbers": by(KEY, header(), claims(exp=1e400)),
    "a member that means nothing here": by(KEY, header(), claims(urgent=True)),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_statement_is_refused(forgery: Callable[[], bytes]) -> None:
    assert verified(signed(GOOD, KEY), {KID: KEY}, EXPECTED) == GOOD
    with pytest.raises(NotStated):
        verified(forgery(), {KID: KEY}, EXPECTED)


def test_a_statement_by_a_key_that_is_not_known_says_so() -> None:
    with pytest.raises(UnknownKey):
        verified(signed(GOOD, STRANGER), {KID: KEY}, EXPECTED)


def test_a_statement_is_no_access_token() -> None:
    with pytest.raises(Unauthenticated):
        verify(signed(GOOD, KEY).decode(), {KID: KEY}, ISSUER, ["land-graph"])


def test_a_question_stands_in_the_address_as_it_was_asked() -> None:
    asked = Question(process="0b0e5c1e-3f0f-4f2e-9df5-0d8f1f2a3b4c", after=3, rules=2)  # type: ignore[arg-type]
    assert asked.query() == "after=3&rules=2&process=0b0e5c1e-3f0f-4f2e-9df5-0d8f1f2a3b4c"
