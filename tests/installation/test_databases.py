"""Database URLs, servers, and whether they have room."""

from pathlib import Path

import pytest

import auth.acts.desk
import auth.citizens.desk
import auth.oauth.server
import auth.policy.quotas
import auth.policy.texts
from bench.ports import free_port
from installation.databases import (
    DATABASES,
    OTHER_CONNECTIONS,
    check_room,
    connect,
    connections_per_process,
    database_name,
    database_url,
    databases_of,
    servers,
    uses_embedded,
)
from installation.errors import DatabaseUnreachable, ServerTooSmall
from installation.postgres import Postgres
from installation.settings import Settings, load

ONE = "postgresql://clerk:hidden@db.example:5433/admin?sslmode=verify-full"


def test_one_url_names_the_server_of_every_database() -> None:
    settings = load(database_url=ONE)

    assert (
        database_url(settings, "land") == "postgresql://clerk:hidden@db.example:5433/lienthong_land?sslmode=verify-full"
    )
    assert [(server.maintenance_url, server.databases) for server in servers(settings)] == [(ONE, DATABASES)]
    assert not uses_embedded(settings)


def test_the_connections_counted_for_the_authority_are_those_of_its_rooms() -> None:
    rooms = (auth.oauth.server, auth.citizens.desk, auth.acts.desk, auth.policy.quotas, auth.policy.texts)
    feed_and_farewell = 2

    assert OTHER_CONNECTIONS["auth"] == sum(room.CONNECTIONS for room in rooms) + feed_and_farewell


def test_a_domain_elsewhere_keeps_the_database_its_url_names() -> None:
    settings = load(database_url=ONE, land_database_url="postgresql://land@land.example/parcels")

    assert database_name(settings, "land") == "parcels"
    assert [server.databases for server in servers(settings)] == [
        ("enterprises", "identity", "population", "auth", "ledger"),
        ("land",),
    ]


def test_a_domain_elsewhere_whose_url_names_no_database_gets_the_usual_name() -> None:
    assert (
        database_name(load(database_url=ONE, land_database_url="postgresql://land.example"), "land") == "lienthong_land"
    )


def test_without_a_url_the_embedded_server_is_reached_through_its_socket(postgres: Postgres) -> None:
    settings = load(home=postgres.cluster.home)

    assert uses_embedded(settings)
    assert database_url(settings, "auth") == postgres.url("lienthong_auth")


def test_connections_of_a_process_follow_from_the_settings() -> None:
    two, three = (connections_per_process(load(connections_per_domain=n)) for n in (2, 3))

    assert three - two == 4
    together = load(proofs="database")
    assert connections_per_process(together, ["auth"]) == OTHER_CONNECTIONS["auth"] + 1
    assert connections_per_process(together, ["land"]) == connections_per_process(load(), ["land"])


async def test_a_server_with_room_is_accepted(settings: Settings) -> None:
    await check_room(settings)


async def test_more_connections_than_the_server_allows_are_refused_with_what_to_change(settings: Settings) -> None:
    with pytest.raises(ServerTooSmall, match=r"20 process\(es\) need .* LIENTHONG_PROCESSES .* max_connections"):
        await check_room(settings.model_copy(update={"processes": 20}))


async def test_replicas_need_room_too_but_those_that_are_away_are_waited_for(settings: Settings) -> None:
    away = f"postgresql://127.0.0.1:{free_port()}"
    many = settings.model_copy(update={"land_replica_urls": (away, settings.database_url), "connections_per_domain": 8})
    other = many.model_copy(update={"database_url": away, "processes": 30})
    with pytest.raises(ServerTooSmall, match=r"30 process\(es\) need 240 connections"):
        await check_room(other, databases_of(other))
    await check_room(other.model_copy(update={"processes": 1}), databases_of(other))


async def test_an_unreachable_url_is_told_in_one_line_without_its_password() -> None:
    port = free_port()
    with pytest.raises(DatabaseUnreachable) as refusal:
        await connect(f"postgresql://clerk:hidden@127.0.0.1:{port}/land")

    assert str(refusal.value) == f"postgresql://clerk@127.0.0.1:{port}/land cannot be reached: connection refused."


async def test_a_missing_socket_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="no such file or directory"):
        await connect(f"postgresql://clerk@/land?host={tmp_path}")
