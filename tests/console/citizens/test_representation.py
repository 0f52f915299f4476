"""For whom a citizen acts, as the registers of an invented nation say it, and what the ledger has of the asking."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from auth.citizens.representation import PURPOSE, RegisterSilent, children
from console.citizens.representation import RepresentedInTheRegisters
from graph.compose import compose
from graph.registry import installed_domains
from installation.databases import DOMAINS, database_urls
from installation.settings import Settings
from synthetic.seed import seed
from tests.graph.world import World, locked, opened
from tests.properties.conftest import copied

FATHER, SON = "001085000001", "001217000001"
GRANDMOTHER, WARD = "038152000001", "038213000001"
PROTECTED, NOBODYS = "048179000001", "024076000001"


@pytest.fixture(scope="module")
async def world(templates: Settings, worker: str) -> AsyncIterator[World]:
    """A process over a small nation."""
    own = await copied(templates, f"{worker}_represented_")
    urls = database_urls(own)
    await seed(urls, 200, 1, progress=False)
    registers = {name: urls[name] for name in DOMAINS}
    async with opened(registers, urls["ledger"], composed=compose(installed_domains()), deadline=1.0) as made:
        yield made


async def acts_for(world: World, citizen: str) -> list[str]:
    return [person.pin for person in children(await RepresentedInTheRegisters(world.graph)(citizen))]


@contextlib.asynccontextmanager
async def hidden(world: World, citizen: str) -> AsyncIterator[None]:
    """While this is open, this citizen is a protected person in the population register."""
    connection = await asyncpg.connect(world.databases["population"]._url)
    for protected in (True, False):
        await connection.execute("update family_links set protected = $1 where pin = $2", protected, citizen)
        relative = "update family_links set relative_protected = $1 where relative_pin = $2"
        await connection.execute(relative, protected, citizen)
        if protected:
            yield
    await connection.close()


async def test_a_parent_acts_for_a_child(world: World) -> None:
    (son,) = await RepresentedInTheRegisters(world.graph)(FATHER)
    assert (son.pin, son.name, son.born) == (SON, "Trần Minh Khôi", "2017-02-20")


async def test_a_guardian_acts_for_a_ward_and_no_longer_for_children_who_are_grown(world: World) -> None:
    assert await acts_for(world, GRANDMOTHER) == [WARD]


async def give_the_ward_a_father(world: World) -> None:
    """A living one, for whom the register does not provide."""
    swap = "update family_links set {0} = $1 where {1} = $2 and kind = $3"
    connection = await asyncpg.connect(world.databases["population"]._url)
    await connection.execute(swap.format("relative_pin", "pin"), NOBODYS, WARD, "FATHER")
    await connection.execute(swap.format("pin", "relative_pin"), NOBODYS, WARD, "CHILD")
    found = await connection.fetchval("select count(*) from family_links where pin = $1 and kind = 'CHILD'", NOBODYS)
    await connection.close()
    assert found == 1


async def test_a_parent_does_not_act_where_the_register_names_somebody_else(world: World) -> None:
    await give_the_ward_a_father(world)
    assert await acts_for(world, NOBODYS) == []
    assert await acts_for(world, GRANDMOTHER) == [WARD]


async def test_a_parent_does_not_act_where_the_register_names_somebody_whom_it_protects(world: World) -> None:
    """The grandmother hides, perhaps from that very father."""
    await give_the_ward_a_father(world)
    async with hidden(world, GRANDMOTHER):
        assert await acts_for(world, NOBODYS) == []
    assert await acts_for(world, GRANDMOTHER) == [WARD]


async def test_nobody_acts_for_a_protected_child_through_a_portal(world: World) -> None:
    assert await acts_for(world, PROTECTED) == []


@pytest.mark.parametrize("citizen", ["000000000001", "001160000500"])
async def test_who_represents_nobody_or_is_nobody_acts_for_nobody(world: World, citizen: str) -> None:
    assert await acts_for(world, citizen) == []


@pytest.mark.parametrize("citizen", ["", "x", "1" * 13])
async def test_what_is_no_number_is_no_answer(world: World, citizen: str) -> None:
    with pytest.raises(RegisterSilent):
        await acts_for(world, citizen)


async def test_the_asking_is_on_record_under_the_authoritys_own_name_and_purpose(world: World) -> None:
    seen: list[bytes] = []
    new = world.graph.new_request_id

    def noted() -> bytes:
        seen.append(new())
        return seen[-1]

    graph = world.graph
    graph.new_request_id = noted  # type: ignore[method-assign]
    with contextlib.ExitStack() as restored:
        restored.callback(lambda: delattr(graph, "new_request_id"))
        await RepresentedInTheRegisters(graph)(FATHER)
    (recorded,) = await world.recorded(seen[0].hex())
    assert (recorded.recipient.agency, recorded.recipient.client) == ("authority", "authority")
    assert recorded.recipient.purpose == PURPOSE.code
    assert recorded.recipient.on_behalf_of is not None
    assert {step.path for step, _ in recorded.looked_at} >= {"citizen", "citizen.children"}


async def test_a_register_that_does_not_answer_in_time_says_nothing(world: World) -> None:
    async with locked(world.databases["population"]._url, "family_links"):
        with pytest.raises(RegisterSilent):
            await acts_for(world, FATHER)
