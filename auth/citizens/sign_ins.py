"""Sign-ins under way at the identity provider: each belongs to the browser that began it, and is answered once.

The state that travels through the provider and the browser's cookie are two secrets; only both together find the row,
and finding it takes it away. So nobody signs a citizen into a stranger's account by sending them a link, and an answer
that was seen in a log opens nothing.
"""

from datetime import timedelta

import msgspec
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import opaque
from auth.tables import sign_ins

ANSWERED_WITHIN = timedelta(minutes=10)


class SignIn(msgspec.Struct, frozen=True):
    """What must be known again when the provider answers. `then` is a path of ours."""

    nonce: str
    verifier: str
    began_at: int
    then: str


async def begin(connection: AsyncConnection, browser: str, sign_in: SignIn) -> str:
    """Remember it; returns the state to send along."""
    await connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < func.now()))
    state = opaque.fresh()
    row = {"digest": opaque.digest(state), "browser": opaque.digest(browser), "kept": msgspec.to_builtins(sign_in)}
    await connection.execute(insert(sign_ins).values(**row, expires_at=func.now() + ANSWERED_WITHIN))
    return state


async def answered(connection: AsyncConnection, browser: str | None, state: str) -> SignIn | None:
    """The sign-in that this browser began with this state, once; None where there is none."""
    if browser is None or len(state) > opaque.LONGEST:
        return None
    taken = await connection.execute(
        delete(sign_ins)
        .where(
            sign_ins.c.digest == opaque.digest(state),
            sign_ins.c.browser == opaque.digest(browser),
            sign_ins.c.expires_at > func.now(),
        )
        .returning(sign_ins.c.kept)
    )
    kept = taken.scalar_one_or_none()
    return None if kept is None else msgspec.convert(kept, SignIn)
