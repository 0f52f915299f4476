"""Whatever people do, in whatever order: what counts was wanted by two, and is no more than what they wanted."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from auth.acts import log
from auth.acts.actors import Actor, same_person
from auth.acts.emergencies import EndEmergency, OpenEmergency, ReviewEmergency
from auth.acts.grants import GiveGrant, NarrowGrant, ReplaceGrant, ResumeGrant, RevokeGrant, SuspendGrant
from auth.acts.officers import ChangeRoles, NarrowOfficer
from auth.acts.proposals import AdoptProposal, ApproveProposal, MakeProposal, RefuseProposal, RequestGrant
from auth.acts.refusals import ActRefused
from auth.acts.terms import GrantTerms
from tests.auth.acts.conftest import furnish
from tests.auth.acts.people import AN, BINH, CHI, DUNG, EM, MACHINE, WHY, Office
from tests.auth.world import BORN, NAME, PIN

DESK = Actor("agency", "desk", "G01")
ACTORS = (AN, BINH, CHI, DUNG, EM, MACHINE, Actor("machine", "chi"), Actor("machine", "binh"), DESK)
EMPTIED = "acts, answered, used_once, proposals, grants, quotas, officers, clients, agencies, purposes"


@dataclass(frozen=True)
class Step:
    """Somebody tries something, about one of the things there are."""

    actor: Actor
    tries: str
    which: int
    terms: GrantTerms
    purpose: str


terms = st.builds(
    GrantTerms,
    scopes=st.lists(st.sampled_from([NAME, BORN, PIN]), min_size=1, unique=True).map(tuple),
    reach=st.sampled_from(["everywhere", "self"]),
    persons_per_day=st.sampled_from([None, 5, 50]),
)


async def pick(office: Office, table: str, column: str, which: int) -> int:
    rows = await office.connection.fetch(f"select {column} as n from {table} order by 1 desc limit 4")
    return int(rows[which // 3 % len(rows)]["n"]) if rows else 1


async def _propose(office: Office, step: Step) -> Any:
    return await office.does(step.actor, MakeProposal(GiveGrant("G01", step.purpose, step.terms), WHY))


async def _propose_on(office: Office, step: Step) -> Any:
    grant = await pick(office, "grants", "grant_id", step.which)
    change = ReplaceGrant(grant, step.terms) if step.which % 2 else ResumeGrant(grant)
    return await office.does(step.actor, MakeProposal(change, WHY))


async def _ask(office: Office, step: Step) -> Any:
    return await office.does(step.actor, RequestGrant(GiveGrant("G01", step.purpose, step.terms), WHY))


async def _decide(office: Office, step: Step, how: Callable[[int, str], Any]) -> Any:
    proposal = await pick(office, "proposals", "proposal", step.which)
    read = await office.body(proposal) if await office.count("proposals") else "0" * 64
    return await office.does(step.actor, how(proposal, read))


async def _adopt(office: Office, step: Step) -> Any:
    return await _decide(office, step, AdoptProposal)


async def _approve(office: Office, step: Step) -> Any:
    return await _decide(office, step, ApproveProposal)


async def _refuse(office: Office, step: Step) -> Any:
    return await _decide(office, step, lambda proposal, _: RefuseProposal(proposal, WHY))


async def _narrow(office: Office, step: Step) -> Any:
    grant = await pick(office, "grants", "grant_id", step.which)
    changes = (NarrowGrant(grant, step.terms, WHY), SuspendGrant(grant, WHY), RevokeGrant(grant, WHY))
    return await office.does(step.actor, changes[step.which % 3])


async def _emergency(office: Office, step: Step) -> Any:
    grant = await pick(office, "grants", "grant_id", step.which)
    until = office.desk.now() + timedelta(hours=6 * step.which)
    opened = OpenEmergency("G01", step.purpose, msgspec.structs.replace(step.terms, valid_until=until), WHY)
    changes = (opened, EndEmergency(grant, WHY), ReviewEmergency(grant, "justified", WHY))
    return await office.does(step.actor, changes[step.which % 3])


async def _roles(office: Office, step: Step) -> Any:
    officer = ("an", "binh", "chi", "em")[step.which % 4]
    if step.which % 2:
        return await office.does(step.actor, NarrowOfficer(officer, ("proposer",), opens_emergencies=False, reason=WHY))
    return await office.does(step.actor, MakeProposal(ChangeRoles(officer, ("proposer", "approver")), WHY))


async def _wait(office: Office, step: Step) -> Any:
    office.later(hours=step.which * 9)


TRIES: dict[str, Callable[[Office, Step], Awaitable[Any]]] = {
    "propose": _propose,
    "propose_on": _propose_on,
    "ask": _ask,
    "adopt": _adopt,
    "approve": _approve,
    "refuse": _refuse,
    "narrow": _narrow,
    "emergency": _emergency,
    "roles": _roles,
    "wait": _wait,
}
MORE_OFTEN = ("propose", "approve", "approve", "approve")
steps = st.builds(
    Step,
    actor=st.sampled_from(ACTORS),
    tries=st.sampled_from((*TRIES, *MORE_OFTEN)),
    which=st.integers(0, 11),
    terms=terms,
    purpose=st.sampled_from(["security", "tax"]),
)


async def begin_anew(office: Office) -> None:
    """Empty the tables past the trigger that guards the record, which only a superuser can."""
    await office.connection.execute("set session_replication_role = replica")
    await office.connection.execute(f"truncate {EMPTIED} restart identity cascade")
    await office.connection.execute("set session_replication_role = origin")
    await furnish(office.connection)
    await office.connection.execute("update officers set opens_emergencies = true where officer in ('an', 'chi')")
    await office.connection.execute(
        "insert into clients (client, agency, name, public_keys) values ('desk', 'G01', 'desk', '{\"keys\": []}')"
    )
    office.clock[0] = timedelta()


async def tried(office: Office, step: Step) -> bool:
    """Whether it was done. Whatever is refused is refused by its name; anything else is a failure of the test."""
    try:
        return await TRIES[step.tries](office, step) is not None
    except ActRefused:
        return False
    except asyncpg.PostgresError as error:  # pragma: no cover
        pytest.fail(f"the database had to refuse: {error}")


async def check_what_counts(office: Office) -> None:
    """Read from the rows and the record alone."""
    approvals = [
        (act["actor"], json.loads(act["detail"])["after"])
        for act in await office.connection.fetch("select actor, detail from acts where act = 'proposal.approve'")
    ]
    for grant in await office.connection.fetch("select * from grants where state <> 'revoked' and not emergency"):
        assert grant["approved_by"] is not None
        assert not same_person(grant["proposed_by"], grant["approved_by"])
        wanted = [
            after["made"]["terms"]
            for officer, after in approvals
            if (after["proposed_by"], officer) == (grant["proposed_by"], grant["approved_by"])
            and "terms" in after["made"]
        ]
        resumed = any(after["made"]["act"] == "grant.resume" for _, after in approvals)
        assert resumed or any(is_within(grant, one) for one in wanted)


def is_within(grant: asyncpg.Record, wanted: dict[str, Any]) -> bool:
    limit, most = grant["persons_per_day"] or 10**9, wanted["persons_per_day"] or 10**9
    return set(grant["scopes"]) <= set(wanted["scopes"]) and grant["reach"] == wanted["reach"] and limit <= most


async def check_emergencies(office: Office) -> None:
    rows = await office.connection.fetch("select * from grants where emergency")
    assert all(row["valid_until"] - row["valid_from"] <= timedelta(hours=24) for row in rows)
    assert all(row["proposed_by"] in {"an", "chi"} and row["reviewed_by"] != row["proposed_by"] for row in rows)
    unreviewed = [row["purpose"] for row in rows if row["review"] is None]
    assert len(unreviewed) == len(set(unreviewed))


@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happens=st.lists(steps, min_size=10, max_size=30))
async def test_what_counts_was_wanted_by_two_whatever_happens(office: Office, happens: list[Step]) -> None:
    await begin_anew(office)
    await office.gives()
    done = [step for step in happens if await tried(office, step)]
    await check_what_counts(office)
    await check_emergencies(office)
    async with office.desk.engine.connect() as connection:
        verified = await log.verify_chain(connection)
    assert (verified.acts, verified.broken_at) == (2 + len(done), None)


async def test_the_steps_reach_what_they_are_about(office: Office) -> None:
    """One run by hand through the same steps: a grant that counts, one narrowed, one resumed, an emergency reviewed."""
    await begin_anew(office)
    given_terms = GrantTerms(scopes=(NAME, BORN), reach="everywhere")
    less = GrantTerms(scopes=(NAME,), reach="everywhere", persons_per_day=5)
    story = [
        (AN, "propose", 0), (AN, "approve", 0), (BINH, "approve", 0), (CHI, "narrow", 0), (CHI, "narrow", 1),
        (CHI, "propose_on", 0), (CHI, "approve", 0), (BINH, "approve", 0), (DESK, "ask", 0), (BINH, "adopt", 0),
        (CHI, "adopt", 0), (CHI, "approve", 0), (BINH, "approve", 0), (AN, "emergency", 3), (CHI, "emergency", 3),
        (EM, "wait", 5), (AN, "emergency", 1), (BINH, "emergency", 2),
    ]  # fmt: skip
    done = [
        await tried(office, Step(actor, tries, which, less if tries == "narrow" else given_terms, "security"))
        for actor, tries, which in story
    ]
    assert [number for number, it_was in enumerate(done) if it_was] == [0, 2, 3, 4, 5, 7, 8, 10, 12, 13, 17]
    await check_what_counts(office)
    states = await office.connection.fetch("select state, emergency from grants order by grant_id")
    assert [tuple(row) for row in states] == [
        ("revoked", False), ("active", False), ("active", False), ("active", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [
        "update grants set proposed_by = 'machine:an', approved_by = 'ann'",
        "update grants set scopes = scopes || array['x']",
        "update grants set reach = 'self'",
        "update grants set persons_per_day = null",
    ],
)
async def test_the_check_sees_a_planted_fault(office: Office, fault: str) -> None:
    await begin_anew(office)
    await office.gives(GrantTerms(scopes=(NAME,), reach="everywhere", persons_per_day=5))
    await check_what_counts(office)
    await office.connection.execute(fault)
    with pytest.raises(AssertionError):
        await check_what_counts(office)
