"""Hosts that do not remember proofs together do not serve together: a proof would pass once on each."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from auth.errors import GrantsUnconfirmed
from auth.oauth.server import AuthorizationServer
from auth.opening import opened
from auth.policy.acknowledgements import LEASE_S, ProofsApart
from auth.policy.feed import PolicyFeed
from tests.auth.world import CATALOGUE, ISSUER, Files, communes_of, until

FILES = Files()
Host = Callable[[Path | None], contextlib.AbstractAsyncContextManager[AuthorizationServer]]


@pytest.fixture
def host(dsn: str) -> Host:
    """A process on a host that remembers proofs in this file, or in the database."""
    return lambda proofs: opened(
        dsn, issuer=ISSUER, catalogue=CATALOGUE, communes_of=communes_of, files=FILES, proofs=proofs
    )


async def test_processes_of_one_host_serve_together(host: Host, tmp_path: Path) -> None:
    async with host(tmp_path / "proofs.db") as one, host(tmp_path / "proofs.db") as other:
        assert one.authority.snapshot().revision == other.authority.snapshot().revision


async def test_hosts_that_remember_in_the_database_serve_together(host: Host) -> None:
    async with host(None) as one, host(None) as other:
        assert one.authority.snapshot().revision == other.authority.snapshot().revision


@pytest.mark.parametrize("second", ["proofs.db", None], ids=["own file", "database"])
async def test_a_host_that_remembers_elsewhere_does_not_start_and_disturbs_nobody(
    host: Host, tmp_path: Path, second: str | None
) -> None:
    (tmp_path / "there").mkdir()
    async with host(tmp_path / "proofs.db") as here:
        with pytest.raises(ProofsApart, match="LIENTHONG_PROOFS=database"):
            async with host(tmp_path / "there" / second if second else None):
                pass
        here.authority.snapshot()


async def test_a_host_that_ended_is_in_nobodys_way(host: Host, tmp_path: Path) -> None:
    async with host(tmp_path / "proofs.db"):
        pass
    async with host(None) as other:
        other.authority.snapshot()


async def test_two_that_were_started_at_the_same_moment_both_refuse_everybody(
    dsn: str, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = PolicyFeed._check_together
    looking = True

    async def not_yet(self: PolicyFeed, connection: object) -> None:
        if not looking:
            await check(self, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(PolicyFeed, "_check_together", not_yet)
    async with host(tmp_path / "proofs.db") as one, host(None) as other:
        looking = False
        for each in (one, other):
            await until(lambda each=each: _refuses(each), LEASE_S + 2)  # type: ignore[misc]


def _refuses(server: AuthorizationServer) -> bool:
    try:
        server.authority.snapshot()
    except GrantsUnconfirmed:
        return True
    return False
