"""What passkeys are asked to sign: 32 bytes, once, within five minutes.

A challenge is taken in a transaction of its own, before anything of the answer is checked: of two answers that arrive
together one finds it, and a wrong answer uses it up.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.officers.refusals import ChallengeGone
from auth.tables import challenges

LIFETIME = timedelta(minutes=5)
BYTES = 32

Use = Literal["enrol", "sign_in", "act"]


async def issue(
    engine: AsyncEngine,
    use: Use,
    officer: str | None = None,
    *,
    challenge: bytes | None = None,
    change: Mapping[str, Any] | None = None,
) -> bytes:
    """A challenge, random unless given; whose time has passed go at this occasion."""
    made = challenge or secrets.token_bytes(BYTES)
    row: dict[str, Any] = {"challenge": made, "use": use, "officer": officer, "expires_at": func.now() + LIFETIME}
    if change is not None:
        row["change"] = change
    async with engine.begin() as connection:
        await connection.execute(delete(challenges).where(challenges.c.expires_at < func.now()))
        await connection.execute(insert(challenges).values(row))
    return made


async def take(engine: AsyncEngine, challenge: bytes, use: Use, officer: str | None = None) -> dict[str, Any] | None:
    """Take it back: what was kept with it. Raises ChallengeGone for one that was not issued for this."""
    async with engine.begin() as connection:
        row = (
            await connection.execute(
                delete(challenges)
                .where(challenges.c.challenge == challenge, challenges.c.expires_at > func.now())
                .returning(challenges.c.use, challenges.c.officer, challenges.c.change)
            )
        ).one_or_none()
    if row is None or row.use != use or row.officer != officer:
        raise ChallengeGone
    return dict(row.change) if row.change is not None else None
