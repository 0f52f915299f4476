"""Opening what was signed: one text has one reading, and a key of another kind never signed it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from auth.access.compact import Reader, Unreadable
from tests.auth.world import signed, unpadded


class Header(msgspec.Struct, forbid_unknown_fields=True):
    alg: str


class Claims(msgspec.Struct):
    sub: str


READER = Reader(Header, Claims, 500)
KEYS: dict[str, Any] = {
    "ES256": ECKey.generate_key("P-256"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_what_a_key_signed_is_known_by_that_key_alone(algorithm: str) -> None:
    opened = READER.open(signed({"alg": algorithm}, {"sub": "desk"}, KEYS[algorithm]))
    assert opened.claims.sub == "desk"
    assert opened.is_signed_by(algorithm, KEYS[algorithm])
    assert not opened.is_signed_by(algorithm, type(KEYS[algorithm]).generate_key(KEYS[algorithm].curve_name))


def test_a_key_of_another_kind_signed_nothing_whatever_the_algorithm_is_called() -> None:
    for algorithm, other in (("ES256", "Ed25519"), ("EdDSA", "ES256"), ("Ed25519", "ES256")):
        opened = READER.open(signed({"alg": algorithm}, {"sub": "desk"}, KEYS[algorithm]))
        assert not opened.is_signed_by(other, KEYS[algorithm])
        assert not opened.is_signed_by(algorithm, KEYS[other])


def test_an_algorithm_that_is_not_ours_signs_nothing() -> None:
    opened = READER.open(signed({"alg": "ES256"}, {"sub": "desk"}, KEYS["ES256"]))
    for name in ("none", "HS256", "RS256", ""):
        with pytest.raises(KeyError):
            opened.is_signed_by(name, KEYS["ES256"])


GOOD = signed({"alg": "ES256"}, {"sub": "desk"}, KEYS["ES256"])


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_a_text_changed_in_one_place_is_unreadable_or_was_not_signed(place: int, letter: str) -> None:
    text = GOOD[:place] + letter + GOOD[place + 1 :]
    try:
        opened = READER.open(text)
    except Unreadable:
        return
    assert opened.is_signed_by("ES256", KEYS["ES256"]) == (text == GOOD)


@pytest.mark.parametrize(
    "claims", [b'{"sub":"a","sub":"b"}', b'{"sub":"a","x":{"y":1,"y":2}}', b'{"sub":"a","x":[{"y":1,"y":2}]}']
)
def test_a_member_that_stands_there_twice_is_not_read_at_any_depth(claims: bytes) -> None:
    header = unpadded(json.dumps({"alg": "ES256"}).encode())
    with pytest.raises(Unreadable):
        READER.open(f"{header}.{unpadded(claims)}.AA")


def test_what_is_unreadable_is_not_repeated() -> None:
    with pytest.raises(Unreadable) as refused:
        READER.open("a-telling-secret.x.y")
    assert "secret" not in str(refused.value)
