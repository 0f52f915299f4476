"""Assertions that nobody should believe: each is refused as `invalid_client`, and nothing of it is logged."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth import clock
from auth.oauth.assertion import LONGEST_ASSERTION
from tests.auth.holders import TOKEN, holder_at
from tests.auth.logs import Logged
from tests.auth.world import ISSUER, NAME, Installation, signed, unpadded

NOW = int(clock.wall())
Attack = Callable[[Installation], str]


def changed(**how: Any) -> Attack:
    return lambda made: made.assertion("desk", **how)


def with_header(**members: Any) -> Attack:
    return lambda made: made.assertion("desk", header=members)


def claims_of(made: Installation) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(jws.extract_compact(made.assertion("desk").encode()).payload)
    return claims


def by_hand(made: Installation, *, header: Any = None, claims: Any = None, signature: str | None = None) -> str:
    """Any bytes as header and claims, signed with the client's own key unless told otherwise."""
    key = made.keys["desk"]
    good = {"alg": "ES256", "kid": key.thumbprint()}
    texts = [
        part if isinstance(part, bytes) else json.dumps(part).encode()
        for part in (good if header is None else header, claims_of(made) if claims is None else claims)
    ]
    text = ".".join(unpadded(part) for part in texts)
    made_here = jws.JWSRegistry.algorithms["ES256"].sign(text.encode(), key)
    return f"{text}.{unpadded(made_here) if signature is None else signature}"


def with_algorithm(name: str, signature: str | None = None) -> Attack:
    return lambda made: by_hand(made, header={"alg": name, "kid": made.keys["desk"].thumbprint()}, signature=signature)


def by_stranger(**header: Any) -> Attack:
    def attack(made: Installation) -> str:
        named = {"kid": made.keys["desk"].thumbprint(), **header}
        return made.assertion("desk", key=ECKey.generate_key("P-256"), header=named)

    return attack


def with_embedded_key(made: Installation) -> str:
    key = ECKey.generate_key("P-256")
    return made.assertion("desk", key=key, header={"jwk": key.as_dict(private=False)})


def with_public_key_as_secret(made: Installation) -> str:
    header = {"alg": "HS256", "kid": made.keys["desk"].thumbprint()}
    text = ".".join(unpadded(json.dumps(part).encode()) for part in (header, claims_of(made)))
    secret = made.keys["desk"].as_pem(private=False)
    return f"{text}.{unpadded(hmac.digest(secret, text.encode(), 'sha256'))}"


def with_key_of_kind(algorithm: str, key: Any) -> Attack:
    return lambda made: signed({"alg": algorithm, "kid": made.keys["desk"].thumbprint()}, claims_of(made), key)


def raw_claims(text: bytes) -> Attack:
    return lambda made: by_hand(made, claims=text)


def claim_twice(member: str, value: str) -> Attack:
    return lambda made: by_hand(made, claims=f'{{"{member}": {value}, {json.dumps(claims_of(made))[1:]}'.encode())


def changed_after_signing(made: Installation) -> str:
    head, _, signature = made.assertion("desk").split(".")
    return f"{head}.{unpadded(json.dumps(claims_of(made)).encode())}.{signature}"


def with_letter_case_changed(made: Installation) -> str:
    """A signature that differs in one letter."""
    text, _, signature = made.assertion("desk").rpartition(".")
    first = "B" if signature[0] != "B" else "C"
    return f"{text}.{first}{signature[1:]}"


