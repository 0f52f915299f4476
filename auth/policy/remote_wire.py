"""How a part of the policy travels: a signed statement of the authority to one client, in answer to one question.

A statement (JWS, `typ` policy+jwt) names the assertion that it answers, so that none can be sent twice; the client that
may use it; the revision in force; and what is revoked. It holds the rules only where the client has others: while
citizens withdraw consents, a subgraph is not sent all grants each time. Rights and reaches that many grants share are
written once. A process that names an address is sent the keys of references as well (`remote_seals`).

Signed with the key that signs access tokens; the types keep the two apart, and each side accepts its own only.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from auth.access.tokens import CLOCK_SKEW_S
from auth.caller import Operations
from auth.keys import SIGNING_ALGORITHM, public_jwk, verifying_key
from auth.policy.decided import Client, Delegation, Grant, KeyState, Reference, SigningKey
from auth.policy.remote_seals import Address
from auth.policy.snapshot import Policy
from auth.reach import Reach

STATEMENT_TYPE = "policy+jwt"
LONGEST_STATEMENT = 64 * 1024 * 1024
MEDIA_TYPE = "application/policy+jwt"
PATH = "/oauth/policy"
HOLD_S = 0.5
"""How long the authority waits for news before it says that there is none: well within a lease, which it renews."""

_MOST = 2**63 - 1
_HEADER = frozenset({"alg", "typ", "kid"})
UNCHANGED = b"null"
"""In place of the rules: they are those that the process has."""


class NotStated(ValueError):
    """What came is no statement of the authority to this client, for this question. The message names no content."""


class UnknownKey(NotStated):
    """Signed with a key that is not known here."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a statement must say of itself: who made it, for whom, in answer to which assertion; and the time."""

    issuer: str
    client: str
    question: str
    now: float


class _Registry(jws.JWSRegistry):
    """The authority's statements are longer than what joserfc takes from strangers."""

    max_payload_length = LONGEST_STATEMENT


