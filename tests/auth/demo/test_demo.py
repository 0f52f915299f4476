"""Demo mode: invented clients get real tokens with quite different rights, and production will not have them."""

import pytest

from auth.demo.agencies import BOUND_CLIENTS, WIDEST, with_demo_sets
from auth.demo.install import DemoClientsPresent, DemoRefused, demo_clients, demo_token, install_demo, refuse_demo
from auth.errors import Unauthenticated
from auth.reach import EVERYWHERE, SELF, in_communes
from auth.scopes import Catalogue
from tests.auth.conftest import Install
from tests.auth.world import Files, Installation, settled, until
from tests.waiting import at_once

PERSON = "000000000042"  # a personal number of nobody: no province has code 000
SCOPES = frozenset(
    {
        "identity:citizen.pin:lookup", "identity:citizen.pin:read", "identity:citizen.full_name:read",
        "identity:citizen.full_name:lookup", "identity:citizen.sex:read", "identity:citizen:verify",
        "identity:citizen:protected",
        "population:citizen.ethnicity:read", "population:residence.commune_code:lookup",
        "population:citizen.residences:history", "land:land_right.share:read", "land:certificate.serial:lookup",
        "enterprises:member.percent:read",
    }
)  # fmt: skip
DEMO = with_demo_sets(Catalogue(SCOPES))
HELD = {
    "tax": {
        "identity:citizen.pin:lookup", "identity:citizen.pin:read", "identity:citizen.full_name:read",
        "identity:citizen.sex:read", "land:land_right.share:read", "enterprises:member.percent:read",
    },
    "public-security": SCOPES,
    "bank": {"identity:citizen:verify"},
    "land-office": {
        "land:land_right.share:read", "land:certificate.serial:lookup", "identity:citizen.pin:read",
        "identity:citizen.full_name:read", "identity:citizen.sex:read",
    },
    "statistics": {
        "identity:citizen.sex:read", "population:citizen.ethnicity:read", "population:residence.commune_code:lookup",
    },
}  # fmt: skip


@pytest.fixture
async def demo(install: Install) -> Installation:
    made = await install(catalogue=DEMO)
    await install_demo(made.dsn, made.files)
    await settled(made)
    return made


@pytest.mark.parametrize("client", [client.client for client in demo_clients()])
async def test_every_demo_client_gets_a_token_with_its_rights(demo: Installation, client: str) -> None:
    citizen = PERSON if client == "citizen-portal" else None
    token = await demo_token(demo.server, demo.files, client, citizen=citizen)
    caller = at_once(demo.authority.caller(f"Bearer {token}"))
    assert (caller.client, caller.subject) == (client, citizen)
    assert caller.purpose is not None
    assert set(caller.rights.reach) == HELD.get(client, set(caller.rights.reach))
    assert caller.rights.reach
    reach = {"hanoi-one-stop": in_communes(["00070", "00082"]), "citizen-portal": SELF}.get(client, EVERYWHERE)
    assert set(caller.rights.reach.values()) == {reach}


async def test_the_widest_demo_client_is_the_default(demo: Installation) -> None:
    token = await demo_token(demo.server, demo.files)
    caller = at_once(demo.authority.caller(f"Bearer {token}"))
    assert caller.client == WIDEST == demo_clients()[0].client
    assert set(caller.rights.reach) == SCOPES


async def test_demo_clients_hold_different_rights(demo: Installation) -> None:
    chosen = [DEMO.sets[client.scope_set] for client in demo_clients()]
    assert len(set(chosen)) == len(chosen)


@pytest.mark.parametrize("client", [client.client for client in BOUND_CLIENTS])
async def test_no_token_to_paste_is_made_for_a_client_that_is_bound_to_a_key(demo: Installation, client: str) -> None:
    with pytest.raises(DemoRefused, match="no demo client of this name"):
        await demo_token(demo.server, demo.files, client)
    assert await demo.connection.fetchval("select token_type from clients where client = $1", client) == "DPoP"


async def test_a_demo_subgraph_serves_a_domain_and_is_granted_nothing(demo: Installation) -> None:
    row = await demo.connection.fetchrow("select domain, allowed from clients where kind = 'subgraph'")
    assert row is not None
    assert tuple(row) == ("land", [])


@pytest.mark.parametrize(("client", "citizen"), [("nobody", None), ("bank", PERSON), ("citizen-portal", None)])
async def test_a_demo_token_that_cannot_be_is_refused_in_one_line(
    demo: Installation, client: str, citizen: str | None
) -> None:
    with pytest.raises(DemoRefused) as refused:
        await demo_token(demo.server, demo.files, client, citizen=citizen)
    assert "\n" not in str(refused.value)
    assert PERSON not in str(refused.value)


async def test_installing_again_keeps_what_an_officer_revoked(demo: Installation) -> None:
    authorization = f"Bearer {await demo_token(demo.server, demo.files, 'bank')}"
    await demo.connection.execute(
        "update grants set state = 'revoked', revoked_by = 'officer-3' where purpose = 'bank.know_your_customer'"
    )
    await install_demo(demo.dsn, demo.files)
    await until(lambda: not at_once(demo.authority.caller(authorization)).rights.reach)
    with pytest.raises(DemoRefused, match="Not granted"):
        await demo_token(demo.server, demo.files, "bank")


async def test_a_new_home_brings_new_keys_and_the_old_ones_no_longer_serve(demo: Installation) -> None:
    await install_demo(demo.dsn, Files())
    with pytest.raises(DemoRefused, match="not signed"):
        await demo_token(demo.server, demo.files, "bank")


async def test_a_real_client_of_the_same_name_is_left_alone(install: Install) -> None:
    made = await install(catalogue=DEMO)
    await made.add_client("bank", agency="G19")
    row = "select * from clients where client = 'bank'"
    before = await made.connection.fetchrow(row)
    await install_demo(made.dsn, made.files)
    assert await made.connection.fetchrow(row) == before


async def test_production_refuses_a_database_with_demo_clients(demo: Installation) -> None:
    with pytest.raises(DemoClientsPresent, match=f"{len(demo_clients()) + len(BOUND_CLIENTS)} demo clients"):
        await refuse_demo(demo.dsn)


async def test_production_accepts_a_database_whose_demo_clients_and_officers_are_put_out(
    demo: Installation,
) -> None:
    authorization = f"Bearer {await demo_token(demo.server, demo.files)}"
    await demo.connection.execute("update clients set state = 'suspended' where demo")
    with pytest.raises(DemoClientsPresent, match="2 demo officers"):
        await refuse_demo(demo.dsn)
    await demo.connection.execute("update officers set state = 'removed'")
    await refuse_demo(demo.dsn)

    def refused() -> bool:
        try:
            at_once(demo.authority.caller(authorization))
        except Unauthenticated:
            return True
        return False

    await until(refused)


async def test_production_accepts_a_database_of_its_own(here: Installation) -> None:
    await refuse_demo(here.dsn)
