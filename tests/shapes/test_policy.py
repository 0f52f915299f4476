"""How a subgraph reaches its authority: on this machine directly, elsewhere as the environment says."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import pytest

from bench.ports import free_port
from installation.errors import AuthoritySilent
from installation.settings import Settings, load
from shapes.policy import ask_once


@pytest.fixture
async def proxied() -> AsyncIterator[list[bytes]]:
    """What a proxy is asked that the environment names."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with patch.dict(os.environ, {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": ""}):
            yield asked


def land(home: Path, issuer: str) -> Settings:
    return load(mode="demo", domain="land", home=home, issuer=issuer)


async def test_an_authority_on_this_machine_is_asked_without_the_environments_proxy(
    proxied: list[bytes], tmp_path: Path
) -> None:
    with pytest.raises(AuthoritySilent, match="It cannot be reached"):
        await ask_once(land(tmp_path, f"http://localhost:{free_port()}"))

    assert proxied == []


async def test_an_authority_elsewhere_is_asked_through_it(proxied: list[bytes], tmp_path: Path) -> None:
    with pytest.raises(AuthoritySilent):
        await ask_once(land(tmp_path, "https://lienthong.example.vn"))

    assert proxied[0].startswith(b"CONNECT lienthong.example.vn:443 ")
