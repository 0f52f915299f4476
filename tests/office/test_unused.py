"""Rights in the light of their use: what a grant could lose, and the terms that would be left."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.acts.terms import GrantTerms, World, is_narrower
from office import visitor
from office.unused import narrowed, unused
from tests.auth.world import BASIC, BORN, CATALOGUE, FIND, NAME, PIN, communes_of
from tests.ledger.insight.filled import Filled
from tests.office.world import WHY, Place

MACHINE = visitor.machine("root")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=200)
ASKED = """query($agency: ID) { unusedRights(agency: $agency) { entries {
    grant agency purpose days settled unused used { scope } terms whole } } }"""
WORLD = World(CATALOGUE, communes_of)


@pytest.fixture
async def books(place: Place) -> AsyncIterator[Filled]:
    """The ledger has counted for long; the grant of names and births is old."""
    connection = await asyncpg.connect(place.ledger)
    filled = Filled(place.ledger, connection)
    await filled.answer(await filled.party(purpose="other"), await filled.operation(NAME), LONG_AGO, [1])
    await aged(place, 1)
    yield filled
    await connection.close()


async def aged(place: Place, grant: int) -> None:
    await place.installation.connection.execute(
        "update grants set valid_from = $2 where grant_id = $1", grant, LONG_AGO
    )


async def uses(place: Place, who: visitor.Visitor = MACHINE, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await place.ask(who, ASKED, **asked))["unusedRights"]["entries"]
    return found


async def test_an_officer_sees_what_was_not_used_and_narrows_by_it(place: Place, books: Filled) -> None:
    party = await books.party(purpose="security")
    await books.answer(party, await books.operation(NAME), NOW - timedelta(days=89), [1])

    (found,) = await uses(place)

    assert (found["unused"], found["used"], found["settled"]) == ([BORN], [{"scope": NAME}], True)
    narrower = {"grant": found["grant"], "terms": found["terms"], "reason": WHY}
    assert (await place.signs("an", "narrowGrant", narrower))["__typename"] == "Done"
    row = await place.installation.connection.fetchrow("select scopes from grants where state = 'active'")
    assert row is not None
    assert row["scopes"] == [NAME]


async def test_what_was_last_used_too_long_ago_is_unused(place: Place, books: Filled) -> None:
    party = await books.party(purpose="security")
    await books.answer(party, await books.operation(NAME), NOW - timedelta(days=1), [1])
    await books.answer(party, await books.operation(BORN), NOW - timedelta(days=92), [1])

    assert [each["unused"] for each in await uses(place)] == [[BORN]]


async def test_a_grant_of_which_nothing_was_used_is_to_be_revoked(place: Place, books: Filled) -> None:
    (found,) = await uses(place)

    assert (found["unused"], found["terms"], found["whole"]) == ([BORN, NAME], None, True)


async def test_a_right_used_to_the_full_is_left_alone(place: Place, books: Filled) -> None:
    await books.answer(await books.party(purpose="security"), await books.operation(NAME, BORN), NOW, [1])

    (found,) = await uses(place)

    assert (found["unused"], found["terms"], found["whole"]) == ([], None, False)


async def test_nothing_is_proposed_of_a_grant_that_is_new(place: Place, books: Filled) -> None:
    await place.installation.connection.execute("update grants set valid_from = now() - interval '80 days'")

    (found,) = await uses(place)

    assert (found["unused"], found["settled"], found["terms"], found["whole"]) == ([BORN, NAME], False, None, False)
    assert found["days"] in {79, 80}


async def test_nothing_is_proposed_where_the_ledger_is_new(place: Place) -> None:
    await aged(place, 1)

    (found,) = await uses(place)

    assert (found["days"], found["settled"], found["terms"], found["whole"]) == (0, False, None, False)


async def test_nothing_is_proposed_where_an_answer_does_not_say_what_it_needed(place: Place, books: Filled) -> None:
    await books.answer(await books.party(purpose="security"), await books.operation(), NOW, [1])

    assert [(each["settled"], each["whole"]) for each in await uses(place)] == [(False, False)]


async def test_an_agency_sees_its_own_and_no_other(place: Place, books: Filled) -> None:
    assert [each["agency"] for each in await uses(place, visitor.agency("desk", "G01"))] == ["G01"]
    assert await uses(place, visitor.agency("spy", "H56")) == []
    assert await uses(place, visitor.agency("spy", "H56"), agency="G01") == []


async def test_a_citizen_does_not_see_rights(place: Place) -> None:
    refused = await place.refused(visitor.citizen("sealed"), ASKED)

    assert refused[0]["extensions"]["code"] == "FORBIDDEN"


NAMES = st.sampled_from([NAME, BORN, PIN, FIND])
TERMS = st.builds(
    GrantTerms,
    scopes=st.lists(NAMES, unique=True).map(tuple),
    sets=st.sampled_from([(), (BASIC,)]),
    exceptions=st.lists(NAMES, unique=True, max_size=2).map(tuple),
    reach=st.just("everywhere"),
)


@given(TERMS, st.frozensets(NAMES))
def test_what_is_left_is_narrower_and_gives_what_was_used(terms: GrantTerms, used: frozenset[str]) -> None:
    given_now, idle = WORLD.scopes(terms), unused(terms, used, WORLD)
    left = narrowed(terms, idle, WORLD)

    assert idle == given_now - used
    if left is None:
        assert not given_now & used
    else:
        assert WORLD.scopes(left) == given_now & used
        assert is_narrower(terms, left, WORLD)


def test_a_set_of_which_a_part_was_used_keeps_its_name() -> None:
    terms = GrantTerms(sets=(BASIC,), scopes=(PIN,), reach="everywhere")

    assert narrowed(terms, frozenset({BORN, PIN}), WORLD) == GrantTerms(
        sets=(BASIC,), scopes=(), exceptions=(BORN,), reach="everywhere"
    )
