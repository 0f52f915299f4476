"""Many random tokens under many random worlds: the product's answer beside the model's."""

from collections import Counter
from datetime import datetime
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from auth import clock
from auth.access.authority import Authority
from tests.auth.policy.judged import as_allowed, authority_over, caller_of, policy_of
from tests.auth.policy.model import Allowed, allowed, is_admitted
from tests.auth.policy.worlds import HOURS, PEOPLE, Token, World, at_hour, token, world

TOKENS = 10
"""That ask under one world."""

KINDS = {
    "something": 100,
    "for a citizen": 40,
    "exchanged": 30,
    "exchanged for a citizen": 8,
    "delegated": 8,
    "limited": 60,
    "limited twice": 3,
    "by an emergency": 40,
    "of some people": 80,
    "of nobody": 15,
    "though something is revoked": 30,
    "turned away": 300,
}
"""How often each kind of example must be met among 4000, or the property says little."""


def explore(monkeypatch: pytest.MonkeyPatch, examples: int) -> Counter[str]:
    """Judge the tokens of so many random worlds; raises where the product and the model differ."""
    met: Counter[str] = Counter()

    @settings(max_examples=examples, database=None, report_multiple_bugs=False, phases=[Phase.generate])
    @given(st.integers(1, 40), st.binary(min_size=8, max_size=8), st.sampled_from(HOURS))
    def explored(size: int, seed: bytes, hour: int) -> None:
        random, now = Random(seed), at_hour(hour)  # noqa: S311
        monkeypatch.setattr(clock, "wall", now.timestamp)
        decided = world(random, size)
        authority = authority_over(policy_of(decided))
        for _ in range(TOKENS):
            met.update(_judge(authority, decided, token(random), now))

    explored()
    return met


def _judge(authority: Authority, decided: World, asking: Token, now: datetime) -> set[str]:
    """What kind of example it was, once both agree."""
    caller = caller_of(authority, asking)
    assert (caller is not None) == is_admitted(decided, asking)
    if caller is None:
        return {"turned away"}
    expected = allowed(decided, asking, now)
    assert as_allowed(caller) == expected
    return _kinds(decided, asking, list(expected.values())) if expected else set()


def _kinds(decided: World, asking: Token, found: list[Allowed]) -> set[str]:
    met = {
        "something": True,
        "for a citizen": asking.citizen is not None,
        "exchanged": bool(asking.through),
        "exchanged for a citizen": bool(asking.through) and asking.citizen is not None,
        "delegated": _is_delegated(decided, asking),
        "limited": any(each.charges for each in found),
        "limited twice": any(len(each.charges) > 1 for each in found),
        "by an emergency": any(each.emergencies for each in found),
        "of some people": any(0 < len(each.persons) < len(PEOPLE) for each in found),
        "of nobody": not all(each.persons for each in found),
        "though something is revoked": bool(decided.revocations),
    }
    return {kind for kind, is_so in met.items() if is_so}


def _is_delegated(decided: World, asking: Token) -> bool:
    return asking.on_behalf_of is not None and any(
        row["client"] == asking.client and row["agency"] != asking.on_behalf_of for row in decided.clients
    )
