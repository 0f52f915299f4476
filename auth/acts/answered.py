"""The same request twice is done once: what was answered under a key of the caller's own.

A key belongs to its actor. Under a key that was used for another change nothing is done. Secrets are not kept: whoever
repeats a request gets the same answer without them.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from auth.acts.desk import Work
from auth.acts.refusals import Conflict, Invalid
from auth.tables import answered

KEPT = timedelta(days=2)
LONGEST_KEY = 128


async def earlier(work: Work, key: str, asked: str) -> dict[str, Any] | None:
    """What was answered to this request, if it was made before."""
    if not 8 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(f"An idempotency key has 8 to {LONGEST_KEY} printable ASCII characters.")
    await work.connection.execute(delete(answered).where(answered.c.recorded_at < work.now - KEPT))
    row = await work.find(
        select(answered.c.asked, answered.c.answer).where(
            answered.c.actor == work.actor.signature, answered.c.key == key
        )
    )
    if row is None:
        return None
    if row.asked != bytes.fromhex(asked):
        raise Conflict("This idempotency key was used for another change.")
    return dict(row.answer)


async def remember(work: Work, key: str, asked: str, answer: dict[str, Any]) -> None:
    row = {"actor": work.actor.signature, "key": key, "asked": bytes.fromhex(asked), "answer": answer}
    await work.connection.execute(insert(answered).values(row))
