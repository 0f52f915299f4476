"""Puts the authority of one process together, in the only order that works, and takes it apart again.

The key that signs is published before the policy is read, so that this process accepts its own tokens from the start.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from auth.access.authority import Authority
from auth.keys import KeyFiles, signing_key, subject_seal
from auth.oauth.server import AuthorizationServer
from auth.policy.feed import PolicyFeed
from auth.policy.rows import CommunesOf, read_policy
from auth.scopes import Catalogue


@asynccontextmanager
async def opened(
    dsn: str, *, issuer: str, catalogue: Catalogue, communes_of: CommunesOf, files: KeyFiles
) -> AsyncIterator[AuthorizationServer]:
    """The OAuth server of this process; its `authority` is the resource side."""
    feed = PolicyFeed(dsn, lambda connection, known: read_policy(connection, catalogue, communes_of, known))
    authority = Authority(feed, issuer=issuer, catalogue=catalogue, subjects=subject_seal(files))
    server = AuthorizationServer(dsn, authority, signing_key(files))
    try:
        await server.open()
        await authority.open()
        yield server
    finally:
        await authority.close()
        await server.close()