ATTACKS: dict[str, Attack] = {
    "nothing": lambda _: "x",
    "two dots": lambda _: "..",
    "four parts": lambda made: made.assertion("desk") + ".x",
    "padded base64": lambda made: made.assertion("desk") + "==",
    "an encrypted token": lambda made: made.assertion("desk") + ".x.y",
    "too long": changed(extra="x" * LONGEST_ASSERTION),
    "3000 nested lists": raw_claims(b"[" * 2900),
    "claims a list": raw_claims(b"[]"),
    "claims no JSON": raw_claims(b"sub=desk"),
    "claims not UTF-8": raw_claims(b'{"sub":"\xff"}'),
    "claims with a lone surrogate": raw_claims(b'{"sub":"\\ud800","iss":"\\ud800"}'),
    "header no JSON": lambda made: by_hand(made, header=b"ES256"),
    "header member twice": lambda made: by_hand(
        made, header=f'{{"alg":"none","alg":"ES256","kid":"{made.keys["desk"].thumbprint()}"}}'.encode()
    ),
    "sub twice": claim_twice("sub", '"other"'),
    "exp twice": claim_twice("exp", "99999999999"),
    "alg none": with_algorithm("none", signature=""),
    "alg NONE": with_algorithm("NONE", signature=""),
    "alg HS256": with_algorithm("HS256"),
    "alg HS256 with the public key": with_public_key_as_secret,
    "alg HS256 with an empty key": lambda made: by_hand(
        made, header={"alg": "HS256", "kid": ""}, signature=unpadded(hmac.digest(b"", b"", "sha256"))
    ),
    "alg RS256": with_key_of_kind("RS256", RSAKey.generate_key(2048)),
    "alg ES384": with_key_of_kind("ES384", ECKey.generate_key("P-384")),
    "alg ES256K": with_algorithm("ES256K"),
    "alg of the other curve": with_key_of_kind("EdDSA", OKPKey.generate_key("Ed25519")),
    "no alg": lambda made: by_hand(made, header={"kid": made.keys["desk"].thumbprint()}),
    "a secret shared with nobody": with_key_of_kind("HS256", OctKey.generate_key(256)),
    "signed by a stranger": by_stranger(),
    "embedded jwk": with_embedded_key,
    "embedded jwk beside the right kid": by_stranger(jwk=ECKey.generate_key("P-256").as_dict(private=False)),
    "changed after it was signed": changed_after_signing,
    "signature of another text": with_letter_case_changed,
    "signature empty": with_algorithm("ES256", signature=""),
    "signature of zeros": with_algorithm("ES256", signature="A" * 86),
    "signature half": with_algorithm("ES256", signature="A" * 43),
    "unknown kid": with_header(kid="unknown"),
    "kid a path": with_header(kid="../../../dev/null"),
    "kid an SQL text": with_header(kid="x' or '1'='1"),
    "kid a list": with_header(kid=["a"]),
    "kid empty": with_header(kid=""),
    "no kid": with_header(kid=None),
    "access token type": with_header(typ="at+jwt"),
    "proof type": with_header(typ="dpop+jwt"),
    "jku": with_header(jku="https://attacker.example/keys"),
    "x5u": with_header(x5u="https://attacker.example/certificate"),
    "x5c": with_header(x5c=["MIIB"]),
    "crit": with_header(crit=["exp"], exp=1),
    "b64 false": with_header(b64=False, crit=["b64"]),
    "audience of the token endpoint": changed(aud=TOKEN),
    "audience with a slash": changed(aud=ISSUER + "/"),
    "audience a list": changed(aud=[ISSUER]),
    "audience of others too": changed(aud=[ISSUER, "https://other.example"]),
    "no audience": changed(aud=None),
    "issuer another": changed(iss="other"),
    "no issuer": changed(iss=None),
    "unknown client": changed(iss="nobody", sub="nobody"),
    "client with NUL": changed(iss="a\x00b", sub="a\x00b"),
    "client with a line break": changed(iss="desk\n", sub="desk\n"),
    "client in other letters": changed(iss="dеsk", sub="dеsk"),
    "client a number": changed(iss=1, sub=1),
    "no subject": changed(sub=None),
    "expired": changed(iat=NOW - 100, exp=NOW - 60),
    "no expiry": changed(exp=None),
    "long life": changed(exp=NOW + 3600),
    "long life without iat": changed(iat=None, exp=NOW + 3600),
    "long life by an early iat": changed(iat=NOW - 30, exp=NOW + 60),
    "expiry a text": changed(exp=str(NOW + 60)),
    "expiry true": changed(exp=True),
    "expiry NaN": changed(exp=float("nan")),
    "expiry infinite": changed(exp=1e400),
    "expiry huge": changed(exp=10**400),
    "from the future": changed(iat=NOW + 10_000, exp=NOW + 10_030),
    "not yet valid": changed(nbf=NOW + 10_000),
    "nbf NaN": changed(nbf=float("nan")),
    "no jti": changed(jti=None),
    "jti a list": changed(jti=["x"]),
    "jti empty": changed(jti=""),
    "jti too long": changed(jti="x" * 129),
    "a proof": lambda made: holder_at(made).proof(TOKEN),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_hostile_assertion_authenticates_nobody(unchanged: Installation, attack: str, logged: Logged) -> None:
    assertion = ATTACKS[attack](unchanged)
    answer = await unchanged.ask("desk", NAME, assertion=assertion)
    assert (answer.status, answer.body["error"]) == (400, "invalid_client")
    assert str(answer.body["error_description"]).isascii()
    logged.holds_nothing_of(assertion)


async def test_an_access_token_is_no_assertion(unchanged: Installation, logged: Logged) -> None:
    token = await unchanged.token("desk", NAME)
    answer = await unchanged.ask("desk", NAME, assertion=token)
    assert (answer.status, answer.body["error"]) == (400, "invalid_client")
    logged.holds_nothing_of(token)


async def test_a_good_request_leaves_no_secret_in_the_log_either(unchanged: Installation, logged: Logged) -> None:
    form = unchanged.form("desk", NAME)
    token = (await unchanged.server.token(form)).body["access_token"]
    logged.holds_nothing_of(token)
    logged.holds_nothing_of(form["client_assertion"])
