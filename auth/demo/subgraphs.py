"""The registers of a demo installation as clients of its authority: each follows the grants with a key of its own."""

from collections.abc import Mapping
from typing import Any

from auth.database import engine_of
from auth.demo.agencies import DemoClient
from auth.demo.install import PATIENCE_S, add_client

AGENCY, PURPOSE, CASE = "G10", "land.registration", "G10-260115-0002"  # a register's client asks for nothing itself


def client_of(domain: str) -> str:
    """The name by which the authority knows this register."""
    return f"demo-{domain}"


async def install_subgraphs(dsn: str, keys: Mapping[str, dict[str, Any]]) -> None:
    """Register each domain with its public key, after the demo agencies."""
    engine = engine_of(dsn, 1, PATIENCE_S)
    try:
        async with engine.begin() as connection:
            for domain, key in keys.items():
                await add_client(connection, _client(domain), key)
    finally:
        await engine.dispose()


def _client(domain: str) -> DemoClient:
    name = f"The register {domain} by itself: follows what is granted of it"
    return DemoClient(
        client_of(domain), AGENCY, name, PURPOSE, CASE, lambda _: False, kind="subgraph", bound=True, domain=domain
    )
