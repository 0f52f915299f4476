"""What an ID token must say before it counts as a citizen's sign-in.

Nothing of the provider's metadata decides how its tokens are checked: the algorithms stand here, so that a provider
which lists `none`, or one day by mistake a symmetric one, is not believed. Refused in this order: form and signature,
who made it and for whom, when, for which sign-in, how sure, and whose number it holds.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("ES256", "PS256", "Ed25519")
LONGEST_TOKEN = 8192
CLOCK_SKEW_S = 30
OLDEST_SIGN_IN_S = 900
"""How long ago, at most, the provider may have seen the citizen."""

_HEADER = frozenset({"alg", "kid", "typ"})
_PERSONAL_NUMBER = re.compile(r"[0-9]{12}", re.ASCII)


class SignInRefused(ValueError):
    """The provider's answer does not count. The message is for the log and holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, and how sure the provider is (OpenID Connect `acr`)."""

    citizen: str = field(repr=False)
    acr: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What we know before the token comes. `number_claim` is the claim with the personal number."""

    issuer: str
    client: str
    levels: frozenset[str]
    number_claim: str


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    aud: str | list[str]
    sub: str
    exp: int
    iat: int
    nonce: str
    acr: str
    auth_time: int
    azp: str | None = None


def identity(token: str, keys: KeySet, expected: Expected, *, nonce: str, now: float) -> Identity:
    """The citizen of whom this token speaks. Raises `SignInRefused`."""
    raw = _verified(token, keys)
    try:
        claims = msgspec.convert(raw, _Claims)
    except msgspec.ValidationError as error:
        raise SignInRefused("the ID token lacks a claim") from error
    _check_parties(claims, expected)
    _check_times(claims, now)
    if not hmac.compare_digest(claims.nonce.encode(), nonce.encode()):
        raise SignInRefused("the ID token belongs to another sign-in")
    if claims.acr not in expected.levels:
        raise SignInRefused("the sign-in is of a level that is not accepted")
    return Identity(_number(raw, expected.number_claim), claims.acr)


def _verified(token: str, keys: KeySet) -> Mapping[str, Any]:
    if len(token) > LONGEST_TOKEN:
        raise SignInRefused("the ID token is too long")
    try:
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, RecursionError) as error:
        raise SignInRefused("the ID token is not signed by the provider") from error
    if not decoded.header.keys() <= _HEADER or decoded.header.get("typ", "JWT") != "JWT":
        raise SignInRefused("the ID token has a header that it must not have")
    return decoded.claims


def _check_parties(claims: _Claims, expected: Expected) -> None:
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if claims.iss != expected.issuer:
        raise SignInRefused("the ID token is of another issuer")
    if audiences != [expected.client] or claims.azp not in {None, expected.client}:
        raise SignInRefused("the ID token is for another client")


def _check_times(claims: _Claims, now: float) -> None:
    if claims.exp <= now - CLOCK_SKEW_S or claims.iat > now + CLOCK_SKEW_S:
        raise SignInRefused("the ID token is out of date")
    if not now - OLDEST_SIGN_IN_S - CLOCK_SKEW_S <= claims.auth_time <= now + CLOCK_SKEW_S:
        raise SignInRefused("the citizen was not seen recently")


def _number(raw: Mapping[str, Any], claim: str) -> str:
    number = raw.get(claim)
    if not isinstance(number, str) or not _PERSONAL_NUMBER.fullmatch(number):
        raise SignInRefused("the ID token names no personal number")
    return number
