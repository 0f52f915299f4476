"""What a new installation does by itself at its first start: make the keys that sign."""

from contextlib import suppress

from sqlalchemy import select

from auth.acts.actors import Actor
from auth.acts.desk import Desk
from auth.acts.perform import perform
from auth.acts.refusals import Conflict
from auth.acts.signing_keys import BeginKeys
from auth.keys import SigningKeys
from auth.tables import signing_keys

STARTING = Actor("system", "start")


async def ready_to_sign(desk: Desk) -> None:
    """Have signing keys before the policy is read; of processes that start together one makes them.

    Raises `SigningKeyMissing` where this process does not have the one that signs.
    """
    if await _current_kid(desk) is None:
        with suppress(Conflict):
            await perform(desk, STARTING, BeginKeys())
    SigningKeys(desk.files).private(await _current_kid(desk))


async def _current_kid(desk: Desk) -> str | None:
    async with desk.engine.connect() as connection:
        kid: str | None = await connection.scalar(select(signing_keys.c.kid).where(signing_keys.c.state == "current"))
    return kid
