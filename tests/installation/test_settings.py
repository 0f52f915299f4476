"""Settings: validated before anything starts, printed without secrets."""

import pytest

from installation.databases import replica_urls
from installation.errors import SettingsInvalid
from installation.settings import describe, load, without_password

URL = "postgresql://clerk:hidden@db.example:5433/registers?host=/run/pg&sslpassword=hidden"


def test_demo_mode_has_an_issuer_of_its_own() -> None:
    assert load(mode="demo", port=8123).issuer == "http://localhost:8123"


def test_demo_mode_asked_to_listen_beyond_loopback_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="loopback only"):
        load(mode="demo", host="192.0.2.1")


def test_production_with_a_plain_http_issuer_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="https"):
        load(issuer="http://registers.example")


@pytest.mark.parametrize("issuer", ["https://192.0.2.1", "https://[2001:db8::1]:8443"])
def test_an_issuer_that_is_an_ip_address_is_refused_since_passkeys_need_a_name(issuer: str) -> None:
    with pytest.raises(SettingsInvalid, match="host name"):
        load(issuer=issuer)


def test_every_wrong_variable_is_named_at_once_and_no_value_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_PORT", "99999")
    monkeypatch.setenv("LIENTHONG_LAND_DATABASE_URL", "mysql://clerk:hidden@db.example/land")

    with pytest.raises(SettingsInvalid) as refusal:
        load()

    assert "LIENTHONG_PORT" in str(refusal.value)
    assert "LIENTHONG_LAND_DATABASE_URL" in str(refusal.value)
    assert "hidden" not in str(refusal.value)


def test_described_settings_name_every_variable_and_hide_passwords() -> None:
    described = describe(load(database_url=URL))

    assert described["LIENTHONG_DATABASE_URL"] == "postgresql://clerk@db.example:5433/registers?host=/run/pg"
    assert described["LIENTHONG_MODE"] == "production"
    assert described["LIENTHONG_LAND_DATABASE_URL"] == "-"


def test_replicas_of_a_register_are_told_in_one_variable_and_hide_passwords() -> None:
    settings = load(land_database_url=URL, land_replica_urls="postgres://clerk:hidden@b postgresql://c/other")

    assert replica_urls(settings, "land") == ("postgresql://clerk:hidden@b/registers", "postgresql://c/other")
    assert replica_urls(settings, "identity") == ()
    assert describe(settings)["LIENTHONG_LAND_REPLICA_URLS"] == "postgresql://clerk@b postgresql://c/other"
    with pytest.raises(SettingsInvalid, match="LIENTHONG_LAND_REPLICA_URLS"):
        load(land_replica_urls="postgresql://b mysql://c")


def test_settings_shown_in_a_traceback_hide_passwords() -> None:
    assert "hidden" not in repr(load(database_url=URL))


@pytest.mark.parametrize(
    "url", ["postgresql://a:b@h/d", "postgresql://a@h/d", "postgresql:///d?host=/x", "postgresql://h"]
)
def test_a_url_without_its_password_is_still_a_url(url: str) -> None:
    assert without_password(url) == url.replace(":b@", "@")


PROVIDER = {
    "citizen_provider": "https://id.example",
    "citizen_provider_client": "us",
    "citizen_provider_levels": "high",
}


def test_a_provider_of_citizens_is_set_as_a_whole() -> None:
    assert load(**PROVIDER).citizen_provider == "https://id.example"


@pytest.mark.parametrize("missing", PROVIDER)
def test_half_a_provider_of_citizens_is_refused(missing: str) -> None:
    with pytest.raises(SettingsInvalid, match="together or not at all"):
        load(**{name: value for name, value in PROVIDER.items() if name != missing})


@pytest.mark.parametrize(
    "wrong", [{"citizen_provider": "http://id.example"}, {"citizen_provider": "id.example"}, {"mode": "demo"}]
)
def test_a_provider_of_citizens_over_http_or_beside_the_one_of_demo_mode_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="LIENTHONG_CITIZEN_PROVIDER"):
        load(**{**PROVIDER, **wrong})


def test_ledger_is_named_by_where_it_is_reached_and_its_checkpoints_are_kept_in_the_home_unless_told() -> None:
    here = load(issuer="https://lienthong.example.vn:8443/", home="/var/lib/lt")
    elsewhere = load(issuer="https://lienthong.example.vn", ledger_checkpoints="/mnt/archive")
    demo = load(mode="demo", port=8001)

    assert demo.ledger_origin == "localhost/ledger"
    assert (here.ledger_origin, str(here.checkpoint_shelf)) == (
        "lienthong.example.vn:8443/ledger",
        "/var/lib/lt/ledger-checkpoints",
    )
    assert (elsewhere.ledger_origin, str(elsewhere.checkpoint_shelf)) == (
        "lienthong.example.vn/ledger",
        "/mnt/archive",
    )


def test_a_graph_that_clients_reach_elsewhere_has_an_address_of_its_own() -> None:
    assert (
        load(issuer="https://id.example", graph_url="https://graph.example/v1").graph_url == "https://graph.example/v1"
    )
    assert load(mode="demo", graph_url="http://localhost:4000/graphql").graph_url == "http://localhost:4000/graphql"


@pytest.mark.parametrize(
    "address", ["http://graph.example/graphql", "graph.example", "https://", "https://graph.example/graphql?x=1", "/x"]
)
def test_an_address_of_the_graph_that_no_proof_could_name_is_refused(address: str) -> None:
    with pytest.raises(SettingsInvalid, match="LIENTHONG_GRAPH_URL"):
        load(issuer="https://id.example", graph_url=address)


def test_only_an_authority_remembers_proofs_in_its_database() -> None:
    assert load(proofs="database").proofs == "database"
    with pytest.raises(SettingsInvalid, match="LIENTHONG_PROOFS"):
        load(proofs="database", domain="land", shape="public")


@pytest.mark.parametrize("told", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.1,", "127.0.0.1 ::1"])
def test_a_trusted_proxy_is_an_address_or_a_network(told: str) -> None:
    assert load(trusted_proxies="10.0.0.1, fd00::/64").proxies == ["10.0.0.1", "fd00::/64"]
    with pytest.raises(SettingsInvalid, match="LIENTHONG_TRUSTED_PROXIES"):
        load(trusted_proxies=told)
