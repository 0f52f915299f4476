"""Proofs of possession: a good one says whose key it is, and every other is turned away by the right name."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth import clock
from auth.access.nonces import KEY_BYTES, Nonces
from auth.access.proofs import LONGEST_PROOF, NEWEST_S, OLDEST_S, NonceNeeded, Proof, ProofRefused, check
from tests.auth.holders import GRAPH, Holder
from tests.auth.world import signed, unpadded

NOW = int(clock.wall())
ACCESS_TOKEN = "an.access.token"


@pytest.fixture
def holder() -> Holder:
    return Holder(Nonces(b"n" * KEY_BYTES))


def checked(
    proof: str, holder: Holder, url: str = GRAPH, *, token: str | None = None, now: float | None = None
) -> Proof:
    return check(proof, "POST", url, nonces=holder.nonces, now=now or clock.wall(), token=token)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "Ed25519"])
def test_a_good_proof_names_the_key_that_signed_it(holder: Holder, algorithm: str) -> None:
    if algorithm != "ES256":
        holder.key = OKPKey.generate_key("Ed25519")
    proof = checked(holder.proof(header={"alg": algorithm}), holder)
    assert proof.jkt == holder.key.thumbprint()


def test_two_proofs_are_remembered_apart_and_the_same_proof_as_one(holder: Holder) -> None:
    first = holder.proof(jti="the-same-name")
    again, other = holder.proof(jti="the-same-name"), holder.proof(jti="another-name")
    assert checked(first, holder).digest == checked(again, holder).digest  # signed twice, and still the same proof
    assert checked(first, holder).digest != checked(other, holder).digest
    stranger = Holder(holder.nonces)
    assert checked(stranger.proof(jti="the-same-name"), holder).digest != checked(first, holder).digest


Attack = Callable[[Holder], str]


def changed(**how: Any) -> Attack:
    return lambda holder: holder.proof(**how)


def with_header(**how: Any) -> Attack:
    return lambda holder: holder.proof(header=how)


def parts(holder: Holder, *, header: Any = None, claims: Any = None, signature: str | None = None) -> str:
    """A proof put together by hand: any bytes as header and claims, signed by the holder unless told otherwise."""
    texts = [
        part if isinstance(part, bytes) else json.dumps(part).encode()
        for part in (header or holder.header(), claims or holder.claims())
    ]
    text = ".".join(unpadded(part) for part in texts)
    made = jws.JWSRegistry.algorithms["ES256"].sign(text.encode(), holder.key)
    return f"{text}.{unpadded(made) if signature is None else signature}"


def unsigned(algorithm: str) -> Attack:
    return lambda holder: parts(holder, header=holder.header(alg=algorithm), signature="")


def with_hmac(holder: Holder) -> str:
    """The public key, which everybody has, as the secret of a MAC."""
    text = ".".join(unpadded(json.dumps(p).encode()) for p in (holder.header(alg="HS256"), holder.claims()))
    return f"{text}.{unpadded(hmac.digest(holder.key.as_pem(private=False), text.encode(), 'sha256'))}"


def with_symmetric_key(holder: Holder) -> str:
    key = OctKey.generate_key(256)
    return signed({**holder.header(), "alg": "HS256", "jwk": key.as_dict(private=True)}, holder.claims(), key)


def with_rsa(algorithm: str) -> Attack:
    def attack(holder: Holder) -> str:
        key = RSAKey.generate_key(2048)
        return signed({**holder.header(), "alg": algorithm, "jwk": key.as_dict(private=False)}, holder.claims(), key)

    return attack


def with_other_curve(holder: Holder) -> str:
    key = ECKey.generate_key("P-384")
    return signed({**holder.header(), "alg": "ES384", "jwk": key.as_dict(private=False)}, holder.claims(), key)


def with_key_of_another(holder: Holder) -> str:
    """Somebody else's public key in the header, over one's own signature."""
    return holder.proof(header={"jwk": ECKey.generate_key("P-256").as_dict(private=False)})


def jwk_with(**members: Any) -> Attack:
    return lambda holder: holder.proof(header={"jwk": {**holder.key.as_dict(private=False), **members}})


def twice(member: str, value: str) -> Attack:
    """A claim that stands there twice: first what is hoped for, then what is true."""

    def attack(holder: Holder) -> str:
        claims = json.dumps(holder.claims())
        return parts(holder, claims=f'{{"{member}": {value}, {claims[1:]}'.encode())

    return attack


def header_twice(holder: Holder) -> str:
    return parts(holder, header=b'{"alg":"none",' + json.dumps(holder.header()).encode()[1:])


def changed_after_signing(holder: Holder) -> str:
    head, _, signature = holder.proof().split(".")
    return f"{head}.{unpadded(json.dumps(holder.claims()).encode())}.{signature}"


def raw_claims(text: bytes) -> Attack:
    return lambda holder: parts(holder, claims=text)


MALFORMED: dict[str, Attack] = {
    "empty": lambda _: "",
    "no dots": lambda _: "x",
    "two dots": lambda _: "..",
    "four parts": lambda holder: holder.proof() + ".x",
    "two proofs in one header": lambda holder: f"{holder.proof()}, {holder.proof()}",
    "not ASCII": lambda holder: holder.proof() + "é",
    "NUL behind it": lambda holder: holder.proof() + "\0",
    "padded base64": lambda holder: holder.proof() + "=",
    "signature with spare bits": lambda holder: _with_spare_bits(holder.proof()),
    "spaces in it": lambda holder: holder.proof().replace(".", ". "),
    "too long": changed(extra="x" * LONGEST_PROOF),
    "700 nested lists": raw_claims(b'{"a":' + b"[" * 700 + b"]" * 700 + b"}"),
    "claims a list": raw_claims(b"[]"),
    "claims no JSON": raw_claims(b"jti"),
    "claims not UTF-8": raw_claims(b'{"jti":"\xff\xfe"}'),
    "lone surrogate": raw_claims(b'{"jti":"\\ud800\\ud800\\ud800\\ud800"}'),
    "header a list": lambda holder: parts(holder, header=b"[]"),
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg empty": unsigned(""),
    "alg a list": lambda holder: parts(holder, header=holder.header(alg=["ES256"])),
    "alg HS256 with the public key": with_hmac,
    "alg RS256 and an RSA key": with_rsa("RS256"),
    "alg PS256 and an RSA key": with_rsa("PS256"),
    "alg ES384": with_other_curve,
    "no alg": lambda holder: parts(holder, header=_without(holder.header(), "alg")),
    "no typ": with_header(typ=None),
    "typ JWT": with_header(typ="JWT"),
    "typ of access tokens": with_header(typ="at+jwt"),
    "typ in capitals": with_header(typ="DPOP+JWT"),
    "no jwk": with_header(jwk=None),
    "jwk a text": with_header(jwk="key"),
    "jwk with the private part": lambda holder: holder.proof(header={"jwk": holder.key.as_dict(private=True)}),
    "jwk symmetric": with_symmetric_key,
    "jwk with k": jwk_with(k="c2VjcmV0"),
    "jwk with a chain of certificates": jwk_with(x5c=["MIIB"]),
    "jwk for encryption": jwk_with(use="enc"),
    "jwk of another curve": jwk_with(crv="P-384"),
    "jwk with a short coordinate": jwk_with(x="AQ"),
    "jwk with spare bits": lambda holder: holder.proof(header={"jwk": _key_with_spare_bits(holder)}),
    "kid": with_header(kid="a"),
    "jku": with_header(jku="https://attacker.example/keys"),
    "x5u": with_header(x5u="https://attacker.example/certificate"),
    "crit": with_header(crit=["exp"]),
    "b64 false": with_header(b64=False, crit=["b64"]),
    "zip": with_header(zip="DEF"),
    "header member twice": header_twice,
    "jti twice": twice("jti", '"another-name"'),
    "iat twice": twice("iat", "1"),
    "no jti": changed(jti=None),
    "jti short": changed(jti="x"),
    "jti too long": changed(jti="x" * 257),
    "jti a number": changed(jti=12345678),
    "jti with NUL": changed(jti="12345678\0"),
    "jti not ASCII": changed(jti="một hai ba"),
    "no htm": changed(htm=None),
    "htm a list": changed(htm=["POST"]),
    "no htu": changed(htu=None),
    "htu too long": changed(htu=GRAPH + "?" + "x" * 512),
    "no iat": changed(iat=None),
    "iat a text": changed(iat=str(NOW)),
    "iat true": changed(iat=True),
    "iat NaN": changed(iat=float("nan")),
    "iat infinite": changed(iat=float("inf")),
    "exp NaN": changed(exp=float("nan")),
    "exp true": changed(exp=True),
    "nonce a list": changed(nonce=["x"]),
}  # fmt: skip


def _with_spare_bits(proof: str) -> str:
    """The same signature spelled otherwise: the last letter holds bits that say nothing."""
    last = {"A": "B", "Q": "R", "g": "h", "w": "x"}[proof[-1]]
    return proof[:-1] + last


def _key_with_spare_bits(holder: Holder) -> dict[str, Any]:
    jwk = _public(holder)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return {**jwk, "x": jwk["x"][:-1] + alphabet[alphabet.index(jwk["x"][-1]) + 1]}


REFUSED: dict[str, tuple[Attack, str]] = {
    "other method": (changed(htm="GET"), "htm"),
    "method in small letters": (changed(htm="post"), "htm"),
    "other path": (changed(url=GRAPH + "/explain"), "htu"),
    "path with a slash behind": (changed(url=GRAPH + "/"), "htu"),
    "other host": (changed(url="https://attacker.example/graphql"), "htu"),
    "other scheme": (changed(url=GRAPH.replace("http:", "https:")), "htu"),
    "other port": (changed(url=GRAPH.replace(":8000", ":8001")), "htu"),
    "host in front of ours": (changed(url=GRAPH.replace("//", "//attacker@").replace("8000", "8001")), "htu"),
    "port that is none": (changed(url=GRAPH.replace("8000", "99999")), "htu"),
    "port that is no number": (changed(url=GRAPH.replace("8000", "x")), "htu"),
    "half an address": (changed(url="/graphql"), "htu"),
    "address with a bracket": (changed(url="http://[::1/graphql"), "htu"),
    "no address": (changed(url=" "), "htu"),
    "too old": (changed(iat=NOW - 10_000), "iat"),
    "from the future": (changed(iat=NOW + 10_000), "iat"),
    "iat huge": (changed(iat=10**300), "iat"),
    "iat below nothing": (changed(iat=-(10**18)), "iat"),
    "exp past": (changed(exp=NOW - 1000), "exp"),
    "nbf to come": (changed(nbf=NOW + 10_000), "nbf"),
    "signed by another key": (with_key_of_another, "signed"),
    "changed after it was signed": (changed_after_signing, "signed"),
    "no signature": (lambda holder: parts(holder, signature=""), "signed"),
    "signature of zeros": (lambda holder: parts(holder, signature="A" * 86), "signed"),
    "signature a byte short": (lambda holder: parts(holder, signature="A" * 83), "signed"),
    "signature in ASN.1": (lambda holder: parts(holder, signature=unpadded(b"\x30\6\2\1\1\2\1\1")), "signed"),
    "alg of the other kind of key": (lambda holder: parts(holder, header=holder.header(alg="EdDSA")), "jwk"),
    "jwk without y": (lambda holder: holder.proof(header={"jwk": _without(_public(holder), "y")}), "jwk"),
    "jwk off the curve": (jwk_with(y="A" * 43), "jwk"),
    "jwk of mixed kinds": (jwk_with(kty="OKP"), "jwk"),
}  # fmt: skip


def _public(holder: Holder) -> dict[str, Any]:
    return dict(holder.key.as_dict(private=False))


def _without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in members.items() if each != name}


@pytest.mark.parametrize("attack", MALFORMED)
def test_a_proof_that_is_none_is_refused_for_its_form(holder: Holder, attack: str) -> None:
    with pytest.raises(ProofRefused, match="A proof is one JWT") as refused:
        checked(MALFORMED[attack](holder), holder)
    assert refused.value.error == "invalid_dpop_proof"


@pytest.mark.parametrize("attack", REFUSED)
def test_a_proof_of_something_else_is_refused_for_that(holder: Holder, attack: str) -> None:
    make, named = REFUSED[attack]
    with pytest.raises(ProofRefused, match=named) as refused:
        checked(make(holder), holder)
    assert refused.value.error == "invalid_dpop_proof"
    assert '"' not in str(refused.value)
    assert str(refused.value).isascii()


NONCES: dict[str, Callable[[Nonces], Any]] = {
    "none": lambda _: None,
    "empty": lambda _: "",
    "made up": lambda _: "x" * 24,
    "of another installation": lambda _: Nonces(b"o" * KEY_BYTES).current(),
    "not ASCII": lambda _: "số lẻ",
    "with a letter more": lambda nonces: nonces.current() + "A",
}


@pytest.mark.parametrize("which", NONCES)
def test_a_proof_with_no_nonce_of_ours_is_told_to_use_one(holder: Holder, which: str) -> None:
    with pytest.raises(NonceNeeded) as refused:
        checked(holder.proof(nonce=NONCES[which](holder.nonces)), holder)
    assert refused.value.error == "use_dpop_nonce"


def test_a_client_whose_clock_is_wrong_is_told_of_the_nonce_first(holder: Holder) -> None:
    with pytest.raises(NonceNeeded):
        checked(holder.proof(nonce=None, iat=NOW - 10_000), holder)


@pytest.mark.parametrize("age", [-NEWEST_S, 0, OLDEST_S])
def test_a_proof_is_taken_within_its_time(holder: Holder, age: int) -> None:
    now = clock.wall()
    assert checked(holder.proof(iat=now - age), holder, now=now).jkt == holder.jkt


@pytest.mark.parametrize("age", [-NEWEST_S - 0.5, OLDEST_S + 0.5])
def test_a_proof_is_not_taken_outside_of_it(holder: Holder, age: float) -> None:
    now = clock.wall()
    with pytest.raises(ProofRefused, match="iat"):
        checked(holder.proof(iat=now - age), holder, now=now)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8000/graphql?query=x", "http://localhost:8000/graphql#x", "HTTP://LocalHost:8000/graphql"],
)
def test_an_address_is_compared_without_query_and_in_its_normal_form(holder: Holder, url: str) -> None:
    assert checked(holder.proof(url), holder).jkt == holder.jkt


@pytest.mark.parametrize(
    ("written", "ours"),
    [("https://lienthong.example:443/graphql", "https://lienthong.example/graphql"), ("https://x", "https://x/")],
)
def test_the_port_that_a_scheme_means_may_be_written_out(holder: Holder, written: str, ours: str) -> None:
    assert checked(holder.proof(written), holder, ours).jkt == holder.jkt


def test_a_proof_for_another_token_or_for_none_is_refused_where_a_token_is_used(holder: Holder) -> None:
    assert checked(holder.proof(token=ACCESS_TOKEN), holder, token=ACCESS_TOKEN).jkt == holder.jkt
    for proof in (holder.proof(), holder.proof(token="another"), holder.proof(ath="x"), holder.proof(ath="é")):
        with pytest.raises(ProofRefused, match="ath"):
            checked(proof, holder, token=ACCESS_TOKEN)


def test_a_nonce_lasts_for_this_minute_and_the_next(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    nonce, minute = holder.nonces.current(), clock.wall() // 60 * 60
    accepted = []
    for later in (60, 119, 121):
        monkeypatch.setattr(clock, "wall", lambda later=later: minute + later)
        accepted.append(holder.nonces.accepts(nonce))
    assert accepted == [True, True, False]


def test_processes_with_one_secret_make_and_take_the_same_nonces() -> None:
    here, there = Nonces(b"n" * KEY_BYTES), Nonces(b"n" * KEY_BYTES)
    assert here.current() == there.current()
    assert there.accepts(here.current())


def test_a_key_of_nonces_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Nonces(b"short")


@given(st.text() | st.lists(st.binary().map(unpadded), min_size=3, max_size=3).map(".".join))
def test_whatever_is_sent_as_a_proof_is_refused_and_nothing_breaks(sent: str) -> None:
    with pytest.raises(ProofRefused):
        check(sent, "POST", GRAPH, nonces=Nonces(b"n" * KEY_BYTES), now=clock.wall())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)
HOLDER = Holder(Nonces(b"n" * KEY_BYTES))


@given(st.sampled_from(["jti", "htm", "htu", "iat", "exp", "nbf", "nonce", "ath"]), json_values)
def test_a_claim_of_another_kind_never_breaks_a_signed_proof(name: str, value: Any) -> None:
    proof = signed(HOLDER.header(), {**HOLDER.claims(token=ACCESS_TOKEN), name: value}, HOLDER.key)
    try:
        jkt = checked(proof, HOLDER, token=ACCESS_TOKEN).jkt
    except ProofRefused:
        return
    assert jkt == HOLDER.jkt


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "alg", "use", "kid"]), json_values))
def test_a_key_of_another_kind_never_breaks_a_proof(members: dict[str, Any]) -> None:
    jwk = {**HOLDER.key.as_dict(private=False), **members}
    try:
        jkt = checked(signed(HOLDER.header(jwk=jwk), HOLDER.claims(), HOLDER.key), HOLDER).jkt
    except ProofRefused:
        return
    assert jkt == HOLDER.jkt
