"""Which keys a client may register, and what a seal keeps."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth.access.subject import KEY_BYTES, NotSealedHere, SubjectSeal
from auth.keys import (
    SigningKeyMissing,
    SigningKeys,
    UnacceptableKey,
    client_keys,
    private_key,
    public_jwk,
    verifying_key,
)
from tests.auth.world import Files

EC, ED = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
SEAL = SubjectSeal(bytes(range(KEY_BYTES)))
people = st.from_regex(r"[0-9]{12}", fullmatch=True)
clients = st.from_regex(r"[a-z-]{1,20}", fullmatch=True)


def jwk(key: Any, **changed: Any) -> dict[str, Any]:
    full = {**key.as_dict(private=False), "kid": key.thumbprint(), **changed}
    return {name: value for name, value in full.items() if value is not None}


def test_keys_of_both_curves_are_found_by_name() -> None:
    found = client_keys({"keys": [jwk(EC), jwk(ED)]})
    assert set(found) == {EC.thumbprint(), ED.thumbprint()}


@pytest.mark.parametrize(
    "keys",
    [
        None, {}, [], [None], ["x"], [{}], [jwk(EC, kid=None)], [jwk(EC, kid=1)], [jwk(EC), jwk(EC)],
        [jwk(EC, kid=str(n)) for n in range(5)], [{**EC.as_dict(private=True), "kid": "x"}],
        [jwk(RSAKey.generate_key(2048))], [{**OctKey.generate_key(256).as_dict(), "kid": "x"}],
        [jwk(ECKey.generate_key("P-384"))], [jwk(OKPKey.generate_key("X25519"))], [jwk(EC, x="AAAA")], [jwk(EC, x=1)],
        [jwk(EC, y=None)], [jwk(EC, crv=["P-256"])], [jwk(EC, kty="OKP")],
    ],
)  # fmt: skip
def test_keys_that_must_not_be_registered_are_refused(keys: Any) -> None:
    with pytest.raises(UnacceptableKey):
        client_keys({"keys": keys})


def test_a_key_file_is_made_once_and_published_without_its_secret() -> None:
    files = Files()
    key = SigningKeys(files).make()
    assert SigningKeys(files).private(key.thumbprint()).thumbprint() == key.thumbprint()
    assert private_key(files, "one").thumbprint() == private_key(files, "one").thumbprint() != key.thumbprint()
    assert "d" not in public_jwk(key)
    assert verifying_key(public_jwk(key)).thumbprint() == key.thumbprint()


@pytest.mark.parametrize("kid", [None, "another"])
def test_a_key_that_is_on_no_file_signs_nothing_and_none_is_made_in_its_place(kid: str | None) -> None:
    files = Files()
    with pytest.raises(SigningKeyMissing):
        SigningKeys(files).private(kid)
    assert not files


@given(people, clients)
def test_what_was_sealed_for_a_client_opens_for_this_client_only(person: str, client: str) -> None:
    sealed = SEAL.seal(person, client)
    assert SEAL.open(sealed, client) == person
    assert person not in sealed
    for other in (client + "x", client[:-1]):
        with pytest.raises(NotSealedHere):
            SEAL.open(sealed, other)


@given(st.text(max_size=60))
def test_what_was_not_sealed_here_does_not_open(text: str) -> None:
    with pytest.raises(NotSealedHere):
        SEAL.open(text, "desk")


def test_another_secret_does_not_open() -> None:
    with pytest.raises(NotSealedHere):
        SubjectSeal(bytes(KEY_BYTES)).open(SEAL.seal("000000000042", "desk"), "desk")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        SubjectSeal(b"short")


@given(people, people)
def test_a_pairwise_name_tells_people_and_agencies_apart(one: str, other: str) -> None:
    assert (SEAL.pairwise(one, "G01") == SEAL.pairwise(other, "G01")) == (one == other)
    assert SEAL.pairwise(one, "G01") != SEAL.pairwise(one, "G02")
