"""WebAuthn as we use it: what is asked of a passkey, and whether its answer holds. Pure; no database.

The library leaves user verification off and accepts every kind of attestation; here it is always demanded that the
authenticator saw its holder (PIN, finger or face), and a passkey vouches for itself or for nothing: we ask for no
maker's certificate, so nothing that parses one is reached. Whatever hostile bytes make the library raise becomes
`PasskeyRefused`, in one place.
"""

import hashlib
import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSECRV, COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from auth.officers.refusals import Malformed, PasskeyRefused

LONGEST_ANSWER = 16 * 1024
LONGEST_CREDENTIAL = 1023  # WebAuthn, 4: credential ids are at most this long
PATIENCE_MS = 120_000  # a hint to the browser; the challenge itself lives as long as `challenges` says
NAME = "Liên thông"

_CURVES = {COSEAlgorithmIdentifier.ECDSA_SHA_256: COSECRV.P256, COSEAlgorithmIdentifier.EDDSA: COSECRV.ED25519}
_ATTESTATIONS = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})

T = TypeVar("T")
Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a passkey said of itself when it was made."""

    credential: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool
    aaguid: str


@dataclass(frozen=True, slots=True)
class Asserted:
    """A signature by a passkey, read and not yet believed."""

    credential: bytes
    challenge: bytes
    answer: AuthenticationCredential

    @property
    def parts(self) -> tuple[bytes, bytes, bytes]:
        """Client data, authenticator data, signature: what must be kept to verify it again."""
        response = self.answer.response
        return response.client_data_json, response.authenticator_data, response.signature


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signature that holds says of its passkey."""

    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are made for: the issuer, whose host name is their scope."""

    origin: str

    def __post_init__(self) -> None:
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return
        raise ValueError("passkeys need a host name: the issuer must not be an IP address")

    @property
    def name(self) -> str:
        return urlsplit(self.origin).hostname or ""

    def creation(self, officer: str, full_name: str, challenge: bytes, known: Iterable[bytes]) -> Options:
        """What `navigator.credentials.create` is given. Passkeys that are `known` make no second one."""
        options = webauthn.generate_registration_options(
            rp_id=self.name,
            rp_name=NAME,
            user_name=officer,
            user_id=handle(officer),
            user_display_name=full_name,
            challenge=challenge,
            timeout=PATIENCE_MS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in known],
            supported_pub_key_algs=list(_CURVES),
        )
        return options_to_json_dict(options)

    def request(self, challenge: bytes, allowed: Iterable[bytes] = ()) -> Options:
        """What `navigator.credentials.get` is given. Nothing `allowed`: whichever passkey of ours the browser has."""
        options = webauthn.generate_authentication_options(
            rp_id=self.name,
            challenge=challenge,
            timeout=PATIENCE_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in allowed],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    def created(self, answer: RegistrationCredential, challenge: bytes) -> NewPasskey:
        """The passkey that was made for this challenge. Raises PasskeyRefused."""
        return _or_refused(lambda: self._created(answer, challenge))

    def verified(self, asserted: Asserted, challenge: bytes, public_key: bytes, sign_count: int) -> Verified:
        """Believe this signature by the passkey whose key and count are given. Raises PasskeyRefused."""
        return _or_refused(lambda: self._verified(asserted, challenge, public_key, sign_count))

    def _created(self, answer: RegistrationCredential, challenge: bytes) -> NewPasskey:
        _refuse_frames(answer.response.client_data_json)
        attestation = parse_attestation_object(answer.response.attestation_object)
        if attestation.fmt not in _ATTESTATIONS or attestation.att_stmt.x5c is not None:
            raise PasskeyRefused
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=self.name,
            expected_origin=self.origin,
            require_user_verification=True,
            supported_pub_key_algs=list(_CURVES),
        )
        _refuse_unusable(made.credential_id, made.credential_public_key)
        return NewPasskey(
            made.credential_id, made.credential_public_key, made.sign_count, made.credential_backed_up, made.aaguid
        )

    def _verified(self, asserted: Asserted, challenge: bytes, public_key: bytes, sign_count: int) -> Verified:
        _refuse_frames(asserted.answer.response.client_data_json)
        checked = webauthn.verify_authentication_response(
            credential=asserted.answer,
            expected_challenge=challenge,
            expected_rp_id=self.name,
            expected_origin=self.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
        return Verified(checked.new_sign_count, checked.credential_backed_up)


def handle(officer: str) -> bytes:
    """The user handle under which authenticators keep an officer's passkeys apart; says nothing about the officer."""
    return hashlib.sha256(b"officer\0" + officer.encode()).digest()


def read_creation(text: str) -> tuple[RegistrationCredential, bytes]:
    """What a browser sends after `create`, and the challenge that it answers."""
    answer = _or_refused(lambda: parse_registration_credential_json(_object(text)))
    return answer, _or_refused(lambda: parse_client_data_json(answer.response.client_data_json).challenge)


def read_assertion(text: str) -> Asserted:
    """What a browser sends after `get`."""
    answer = _or_refused(lambda: parse_authentication_credential_json(_object(text)))
    challenge = _or_refused(lambda: parse_client_data_json(answer.response.client_data_json).challenge)
    return Asserted(answer.raw_id, challenge, answer)


def _object(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_ANSWER:
        raise Malformed
    return msgspec.json.decode(text, type=dict[str, Any])


def _refuse_frames(client_data: bytes) -> None:
    """A browser says when our page stood in a frame of another site: then somebody may have been led to click."""
    if parse_client_data_json(client_data).cross_origin:
        raise PasskeyRefused


def _refuse_unusable(credential: bytes, public_key: bytes) -> None:
    """A key that could be kept and never verified, or of a curve that its algorithm does not name."""
    key = decode_credential_public_key(public_key)
    if not isinstance(key, DecodedEC2PublicKey | DecodedOKPPublicKey) or _CURVES[key.alg] != key.crv:
        raise PasskeyRefused
    decoded_public_key_to_cryptography(key)
    if len(credential) > LONGEST_CREDENTIAL:
        raise PasskeyRefused


def _or_refused(read: Callable[[], T]) -> T:
    try:
        return read()
    except Malformed:
        raise
    except Exception as error:  # the library raises whatever hostile bytes make it raise
        raise PasskeyRefused from error