_REGISTRY = _Registry(algorithms=[SIGNING_ALGORITHM])


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a process says of itself when it asks: who it is, and by what it decides. Zero: by nothing yet."""

    process: UUID
    after: Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
    rules: Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
    seal_to: Address | None = None

    def query(self) -> str:
        """How it stands in the address. The assertion repeats it, so that nobody on the way can change it."""
        asked = f"after={self.after}&rules={self.rules}&process={self.process}"
        return asked if self.seal_to is None else f"{asked}&seal_to={self.seal_to}"


class SentKey(msgspec.Struct, frozen=True):
    """A key by which access tokens are verified."""

    jwk: dict[str, Any]
    state: KeyState


class SentGrant(msgspec.Struct, frozen=True, array_like=True):
    """A grant; `scopes` and `reach` are places in the lists of the rules."""

    number: int
    agency: str
    purpose: str
    scopes: int
    reach: int
    valid_from: float
    valid_until: float | None
    persons_per_day: int | None
    emergency: bool


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything but what is revoked. A member that the reader does not know makes all of it unreadable to it."""

    agencies: frozenset[str]
    clients: list[Client]
    legal_bases: dict[str, str]
    keys: dict[str, SentKey]
    scopes: list[frozenset[str]]
    reaches: list[Reach]
    grants: list[SentGrant]
    delegations: list[Delegation]
    operations: dict[str, Operations]
    sets: dict[str, frozenset[str]]


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the authority says. `answers` is the jti of the assertion with which it was asked.

    `seals` are the keys of references, encrypted to the address in the question.
    """

    iss: str
    aud: str
    iat: int
    exp: int
    answers: str
    revision: int
    rules_revision: int
    rules: msgspec.Raw
    revoked: frozenset[Reference]
    seals: str | None = None


def written_rules(part: Policy) -> bytes:
    """The rules as they travel; the same bytes for every process of a subgraph."""
    scopes, reaches = _places(grant.scopes for grant in part.grants), _places(grant.reach for grant in part.grants)
    rules = Rules(
        agencies=part.agencies,
        clients=list(part.clients.values()),
        legal_bases=dict(part.legal_bases),
        keys={kid: SentKey(public_jwk(signing.key), signing.state) for kid, signing in part.keys.items()},
        scopes=list(scopes),
        reaches=list(reaches),
        grants=[_sent(grant, scopes[grant.scopes], reaches[grant.reach]) for grant in part.grants],
        delegations=list(part.delegations),
        operations=dict(part.operations),
        sets=dict(part.sets),
    )
    return msgspec.json.encode(rules)


def read_policy(statement: Statement, known: Policy | None) -> Policy:
    """The policy that is stated; where no rules are sent, they are those of `known`."""
    if bytes(statement.rules) == UNCHANGED:
        if known is None or known.rules_revision != statement.rules_revision:
            raise NotStated("The rules are missing.")
        return replace(known, revision=statement.revision, revoked=statement.revoked)
    try:
        rules = msgspec.json.decode(statement.rules, type=Rules)
        return _policy(statement, rules)
    except (msgspec.DecodeError, IndexError, KeyError, ValueError, JoseError) as error:
        raise NotStated("The rules cannot be read: perhaps this process is older than the authority.") from error


def signed(statement: Statement, key: ECKey) -> bytes:
    header = {"alg": SIGNING_ALGORITHM, "typ": STATEMENT_TYPE, "kid": key.thumbprint()}
    return jws.serialize_compact(header, msgspec.json.encode(statement), key, registry=_REGISTRY).encode()


def verified(text: bytes, keys: Mapping[str, ECKey], expected: Expected) -> Statement:
    """Check everything about a statement; in particular that it was made for this question.

    `UnknownKey` where its key is not among these: the keys may have been changed since they were fetched.
    """
    if len(text) > LONGEST_STATEMENT:
        raise NotStated("The statement is too long.")
    try:
        header = jws.extract_compact(text, registry=_REGISTRY).headers()
        if header.keys() != _HEADER or header["typ"] != STATEMENT_TYPE:
            raise NotStated("The statement has another header.")
        key = keys.get(str(header["kid"]))
        if key is None:
            raise UnknownKey("The statement is signed with a key that is not published.")
        payload = jws.deserialize_compact(text, key, registry=_REGISTRY).payload
        statement = msgspec.json.decode(payload, type=Statement)
    except (JoseError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotStated("The statement cannot be read, or was not signed by the authority.") from error
    _check(statement, expected)
    return statement


def _check(statement: Statement, expected: Expected) -> None:
    if (statement.iss, statement.aud) != (expected.issuer, expected.client):
        raise NotStated("The statement is of another authority, or for another client.")
    if statement.answers != expected.question:
        raise NotStated("The statement answers another question.")
    if not statement.iat - CLOCK_SKEW_S <= expected.now < statement.exp + CLOCK_SKEW_S:
        raise NotStated("The statement is not of this time.")


def _policy(statement: Statement, rules: Rules) -> Policy:
    return Policy(
        revision=statement.revision,
        rules_revision=statement.rules_revision,
        agencies=rules.agencies,
        clients={client.client: client for client in rules.clients},
        legal_bases=rules.legal_bases,
        keys={kid: SigningKey(verifying_key(sent.jwk), sent.state) for kid, sent in rules.keys.items()},
        grants=tuple([_grant(sent, rules) for sent in rules.grants]),
        delegations=tuple(rules.delegations),
        operations=rules.operations,
        sets=rules.sets,
        revoked=statement.revoked,
    )


def _grant(sent: SentGrant, rules: Rules) -> Grant:
    return Grant(
        number=sent.number,
        agency=sent.agency,
        purpose=sent.purpose,
        scopes=rules.scopes[sent.scopes],
        reach=rules.reaches[sent.reach],
        valid_from=sent.valid_from,
        valid_until=sent.valid_until,
        persons_per_day=sent.persons_per_day,
        emergency=sent.emergency,
    )


def _sent(grant: Grant, scopes: int, reach: int) -> SentGrant:
    return SentGrant(
        number=grant.number,
        agency=grant.agency,
        purpose=grant.purpose,
        scopes=scopes,
        reach=reach,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        persons_per_day=grant.persons_per_day,
        emergency=grant.emergency,
    )


Shared = TypeVar("Shared", bound=Hashable)


def _places(values: Iterable[Shared]) -> dict[Shared, int]:
    """Each different value and its place in the list of them."""
    return {value: place for place, value in enumerate(dict.fromkeys(values))}
