"""ID tokens: the one that counts, and every way in which another does not."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from auth.citizens.id_tokens import CLOCK_SKEW_S, LONGEST_TOKEN, OLDEST_SIGN_IN_S, Expected, SignInRefused, identity
from tests.auth.world import unpadded

NOW = 1_800_000_000
ISSUER, CLIENT, NONCE = "https://id.example", "lienthong", "a-nonce"
PERSON = "000000000042"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
EDWARDS = OKPKey.generate_key("Ed25519", {"kid": "two"})
KEYS = KeySet.import_key_set({"keys": [KEY.as_dict(private=False), EDWARDS.as_dict(private=False)]})
EXPECTED = Expected(ISSUER, CLIENT, frozenset({"high"}), "personal_number")


def claims(**changed: Any) -> dict[str, Any]:
    good = {
        "iss": ISSUER, "aud": CLIENT, "sub": "s", "exp": NOW + 60, "iat": NOW, "auth_time": NOW, "nonce": NONCE,
        "acr": "high", "personal_number": PERSON,
    }  # fmt: skip
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def token(*, header: dict[str, Any] | None = None, key: Any = KEY, **changed: Any) -> str:
    full = {"alg": "ES256", "typ": "JWT", "kid": "one", **(header or {})}
    return jwt.encode(full, claims(**changed), key, algorithms=[full["alg"]])


def read(text: str) -> str:
    return identity(text, KEYS, EXPECTED, nonce=NONCE, now=NOW).citizen


@pytest.mark.parametrize(
    "good",
    [
        token(),
        token(header={"alg": "Ed25519", "kid": "two"}, key=EDWARDS),
        token(aud=[CLIENT]),
        token(azp=CLIENT),
        token(exp=NOW - CLOCK_SKEW_S + 1),
        token(auth_time=NOW - OLDEST_SIGN_IN_S),
        token(name="Nguyễn Văn A"),
    ],
    ids=["plain", "edwards", "list of us", "azp", "within the skew", "seen a while ago", "other claims"],
)
def test_a_good_token_names_the_citizen(good: str) -> None:
    assert read(good) == PERSON


def unsigned() -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims())
    return ".".join(unpadded(msgspec.json.encode(part)) for part in parts) + "."


def symmetric() -> str:
    """Signed with the public key as if it were a secret, as a careless library would do."""
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "one"}, claims())
    text = ".".join(unpadded(msgspec.json.encode(part)) for part in parts)
    return f"{text}.{unpadded(hmac.digest(KEY.as_pem(private=False), text.encode(), 'sha256'))}"


def strange_key() -> str:
    return token(key=ECKey.generate_key("P-256"))


def own_key_in_the_header() -> str:
    key = ECKey.generate_key("P-256")
    return token(header={"jwk": key.as_dict(private=False)}, key=key)


def weaker() -> str:
    key = RSAKey.generate_key(2048, {"kid": "one"})
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": "one"}, claims(), key, algorithms=["RS256"])


FORGED: dict[str, Callable[[], str]] = {
    "unsigned": unsigned,
    "the public key as a secret": symmetric,
    "another key": strange_key,
    "a key in the header": own_key_in_the_header,
    "an algorithm that is not accepted": weaker,
    "an unknown kid": lambda: token(header={"kid": "three"}),
    "an access token": lambda: token(header={"typ": "at+jwt"}),
    "a logout token": lambda: token(header={"typ": "logout+jwt"}),
    "an extension that must be understood": lambda: token(header={"crit": ["b64"], "b64": False}),
    "another issuer": lambda: token(iss="https://evil.example"),
    "our issuer with a slash": lambda: token(iss=ISSUER + "/"),
    "no issuer": lambda: token(iss=None),
    "another client": lambda: token(aud="other"),
    "us among others": lambda: token(aud=[CLIENT, "other"]),
    "nobody": lambda: token(aud=[]),
    "another party": lambda: token(azp="other"),
    "expired": lambda: token(exp=NOW - CLOCK_SKEW_S),
    "no end": lambda: token(exp=None),
    "of tomorrow": lambda: token(iat=NOW + 3600),
    "a date that is a text": lambda: token(exp="tomorrow"),
    "a date that is true": lambda: token(exp=True),
    "another sign-in": lambda: token(nonce="other"),
    "no nonce": lambda: token(nonce=None),
    "an empty nonce": lambda: token(nonce=""),
    "a lower level": lambda: token(acr="low"),
    "no level": lambda: token(acr=None),
    "two levels": lambda: token(acr="high low"),
    "seen long ago": lambda: token(auth_time=NOW - OLDEST_SIGN_IN_S - CLOCK_SKEW_S - 1),
    "never seen": lambda: token(auth_time=None),
    "seen tomorrow": lambda: token(auth_time=NOW + 3600),
    "no number": lambda: token(personal_number=None),
    "a short number": lambda: token(personal_number="42"),
    "a number that is one": lambda: token(personal_number=42),
    "a number and a line": lambda: token(personal_number=PERSON + "\n"),
    "digits of another script": lambda: token(personal_number="٠" * 12),
    "several numbers": lambda: token(personal_number=[PERSON]),
    "too long": lambda: token(padding="x" * LONGEST_TOKEN),
    "empty": lambda: "",
    "dots": lambda: "..",
    "nested brackets": lambda: "W" * 4000 + "." + "W" * 3000 + ".x",
}


@pytest.mark.parametrize("case", FORGED)
def test_a_token_that_does_not_do_is_refused_and_the_refusal_repeats_nothing(case: str) -> None:
    with pytest.raises(SignInRefused) as refusal:
        read(FORGED[case]())
    assert PERSON not in str(refusal.value)
    assert "evil" not in str(refusal.value)


@given(st.text(max_size=200) | st.binary(max_size=60).map(bytes.hex))
def test_whatever_stands_in_place_of_a_token_is_refused(text: str) -> None:
    with pytest.raises(SignInRefused):
        read(text)


@given(st.integers(min_value=0, max_value=500))
def test_a_token_with_one_letter_changed_is_refused(place: int) -> None:
    good = token(jti=secrets.token_hex(4))
    position = place % good.rindex(".")  # of header and claims: the last letter of a signature may be loose
    changed = good[:position] + ("A" if good[position] != "A" else "B") + good[position + 1 :]
    with pytest.raises(SignInRefused):
        read(changed)
