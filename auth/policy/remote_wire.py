"""How a part of the policy travels: a signed statement of the authority to one client, in answer to one question.

A statement (JWS, `typ` policy+jwt) names the assertion that it answers, so that none can be sent twice; the client that
may use it; the revision in force; and what is revoked. It holds the rules only where the client has others: while
citizens withdraw consents, a subgraph is not sent all grants each time. Rights and reaches that many grants share are
written once.

Signed with the key that signs access tokens; the types keep the two apart, and each side accepts its own only.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from auth.access.tokens import CLOCK_SKEW_S
from auth.caller import Operations
from auth.keys import SIGNING_ALGORITHM, public_jwk, verifying_key
from auth.policy.decided import Client, Delegation, Grant, KeyState, Reference, SigningKey
from auth.policy.snapshot import Policy
from auth.reach import Reach

STATEMENT_TYPE = "policy+jwt"
MEDIA_TYPE = "application/policy+jwt"
HOLD_S = 0.5
"""How long the authority waits for news before it says that there is none: well within a lease, which it renews."""

_HEADER = frozenset({"alg", "typ", "kid"})
_NONE: frozenset[Reference] = frozenset()


class NotStated(ValueError):
    """What came is no statement of the authority to this client, for this question. The message names no content."""


class SentKey(msgspec.Struct, frozen=True):
    """A key by which access tokens are verified."""

    jwk: dict[str, str]
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
    """What the authority says. `answers` is the jti of the assertion with which it was asked."""

    iss: str
    aud: str
    iat: int
    exp: int
    answers: str
    revision: int
    rules_revision: int
    rules: msgspec.Raw | None = None
    revoked: frozenset[Reference] = _NONE


def written_rules(part: Policy) -> bytes:
    """The rules as they travel; the same bytes for every process of a subgraph."""
    scopes, reaches = _places(grant.scopes for grant in part.grants), _places(grant.reach for grant in part.grants)
    rules = Rules(
        agencies=part.agencies,
        clients=list(part.clients.values()),
        legal_bases=dict(part.legal_bases),
        keys={kid: SentKey(_members(signing.key), signing.state) for kid, signing in part.keys.items()},
        scopes=list(scopes),
        reaches=list(reaches),
        grants=[_sent(grant, scopes[grant.scopes], reaches[grant.reach]) for grant in part.grants],
        delegations=list(part.delegations),
        operations=dict(part.operations),
        sets=dict(part.sets),
    )
    return msgspec.json.encode(rules)


def read_policy(statement: Statement, known: Policy | None) -> Policy:
    """The policy that is stated; the rules are those of `known` where none are sent."""
    if statement.rules is None:
        if known is None or known.rules_revision != statement.rules_revision:
            raise NotStated("rules are missing")
        return msgspec.structs.replace if False else _with_revoked(known, statement)
    rules = msgspec.json.decode(statement.rules, type=Rules)
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
