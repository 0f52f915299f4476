"""What a router in front of the registers is given: each register's part of the schema, and what it cannot see there.

Bounds, codes and scope sets are declared where this process uses them; a router reads them from one JSON object, so
that both shapes have the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domains.kit import breaker
from domains.kit.domain import Domain, subgraph
from graph import failures, limits
from graph.errors import Code


def parts(domains: Iterable[Domain]) -> dict[str, str]:
    """The SDL of each domain as a subgraph, by name."""
    return {domain.name: subgraph(domain).as_str() for domain in domains}


def terms(scope_sets: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """What a router must know besides the supergraph. Tokens name scope sets; fields require single scopes."""
    return {
        "limits": {
            "bodyBytes": limits.BODY_BYTES,
            "bodySeconds": limits.BODY_SECONDS,
            "tokens": limits.TOKENS,
            "nesting": limits.NESTING,
            "errors": failures.MOST,
        },
        "breaker": {"silences": breaker.SILENCES, "pauses": breaker.PAUSES_S},
        "codes": [*Code],
        "messages": failures.MESSAGES,
        "scopeSets": {name: sorted(scopes) for name, scopes in sorted(scope_sets.items())},
    }
