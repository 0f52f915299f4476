"""The rows of the authority: who exists, what was decided, and what the OAuth server remembers.

What is decided here takes effect through `auth.policy.triggers`: every change of a table in `POLICY_TABLES` raises the
policy revision and wakes every process. Rows of decisions are never deleted by the program; states change, and past
grants stay readable.
"""

from auth.tables.cases import cases
from auth.tables.citizens import citizen_sessions, consents, sign_ins
from auth.tables.columns import metadata
from auth.tables.holders import agencies, clients, purposes
from auth.tables.officers import (
    acts,
    answered,
    challenges,
    enrolments,
    officer_sessions,
    officers,
    passkeys,
)
from auth.tables.revision import policy, processes
from auth.tables.rights import delegations, grants, operations, proposals, quotas, trials
from auth.tables.tokens import (
    authorization_codes,
    key_checks,
    pushed_requests,
    refresh_tokens,
    revocations,
    shares,
    signing_keys,
    used_once,
)

POLICY_TABLES = (agencies, clients, purposes, grants, trials, delegations, operations, signing_keys, officers)
"""Tables whose changes alter what is allowed, or what is counted beside it."""

__all__ = [
    "POLICY_TABLES",
    "acts",
    "agencies",
    "answered",
    "authorization_codes",
    "cases",
    "challenges",
    "citizen_sessions",
    "clients",
    "consents",
    "delegations",
    "enrolments",
    "grants",
    "key_checks",
    "metadata",
    "officer_sessions",
    "officers",
    "operations",
    "passkeys",
    "policy",
    "processes",
    "proposals",
    "purposes",
    "pushed_requests",
    "quotas",
    "refresh_tokens",
    "revocations",
    "shares",
    "sign_ins",
    "signing_keys",
    "trials",
    "used_once",
]
