"""In which shape an installation runs, and what belongs to each."""

import pytest

from installation.databases import (
    DATABASES,
    OTHER_CONNECTIONS,
    connections_per_process,
    database_name,
    databases_of,
    registers_of,
    servers,
    uses_embedded,
)
from installation.errors import SettingsInvalid
from installation.settings import load

SERVER = "postgresql://db.example"
LAND = {"domain": "land", "database_url": SERVER}


def test_an_installation_is_the_whole_unless_told_otherwise() -> None:
    assert (load().shape, databases_of(load())) == ("whole", DATABASES)


def test_who_names_a_register_runs_its_subgraph() -> None:
    assert load(domain="land").shape == "subgraph"
    assert load(domain="land", shape="public").shape == "public"


@pytest.mark.parametrize(
    "wrong",
    [{"shape": "subgraph"}, {"shape": "public"}, {"shape": "authority", "domain": "land"}, {"domain": "weather"}],
    ids=lambda wrong: "-".join(wrong.values()),
)
def test_a_register_is_named_for_a_subgraph_and_only_there_and_is_installed(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="LIENTHONG_DOMAIN"):
        load(**wrong)


def test_the_authority_has_no_registers_database() -> None:
    authority = load(shape="authority", database_url=SERVER)

    assert databases_of(authority) == ("auth", "ledger")
    assert registers_of(authority) == ()
    assert [server.databases for server in servers(authority)] == [("auth", "ledger")]


def test_a_subgraph_has_its_register_and_a_ledger_of_its_own_and_needs_room_for_no_other() -> None:
    land = load(**LAND)

    assert databases_of(land) == ("land", "ledger")
    assert [database_name(land, name) for name in databases_of(land)] == ["lienthong_land", "lienthong_land_ledger"]
    assert connections_per_process(land) == land.connections_per_domain + OTHER_CONNECTIONS["ledger"]


def test_a_subgraph_whose_two_databases_have_urls_needs_no_postgresql_of_ours() -> None:
    urls = {"land_database_url": f"{SERVER}/land", "ledger_database_url": f"{SERVER}/seen"}

    assert not uses_embedded(load(domain="land", **urls))
    assert uses_embedded(load(**urls))


def test_a_subgraphs_ledger_is_named_by_its_own_address_and_never_as_the_authoritys() -> None:
    land = load(domain="land", issuer="https://lienthong.example.vn", address="https://land.example.vn")

    assert land.ledger_origin == "land.example.vn/ledger"
    assert load(domain="land", mode="demo").ledger_origin != load(mode="demo").ledger_origin


@pytest.mark.parametrize(
    "address", ["http://land.example.vn", "https://land.example.vn/graphql", "land.example.vn", "https://a/?b"]
)
def test_a_subgraphs_address_is_an_origin_over_https(address: str) -> None:
    with pytest.raises(SettingsInvalid, match="LIENTHONG_ADDRESS"):
        load(domain="land", address=address)


def test_an_address_beside_the_issuer_is_for_subgraphs_only() -> None:
    with pytest.raises(SettingsInvalid, match="LIENTHONG_ADDRESS"):
        load(issuer="https://lienthong.example.vn", address="https://lienthong.example.vn")


def test_a_demo_subgraph_takes_no_authority_for_granted() -> None:
    assert load(domain="land", mode="demo").issuer == ""
