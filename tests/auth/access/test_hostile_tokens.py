"""Forged access tokens, some of them signed by our own key: every one is turned away, and nothing of it is logged."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from auth import clock
from auth.errors import Unauthenticated
from tests.auth.forging import claims, encoded, forged, unsigned
from tests.auth.logs import Logged
from tests.auth.world import FIND, ISSUER, NAME, Installation, unpadded
from tests.waiting import at_once

PERSON = "000000000042"  # a personal number of nobody: no province has code 000


def by_us(**how: Any) -> Callable[[Any], str]:
    return lambda key: forged(key, **how)


def by_stranger(key: Any) -> str:
    return forged(ECKey.generate_key("P-256"), header={"kid": key.thumbprint()})


def with_embedded_key(key: Any) -> str:
    stranger = ECKey.generate_key("P-256")
    return forged(stranger, header={"jwk": stranger.as_dict(private=False), "kid": key.thumbprint()})


def with_public_key_as_secret(key: Any) -> str:
    text = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": key.thumbprint()}).rstrip(".")
    return f"{text}.{unpadded(hmac.digest(key.as_pem(private=False), text.encode(), 'sha256'))}"


def with_changed_payload(key: Any) -> str:
    header, _, signature = forged(key).split(".")
    return f"{header}.{encoded(claims(scope=FIND))}.{signature}"


def good() -> bytes:
    return json.dumps(claims()).encode()


def header_of(key: Any) -> bytes:
    return json.dumps({"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint()}).encode()


def by_hand(key: Any, *, header: bytes | None = None, payload: bytes | None = None) -> str:
    """Any bytes as header and claims, signed by us."""
    text = f"{unpadded(header or header_of(key))}.{unpadded(payload or good())}"
    return f"{text}.{unpadded(jws.JWSRegistry.algorithms['ES256'].sign(text.encode(), key))}"


FORGERIES: dict[str, Callable[[Any], str]] = {
    "nothing": lambda _: "x",
    "two dots": lambda _: "..",
    "five parts": lambda key: forged(key) + ".x.y",
    "not ascii": lambda key: forged(key)[:-1] + "é",
    "alg none": lambda key: unsigned({"alg": "none", "typ": "at+jwt", "kid": key.thumbprint()}),
    "alg None": lambda key: unsigned({"alg": "None", "typ": "at+jwt", "kid": key.thumbprint()}),
    "empty signature": lambda key: unsigned({"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint()}),
    "zero signature": lambda key: unsigned({"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint()}, "A" * 86),
    "signature of a stranger": by_stranger,
    "changed payload": with_changed_payload,
    "embedded jwk": with_embedded_key,
    "public key as HMAC secret": with_public_key_as_secret,
    "other algorithm": lambda _: forged(OKPKey.generate_key("Ed25519"), header={"alg": "Ed25519"}),
    "unknown kid": by_us(header={"kid": "unknown"}),
    "no kid": by_us(header={"kid": None}),
    "kid a list": lambda key: unsigned({"alg": "ES256", "typ": "at+jwt", "kid": [key.thumbprint()]}, "A" * 86),
    "kid a path": by_us(header={"kid": "../../dev/null"}),
    "typ JWT": by_us(header={"typ": "JWT"}),
    "typ application/at+jwt": by_us(header={"typ": "application/at+jwt"}),
    "no typ": by_us(header={"typ": None}),
    "crit": by_us(header={"crit": ["exp"]}),
    "jku": by_us(header={"jku": "https://attacker.example/keys"}),
    "x5u": by_us(header={"x5u": "https://attacker.example/certificate"}),
    "other issuer": by_us(iss="https://attacker.example"),
    "issuer with a slash": by_us(iss=ISSUER + "/"),
    "no issuer": by_us(iss=None),
    "other audience": by_us(aud="https://other.example/graphql"),
    "audience a list": by_us(aud=[ISSUER + "/graphql"]),
    "no audience": by_us(aud=None),
    "expired": by_us(exp=int(clock.wall()) - 1),
    "no expiry": by_us(exp=None),
    "expiry a text": by_us(exp="4102444800"),
    "expiry a float": by_us(exp=4102444800.5),
    "expiry true": by_us(exp=True),
    "issued in the future": by_us(iat=int(clock.wall()) + 3600),
    "client of nobody": by_us(client_id="nobody"),
    "client a list": by_us(client_id=["desk"]),
    "scope a list": by_us(scope=[NAME]),
    "no jti": by_us(jti=None),
    "bound to a key": by_us(cnf={"jkt": "x" * 43}),
    "unknown claim": by_us(admin=True),
    "two purposes": by_us(authorization_details=claims()["authorization_details"] * 2),
    "purpose a text": by_us(authorization_details="security"),
    "subject in clear": by_us(sealed_subject=PERSON),
    "subject a number": by_us(sealed_subject=42),
    "too long": by_us(scope=" ".join([NAME] * 200)),
    "padded base64": lambda key: forged(key) + "==",
    "two tokens": lambda key: f"{forged(key)}, {forged(key)}",
    "NUL behind it": lambda key: forged(key) + "\0",
    "claims a list": lambda key: by_hand(key, payload=b"[]"),
    "claims no JSON": lambda key: by_hand(key, payload=b"aud=x"),
    "a thousand nested lists": lambda key: by_hand(key, payload=b"[" * 1000),
    "claims with a lone surrogate": lambda key: by_hand(key, payload=b'{"sub":"\\ud800"}'),
    "claims not UTF-8": lambda key: by_hand(key, payload=b'{"sub":"\xff"}'),
    "scope twice": lambda key: by_hand(key, payload=b'{"scope":"' + FIND.encode() + b'",' + good()[1:]),
    "header member twice": lambda key: by_hand(key, header=b'{"alg":"none",' + header_of(key)[1:]),
    "alg ES256K": by_us(header={"alg": "ES256", "x": "ES256K"}),
    "b64 false": by_us(header={"b64": False, "crit": ["b64"]}),
    "x5c": by_us(header={"x5c": ["MIIB"]}),
    "zip": by_us(header={"zip": "DEF"}),
    "typ of a proof": by_us(header={"typ": "dpop+jwt"}),
    "expiry NaN": by_us(exp=float("nan")),
    "expiry infinite": by_us(exp=float("inf")),
    "expiry huge": by_us(exp=10**30),
    "living longer than any": by_us(exp=int(clock.wall()) + 3600),
    "issued NaN": by_us(iat=float("nan")),
    "issued true": by_us(iat=True),
    "for the office": by_us(aud=ISSUER + "/office/graphql"),
    "chain of another client": by_us(act={"sub": "other", "act": {"sub": "desk"}}),
    "chain without an end": lambda key: by_hand(key, payload=good()[:-1] + b',"act":' + b'{"sub":"desk","act":' * 60),
    "chain a text": by_us(act="desk"),
    "key of a thumbprint that is none": by_us(cnf={"jkt": ["x"]}),
    "bound by a certificate": by_us(cnf={"x5t#S256": "x" * 43}),
    "bound in two ways": by_us(cnf={"jkt": "x" * 43, "jwk": {}}),
    "consent a text": by_us(consent="1"),
    "purpose of another kind": by_us(authorization_details=[{"type": "urn:other"}]),
    "behalf of nobody": by_us(authorization_details=[{**claims()["authorization_details"][0], "on_behalf_of": "X99"}]),
    "representative without a citizen": by_us(sealed_representative="x"),
}


@pytest.mark.parametrize("attack", FORGERIES)
async def test_a_forged_token_is_turned_away_as_invalid(unchanged: Installation, attack: str, logged: Logged) -> None:
    token = FORGERIES[attack](unchanged.server.signing_key)
    with pytest.raises(Unauthenticated) as refused:
        at_once(unchanged.authority.caller(f"Bearer {token}"))
    assert refused.value.error == "invalid_token"
    assert '"' not in refused.value.description
    logged.holds_nothing_of(token)


@pytest.mark.parametrize("attack", FORGERIES)
async def test_a_forged_token_opens_no_other_door(unchanged: Installation, attack: str) -> None:
    token = FORGERIES[attack](unchanged.server.signing_key)
    if attack != "for the office":
        with pytest.raises(Unauthenticated):
            at_once(unchanged.authority.office_caller(f"Bearer {token}", None))
    with pytest.raises(Unauthenticated):
        unchanged.authority.standing(token, ISSUER + "/graphql")
