"""Whether this machine has the keys of the others: compared when it starts, by what each key makes of its own name.

Machines with keys of their own would serve, and each refuse what another one made: tokens for citizens, cursors,
nonces. And the ledger would hold one person under two names, so that lists of readings had holes.
"""

import hmac
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from auth.database import engine_of
from auth.tables import key_checks


class OtherKeys(RuntimeError):
    """This machine lacks a key of the others, or has another one of that name."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"The key file keys/{name} of this home {what} other machines with this authority's database serve with:"
            " the directory keys is one and the same for all of them (docs/operating.md, Several machines)."
        )


async def agree(dsn: str, names: Mapping[str, Callable[[], bytes]], held: Collection[str]) -> None:
    """Raises `OtherKeys`.

    `names` are of the keys that all machines share, each with what reads or makes it here; `held`, of those that are
    there already: none is made where others have one.
    """
    checks = key_checks.c
    theirs = select(checks.name, checks.digest).where(checks.name.in_(names))
    engine = engine_of(dsn, 1)
    try:
        async with engine.begin() as connection:
            for name, _ in await connection.execute(theirs):
                if name not in held:
                    raise OtherKeys(name, "is missing, which")
            ours = {name: hmac.digest(read(), name.encode(), "sha256") for name, read in sorted(names.items())}
            rows = [{"name": name, "digest": digest} for name, digest in ours.items()]
            await connection.execute(insert(key_checks).values(rows).on_conflict_do_nothing())
            for name, digest in await connection.execute(theirs):
                if not hmac.compare_digest(digest, ours[name]):
                    raise OtherKeys(name, "is not the one that")
    finally:
        await engine.dispose()
