"""The part of the policy that concerns one domain: what a ministry's own subgraph is told, and nothing beyond.

Cut by a list of what is kept, so that a member that the policy gains later is not sent before somebody decided so here.
Agencies, clients, purposes, keys and revocations are needed whole: a token may be shown to any domain, and one without
a right there still reads what is public. What is granted of other domains is left out.
"""

from collections.abc import Iterable
from dataclasses import replace

from auth.policy.decided import Client, Grant
from auth.policy.snapshot import Policy


def part_of(policy: Policy, domain: str) -> Policy:
    """What a subgraph that serves this domain decides by."""
    grants = tuple(_cut(grant, domain) for grant in policy.grants)
    delegations = (replace(each, scopes=_within(each.scopes, domain)) for each in policy.delegations)
    sets = {name: _within(members, domain) for name, members in policy.sets.items()}
    return Policy(
        revision=policy.revision,
        rules_revision=policy.rules_revision,
        agencies=policy.agencies,
        clients={name: _client(each, domain) for name, each in policy.clients.items() if each.kind != "subgraph"},
        legal_bases=policy.legal_bases,
        keys=policy.keys,
        grants=tuple(grant for grant in grants if grant.scopes),
        delegations=tuple(each for each in delegations if each.scopes),
        operations=policy.operations,
        sets={name: members for name, members in sets.items() if members},
        revoked=policy.revoked,
    )


def _client(client: Client, domain: str) -> Client:
    return replace(client, allowed=_within(client.allowed, domain))


def _cut(grant: Grant, domain: str) -> Grant:
    return replace(grant, scopes=_within(grant.scopes, domain))


def _within(scopes: Iterable[str], domain: str) -> frozenset[str]:
    """Scopes begin with the domain whose table holds the field."""
    return frozenset(scope for scope in scopes if scope.startswith(f"{domain}:"))
