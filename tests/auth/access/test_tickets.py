"""A ticket goes with one token for half a minute, says what the authority signed, and is nothing else in disguise."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from auth.access import tokens
from auth.access.tickets import LIFETIME_S, LONGEST_TICKET, Ticket, sign, subgraphs_audience, verify
from auth.access.tokens import CLOCK_SKEW_S, digest
from auth.errors import Unauthenticated
from auth.policy.remote_wire import UNCHANGED, Expected, NotStated, Statement, verified
from auth.policy.remote_wire import signed as stated
from tests.auth.forging import claims as access_claims
from tests.auth.forging import forged as access_token
from tests.auth.world import ISSUER, unpadded
from tests.auth.world import signed as written

NOW = 1_800_000_000
KEY, NEXT, STRANGER = (ECKey.generate_key("P-256") for _ in range(3))
KID = KEY.thumbprint()
KEYS = {KID: KEY, NEXT.thumbprint(): NEXT}
TOKEN, OTHER = "an.access.token", "another.access.token"
GOOD = Ticket(
    iss=ISSUER, aud=subgraphs_audience(ISSUER), iat=NOW, exp=NOW + LIFETIME_S, token=digest(TOKEN),
    document="ab" * 16, shape="cd" * 16, request="ef" * 16, revision=9,
    officer="front.desk-2", subject="s" * 38, representative="r" * 38,
)  # fmt: skip


def accepted(text: str, *, token: str = TOKEN, now: float = NOW, issuer: str = ISSUER) -> Ticket:
    return verify(text, KEYS, issuer, token, now)


def refusal(text: str, **how: Any) -> str:
    with pytest.raises(Unauthenticated) as refused:
        accepted(text, **how)
    assert refused.value.error == "invalid_token"
    return refused.value.description


@pytest.mark.parametrize("key", [KEY, NEXT], ids=["current", "next"])
def test_a_ticket_says_to_the_last_member_what_the_authority_signed(key: ECKey) -> None:
    assert accepted(sign(GOOD, key)) == GOOD


def test_a_ticket_of_whom_nobody_is_spoken_names_nobody() -> None:
    nobody = msgspec.structs.replace(GOOD, officer=None, subject=None, representative=None)
    assert accepted(sign(nobody, KEY)) == nobody
    assert len(sign(GOOD, KEY)) <= LONGEST_TICKET


# --- good tickets in the wrong place ---------------------------------------------------------------------------------


def test_a_ticket_that_is_sent_with_another_token_is_refused() -> None:
    assert refusal(sign(GOOD, KEY), token=OTHER) == "The ticket is not valid, or not for this access token."


@pytest.mark.parametrize("late", [0, 1, 3600])
def test_a_ticket_that_has_run_out_is_refused_without_leeway(late: int) -> None:
    text = sign(GOOD, KEY)
    assert accepted(text, now=NOW + LIFETIME_S - 0.01) == GOOD
    assert "expired" in refusal(text, now=NOW + LIFETIME_S + late)


def test_a_ticket_of_the_future_is_refused_but_for_what_clocks_may_differ() -> None:
    text = sign(GOOD, KEY)
    assert accepted(text, now=NOW - CLOCK_SKEW_S) == GOOD
    refusal(text, now=NOW - CLOCK_SKEW_S - 1)


def test_a_ticket_of_another_authority_is_refused_though_its_key_were_known() -> None:
    refusal(sign(GOOD, KEY), issuer="https://elsewhere.example")


# --- what is signed by us and no ticket, and tickets as what they are not --------------------------------------------


def test_an_access_token_is_no_ticket_whatever_it_says() -> None:
    refusal(access_token(KEY))
    refusal(written({"alg": "ES256", "typ": "at+jwt", "kid": KID}, ticket(), KEY))
    refusal(written({"alg": "ES256", "typ": "ticket+jwt", "kid": KID}, access_claims(), KEY))


def test_a_ticket_is_no_access_token_whatever_it_says() -> None:
    for text in (sign(GOOD, KEY), written({"alg": "ES256", "typ": "ticket+jwt", "kid": KID}, access_claims(), KEY)):
        with pytest.raises(Unauthenticated):
            tokens.verify(text, KEYS, ISSUER, [tokens.audience(ISSUER), GOOD.aud])


STATEMENT = Statement(
    iss=ISSUER, aud=GOOD.aud, iat=NOW, exp=NOW + 2, answers="q", revision=9, rules_revision=7,
    rules=msgspec.Raw(UNCHANGED), revoked=frozenset(),
)  # fmt: skip


def test_a_statement_of_the_policy_is_no_ticket_and_a_ticket_is_no_statement() -> None:
    refusal(stated(STATEMENT, KEY).decode())
    with pytest.raises(NotStated):
        verified(sign(GOOD, KEY).encode(), KEYS, Expected(ISSUER, GOOD.aud, "q", NOW))


# --- forgeries -------------------------------------------------------------------------------------------------------


def header(**changed: Any) -> dict[str, Any]:
    return _kept({"alg": "ES256", "typ": "ticket+jwt", "kid": KID, **changed})


def ticket(**changed: Any) -> dict[str, Any]:
    return _kept({**json.loads(msgspec.json.encode(GOOD)), **changed})


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ...}


def by(key: Any, head: dict[str, Any], said: dict[str, Any]) -> Callable[[], str]:
    return lambda: written(head, said, key)


def saying(**changed: Any) -> Callable[[], str]:
    return by(KEY, header(), ticket(**changed))


def headed(**changed: Any) -> Callable[[], str]:
    return by(KEY, header(**changed), ticket())


def unsigned(**changed: Any) -> str:
    return f"{unpadded(json.dumps(header(**changed)).encode())}.{unpadded(json.dumps(ticket()).encode())}."


def by_public_key() -> str:
    """Algorithm confusion: the published key, used as if it were a shared secret."""
    text = unsigned(alg="HS256")[:-1]
    return f"{text}.{unpadded(hmac.digest(KEY.as_pem(private=False), text.encode(), 'sha256'))}"


def with_changed_claims() -> str:
    head, _, signature = sign(GOOD, KEY).split(".")
    return f"{head}.{unpadded(json.dumps(ticket(subject='x' * 38)).encode())}.{signature}"


def twice_said() -> str:
    """A member twice, which two readers might understand differently; signed by us."""
    payload = b'{"subject":"x",' + msgspec.json.encode(GOOD)[1:]
    text = f"{unpadded(json.dumps(header()).encode())}.{unpadded(payload)}"
    return f"{text}.{unpadded(jws.JWSRegistry.algorithms['ES256'].sign(text.encode(), KEY))}"


FORGERIES: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "wanted": lambda: "wanted",
    "two dots": lambda: "..",
    "not ascii": lambda: sign(GOOD, KEY)[:-1] + "é",
    "NUL behind it": lambda: sign(GOOD, KEY) + "\0",
    "two tickets": lambda: f"{sign(GOOD, KEY)},{sign(GOOD, KEY)}",
    "without end": saying(officer="x" * LONGEST_TICKET),
    "nested": lambda: f"{unpadded(b'[' * 900)}.e30.e30",
    "alg none": lambda: unsigned(alg="none"),
    "signature left out": unsigned,
    "zero signature": lambda: unsigned() + "A" * 86,
    "HS256 with the public key": by_public_key,
    "a stranger's key under this kid": by(STRANGER, header(), ticket()),
    "a key that is not published": by(STRANGER, header(kid=STRANGER.thumbprint()), ticket()),
    "an embedded key": by(STRANGER, header(jwk=STRANGER.as_dict(private=False)), ticket()),
    "another algorithm": by(OKPKey.generate_key("Ed25519"), header(alg="Ed25519"), ticket()),
    "a key elsewhere": headed(jku="https://elsewhere.example/jwks"),
    "crit": headed(crit=["exp"]),
    "b64 false": headed(b64=False),
    "no kid": headed(kid=...),
    "kid a list": headed(kid=[KID]),
    "typ JWT": headed(typ="JWT"),
    "typ application/ticket+jwt": headed(typ="application/ticket+jwt"),
    "no typ": headed(typ=...),
    "changed claims": with_changed_claims,
    "a member twice": twice_said,
    "another issuer": saying(iss="https://elsewhere.example"),
    "for clients": saying(aud=tokens.audience(ISSUER)),
    "for one subgraph": saying(aud=GOOD.aud + "/land"),
    "several audiences": saying(aud=[GOOD.aud]),
    "no audience": saying(aud=...),
    "for a day": saying(exp=NOW + 86_400),
    "for ever": saying(exp=2**53),
    "no end": saying(exp=...),
    "an end in words": saying(exp="never"),
    "an end beyond all numbers": saying(exp=1e400),
    "true as a time": saying(iat=True),
    "no token": saying(token=...),
    "the token itself": saying(token=TOKEN),
    "an empty digest": saying(token=""),
    "a digest of another": saying(token=digest(OTHER)),
    "no request": saying(request=...),
    "half a request": saying(request="ef" * 8),
    "a request in capitals": saying(request="EF" * 16),
    "a request that is a path": saying(request="../" * 10 + "ab"),
    "no document": saying(document=...),
    "no shape": saying(shape=...),
    "no revision": saying(revision=...),
    "a revision before all": saying(revision=-1),
    "a revision in words": saying(revision="9"),
    "a subject in pieces": saying(subject=["s"]),
    "an officer without end": saying(officer="x" * 65),
    "a member that means nothing here": saying(scope="identity:citizen.pin:read"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_ticket_is_refused(forgery: Callable[[], str]) -> None:
    refusal(forgery())


TEXT = sign(GOOD, KEY)


@given(st.integers(0, len(TEXT) - 1), st.characters())
def test_a_ticket_that_was_changed_in_one_letter_is_refused(place: int, letter: str) -> None:
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    if changed == TEXT:
        assert accepted(changed) == GOOD
    else:
        refusal(changed)


@given(st.integers(0, len(TEXT) - 1))
def test_a_ticket_that_was_cut_is_refused(length: int) -> None:
    refusal(TEXT[:length])


@given(st.text() | st.tuples(st.binary(), st.binary(), st.binary()).map(lambda parts: ".".join(map(unpadded, parts))))
def test_whatever_somebody_makes_up_is_refused_and_nothing_breaks(made_up: str) -> None:
    refusal(made_up)


@given(st.sampled_from(sorted(ticket())), st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.integers()))
def test_a_member_of_another_kind_is_refused_though_we_signed_it(name: str, value: Any) -> None:
    if name in {"officer", "subject", "representative"} and (value is None or isinstance(value, str)):
        return
    refusal(saying(**{name: value})())
