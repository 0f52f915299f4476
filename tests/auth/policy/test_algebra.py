"""The algebra of effective rights, against a model that looks at every grant one by one."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auth.policy.algebra import Asking
from auth.policy.decided import Client, Grant
from auth.policy.snapshot import MEMO_LIMIT, Policy, Snapshot
from auth.reach import EVERYWHERE, NOWHERE, SELF, Reach, in_communes

SCOPES = tuple(f"a:b.f{n}:read" for n in range(5))
SETS = {"set:a.low.v1": frozenset(SCOPES[:2]), "set:a.high.v1": frozenset(SCOPES[2:])}
some_scopes = st.frozensets(st.sampled_from(SCOPES))
moments = st.integers(0, 6).map(float)
# The first of each is drawn more often, so that most examples have grants that count.
agencies, purposes = st.sampled_from(["G01", "G01", "G01", "G02"]), st.sampled_from(["p", "p", "p", "q"])

grants = st.builds(
    Grant,
    number=st.integers(1, 10**6),
    agency=agencies,
    purpose=purposes,
    scopes=some_scopes,
    reach=st.sampled_from([EVERYWHERE, SELF, NOWHERE, in_communes(["00001"]), in_communes(["00002"])]),
    valid_from=st.just(0.0) | moments,
    valid_until=st.none() | moments,
)
clients = st.builds(
    Client,
    client=st.just("desk"),
    agency=agencies,
    kind=st.sampled_from(["system", "portal"]),
    allowed=some_scopes,
)
askings = st.builds(
    Asking,
    client=st.sampled_from(["desk", "desk", "desk", "nobody"]),
    purpose=st.one_of(purposes, purposes, st.none()),
    scope=st.lists(st.sampled_from([*SCOPES, *SETS, "a:b.unknown:read"]), min_size=1, max_size=6).map(" ".join),
    for_citizen=st.booleans(),
)


def policy(client: Client, given_: list[Grant]) -> Policy:
    return Policy(
        revision=7,
        rules_revision=7,
        agencies=frozenset({"G01", "G02"}),
        clients={client.client: client},
        legal_bases={},
        keys={},
        grants=tuple(given_),
        sets=SETS,
    )


def model(client: Client, given_: list[Grant], asking: Asking, now: float) -> dict[str, tuple[Reach, list[int]]]:
    """Scope by scope, grant by grant, as the rule is written in words."""
    found: dict[str, tuple[Reach, list[int]]] = {}
    named = asking.scope.split()
    for scope in SCOPES:
        in_token = scope in named or any(scope in members for name, members in SETS.items() if name in named)
        for grant in given_:
            counts = (
                asking.client == client.client
                and grant.agency == client.agency
                and grant.purpose == asking.purpose
                and grant.valid_from <= now
                and (grant.valid_until is None or now < grant.valid_until)
                and (grant.reach == SELF) == asking.for_citizen
                and (client.speaks_for_citizens or not asking.for_citizen)
            )
            if in_token and scope in client.allowed and scope in grant.scopes and counts:
                reach, numbers = found.get(scope, (NOWHERE, []))
                found[scope] = (reach | grant.reach, [*numbers, grant.number])
    return found


@settings(max_examples=500)
@given(clients, st.lists(grants, max_size=8), askings, moments)
def test_effective_rights_equal_the_model(client: Client, given_: list[Grant], asking: Asking, now: float) -> None:
    rights = policy(client, given_).at(now).rights(asking)
    expected = model(client, given_, asking, now)
    assert dict(rights.reach) == {scope: reach for scope, (reach, _) in expected.items()}
    assert dict(rights.grants) == {scope: tuple(sorted(set(numbers))) for scope, (_, numbers) in expected.items()}


@given(clients, st.lists(grants, min_size=1, max_size=8), askings, moments)
def test_taking_a_grant_away_never_widens(client: Client, given_: list[Grant], asking: Asking, now: float) -> None:
    before = policy(client, given_).at(now).rights(asking).reach
    after = policy(client, given_[1:]).at(now).rights(asking).reach
    assert all(after[scope] | before[scope] == before[scope] for scope in after)
    assert after.keys() <= before.keys()


@given(clients, st.lists(grants, max_size=8), askings, moments)
def test_rights_stay_the_same_until_the_next_change_and_only_until_then(
    client: Client, given_: list[Grant], asking: Asking, now: float
) -> None:
    whole = policy(client, given_)
    snapshot = whole.at(now)
    turning = {date for grant in given_ for date in (grant.valid_from, grant.valid_until) if date is not None}
    assert snapshot.next_change == min((date for date in turning if date > now), default=float("inf"))
    last_moment = min(snapshot.next_change, now + 100) - 0.5
    assert whole.at(max(now, last_moment)).rights(asking).reach == snapshot.rights(asking).reach


def desk() -> tuple[Snapshot, Asking]:
    client = Client("desk", "G01", frozenset(SCOPES))
    grant = Grant(1, "G01", "p", frozenset(SCOPES), EVERYWHERE, 0.0, None)
    return policy(client, [grant]).at(1.0), Asking("desk", "p", SCOPES[0], for_citizen=False)


def test_two_requests_that_ask_alike_share_one_object_and_its_memory() -> None:
    snapshot, asking = desk()
    rights = snapshot.rights(asking)
    assert snapshot.rights(replace(asking)) is rights
    assert snapshot.rights(replace(asking, purpose="q")) is not rights
    assert hash(rights) != hash(snapshot.rights(replace(asking, scope="")))


def test_a_snapshot_remembers_only_so_many_ways_of_asking() -> None:
    snapshot, asking = desk()
    for number in range(2 * MEMO_LIMIT):
        snapshot.rights(replace(asking, scope=f"a:b.f{number}:read"))
    assert len(snapshot._rights) <= MEMO_LIMIT
