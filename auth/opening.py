"""Puts the authority of one process together, in the only order that works, and takes it apart again.

A new installation gets its signing keys before the policy is read, so that a process signs what all accept.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from auth.access.authority import Authority
from auth.access.nonces import Nonces
from auth.access.possession import Possession
from auth.access.seen import SeenProofs
from auth.access.together import SeenTogether
from auth.acts.beginning import ready_to_sign
from auth.acts.desk import desk_at
from auth.keys import KeyFiles, SigningKeys, nonce_key, reference_keys, subject_seal
from auth.oauth.server import AuthorizationServer
from auth.policy.feed import PolicyFeed
from auth.policy.rows import CommunesOf, PolicyReader
from auth.scopes import Catalogue


@asynccontextmanager
async def opened(
    dsn: str,
    *,
    issuer: str,
    catalogue: Catalogue,
    communes_of: CommunesOf,
    files: KeyFiles,
    proofs: Path | None,
    graph_url: str = "",
) -> AsyncIterator[AuthorizationServer]:
    """The OAuth server of this process; its `authority` is the resource side.

    `proofs` is the file in which all processes of this host remember the proofs they have seen, in memory if possible;
    where there are processes on other hosts there is none, and they remember in the database.
    `graph_url` is where clients reach the graph, if that is not `/graphql` at the issuer.
    """
    seen = SeenTogether(dsn) if proofs is None else SeenProofs(proofs)
    feed = PolicyFeed(dsn, PolicyReader(catalogue, communes_of), seen.place)
    possession = Possession(issuer, Nonces(nonce_key(files)), seen, graph_url)
    authority = Authority(feed, issuer=issuer, catalogue=catalogue, subjects=subject_seal(files), possession=possession)
    server = AuthorizationServer(dsn, authority, SigningKeys(files), reference_keys(files))
    try:
        async with desk_at(dsn, catalogue=catalogue, communes_of=communes_of, files=files) as desk:
            await ready_to_sign(desk)
        await authority.open()
        yield server
    finally:
        await authority.close()
        await server.close()
        await seen.close()
