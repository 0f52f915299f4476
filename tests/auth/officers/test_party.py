"""What of a passkey's answer does not hold: each thing wrong alone."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
import webauthn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from auth.officers.party import LONGEST_ANSWER, NewPasskey, RelyingParty, handle, read_assertion, read_creation
from auth.officers.refusals import Malformed, OfficerRefused, PasskeyRefused
from tests.auth.officers.authenticator import (
    BACKED_UP,
    BACKUP_ELIGIBLE,
    PRESENT,
    VERIFIED,
    Authenticator,
    decoded,
    encoded,
)

ORIGIN = "https://lienthong.example"
PARTY = RelyingParty(ORIGIN)
CHALLENGE = b"c" * 32


def passkey(**wrong: Any) -> Authenticator:
    return Authenticator(**{"origin": ORIGIN, "rp_id": "lienthong.example", **wrong})


def created(made: Authenticator, **wrong: Any) -> NewPasskey:
    answer, challenge = read_creation(made.create(PARTY.creation("an", "An", CHALLENGE, []), **wrong))
    assert challenge == CHALLENGE or "challenge" in wrong
    return PARTY.created(answer, CHALLENGE)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()])
def test_a_passkey_of_an_accepted_kind_enrolls_and_signs(key: Any) -> None:
    made = passkey(key=key, flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP)
    kept = created(made)
    assert (kept.credential, kept.sign_count, kept.backed_up) == (made.credential, 0, True)
    asserted = read_assertion(made.get(PARTY.request(CHALLENGE)))
    checked = PARTY.verified(asserted, CHALLENGE, kept.public_key, 0)
    assert (checked.sign_count, checked.backed_up) == (1, True)


def test_a_passkey_that_does_not_count_signs_again_and_again() -> None:
    made = passkey(counts=False)
    kept = created(made)
    answers = [read_assertion(made.get(PARTY.request(CHALLENGE))) for _ in range(2)]
    assert [PARTY.verified(answer, CHALLENGE, kept.public_key, 0).sign_count for answer in answers] == [0, 0]


WRONG = {
    "holder not verified": {"flags": PRESENT},
    "holder not present": {"flags": VERIFIED},
    "another origin": {"origin": "https://lienthong.example.evil.example"},
    "the same host over http": {"origin": "http://lienthong.example"},
    "another port": {"origin": "https://lienthong.example:8443"},
    "a sibling host": {"origin": "https://other.lienthong.example"},
    "another party": {"rp_id": "evil.example"},
    "the party's parent": {"rp_id": "example"},
    "in a frame of another site": {"cross_origin": True},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_an_answer_that_is_wrong_in_one_thing_enrolls_nothing_and_signs_nothing(wrong: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        created(passkey(**wrong))
    good = passkey()
    kept = created(good)
    bad = passkey(**wrong, key=good.key, credential=good.credential)
    with pytest.raises(PasskeyRefused):
        PARTY.verified(read_assertion(bad.get(PARTY.request(CHALLENGE))), CHALLENGE, kept.public_key, 0)


def test_an_answer_to_another_challenge_is_refused() -> None:
    with pytest.raises(PasskeyRefused):
        created(passkey(), challenge=encoded(b"d" * 32))
    made = passkey()
    kept = created(made)
    asserted = read_assertion(made.get(PARTY.request(b"d" * 32)))
    with pytest.raises(PasskeyRefused):
        PARTY.verified(asserted, CHALLENGE, kept.public_key, 0)


@pytest.mark.parametrize("kind", ["webauthn.get", "payment.get", ""])
def test_a_signature_for_another_ceremony_enrolls_nothing(kind: str) -> None:
    with pytest.raises(PasskeyRefused):
        created(passkey(), type=kind)


def test_a_signature_made_while_enrolling_signs_nothing() -> None:
    made = passkey()
    kept = created(made)
    asserted = read_assertion(made.get(PARTY.request(CHALLENGE), type="webauthn.create"))
    with pytest.raises(PasskeyRefused):
        PARTY.verified(asserted, CHALLENGE, kept.public_key, 0)


def test_a_signature_of_another_key_is_refused() -> None:
    made, other = passkey(), passkey()
    kept = created(made)
    other.credential = made.credential
    with pytest.raises(PasskeyRefused):
        PARTY.verified(read_assertion(other.get(PARTY.request(CHALLENGE))), CHALLENGE, kept.public_key, 0)


@pytest.mark.parametrize(("kept_count", "said_count"), [(5, 4), (5, 5), (1, 0), (2**32 - 1, 0)])
def test_a_count_that_does_not_grow_is_refused(kept_count: int, said_count: int) -> None:
    made = passkey()
    kept = created(made)
    made.count, made.counts = said_count, False
    with pytest.raises(PasskeyRefused):
        PARTY.verified(read_assertion(made.get(PARTY.request(CHALLENGE))), CHALLENGE, kept.public_key, kept_count)


P384 = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
KEYS: dict[str, dict[int, Any]] = {
    "RSA": {1: 3, 3: -257, -1: b"n" * 256, -2: b"\x01\x00\x01"},
    "P-384 called ES256": {1: 2, 3: -7, -1: 2, -2: P384.x.to_bytes(48, "big"), -3: P384.y.to_bytes(48, "big")},
    "no point of the curve": {1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x01" * 32},
    "an empty point": {1: 2, 3: -7, -1: 1, -2: b"", -3: b""},
    "Ed25519 cut short": {1: 1, 3: -8, -1: 6, -2: b"\x01" * 31},
    "Ed25519 called ES256": {1: 1, 3: -7, -1: 6, -2: b"\x01" * 32},
    "no algorithm": {1: 2},
    "post-quantum": {1: 7, 3: -48, -1: b"x" * 1312},
}


@pytest.mark.parametrize("cose", KEYS.values(), ids=KEYS.keys())
def test_a_key_of_another_kind_is_not_enrolled(cose: dict[int, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        created(passkey(), cose=cose)


@pytest.mark.parametrize("fmt", ["tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "x" * 100])
def test_a_makers_certificate_is_not_even_read(fmt: str) -> None:
    with pytest.raises(PasskeyRefused):
        created(passkey(), fmt=fmt)


@pytest.mark.parametrize("fmt", ["fido-u2f", "packed"])
def test_a_makers_certificate_is_refused_though_its_signature_holds(fmt: str) -> None:
    made, maker = passkey(), ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    certificate = x509.CertificateBuilder(name, name, maker.public_key(), 1, now, now).sign(maker, SHA256())
    x5c = [certificate.public_bytes(Encoding.DER)]
    scope = sha256(PARTY.name.encode()).digest()
    point = made.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def vouch(client_data: bytes, data: bytes) -> dict[str, Any]:
        seen = sha256(client_data).digest()
        signed = data + seen if fmt == "packed" else b"\0" + scope + seen + made.credential + point
        return {"alg": -7, "sig": maker.sign(signed, ec.ECDSA(SHA256())), "x5c": x5c}

    sent = made.create(PARTY.creation("an", "An", CHALLENGE, []), fmt=fmt, statement=vouch)
    believed = webauthn.verify_registration_response(
        credential=sent, expected_challenge=CHALLENGE, expected_rp_id=PARTY.name, expected_origin=ORIGIN
    )
    assert believed.credential_id == made.credential  # the library would take it
    with pytest.raises(PasskeyRefused):
        PARTY.created(read_creation(sent)[0], CHALLENGE)


def test_a_credential_id_longer_than_the_standard_allows_is_not_enrolled() -> None:
    with pytest.raises(PasskeyRefused):
        created(passkey(credential=b"x" * 1024))


def test_options_ask_for_a_verified_holder_and_for_our_algorithms_only() -> None:
    creation, request = PARTY.creation("an", "An", CHALLENGE, [b"known"]), PARTY.request(CHALLENGE, [b"mine"])
    assert creation["authenticatorSelection"]["userVerification"] == request["userVerification"] == "required"
    assert creation["authenticatorSelection"]["residentKey"] == "required"
    assert {each["alg"] for each in creation["pubKeyCredParams"]} == {-7, -8}
    assert (creation["rp"]["id"], request["rpId"], creation["attestation"]) == (PARTY.name, PARTY.name, "none")
    assert decoded(creation["excludeCredentials"][0]["id"]) == b"known"
    assert decoded(request["allowCredentials"][0]["id"]) == b"mine"
    assert decoded(creation["user"]["id"]) == handle("an") != handle("binh")


@pytest.mark.parametrize("issuer", ["https://127.0.0.1:8000", "https://[::1]:8000", "http://10.1.2.3"])
def test_an_installation_without_a_host_name_can_have_no_passkeys(issuer: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        RelyingParty(issuer)


MALFORMED = [
    "",
    "{",
    "[]",
    "null",
    "1",
    '"x"',
    "{}",
    '{"id":1}',
    "[" * 5000,
    '{"id":"a","rawId":"a"}',
    "\x00",
    "\ud800",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_an_answer_that_is_none_is_refused(text: str) -> None:
    for read in (read_assertion, read_creation):
        with pytest.raises(OfficerRefused):
            read(text)


def test_an_answer_of_unreasonable_length_is_not_parsed() -> None:
    for read in (read_assertion, read_creation):
        with pytest.raises(Malformed):
            read(json.dumps({"id": "x" * LONGEST_ANSWER}))


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=100))
def test_whatever_bytes_come_are_refused_in_order(one: bytes, two: bytes, three: bytes) -> None:
    response = {"clientDataJSON": encoded(one), "attestationObject": encoded(two)}
    assertion = {**response, "authenticatorData": encoded(two), "signature": encoded(three)}
    for each in (response, assertion):
        text = json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": each})
        with pytest.raises(OfficerRefused):
            read_creation(text) if each is response else read_assertion(text)


@given(st.integers(0, 400), st.integers(1, 255))
def test_an_answer_with_one_byte_changed_is_refused_or_still_the_same_passkey(place: int, change: int) -> None:
    made = passkey()
    sent = json.loads(made.create(PARTY.creation("an", "An", CHALLENGE, [])))
    data = bytearray(decoded(sent["response"]["attestationObject"]))
    data[place % len(data)] ^= change
    sent["response"]["attestationObject"] = encoded(bytes(data))
    try:
        answer, _ = read_creation(json.dumps(sent))
        kept = PARTY.created(answer, CHALLENGE)
    except OfficerRefused:
        return
    assert kept.public_key  # nothing signs an enrolment without attestation: other bytes are another passkey
