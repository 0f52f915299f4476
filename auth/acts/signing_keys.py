"""The keys that sign access tokens: begun once, rotated without a rejected request, retired when they leak.

`next` is published before it signs, for as long as others may keep the list of keys; `current` signs; `previous` is
accepted until the last token that it signed has expired. Rotating moves each one on. What would make a live token
invalid, or make a key sign that others have not heard of, is refused with the time from which it is possible; only
`now`, for a key that leaked, does it all the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from auth.access.tokens import CLOCK_SKEW_S, LIFETIME_S
from auth.acts.change import Change, Word
from auth.acts.desk import Outcome, Work
from auth.acts.refusals import Conflict, TooSoon
from auth.keys import KEYS_FRESH_S, SigningKeyMissing, SigningKeys, public_jwk
from auth.tables import signing_keys

PUBLISHED_AHEAD = timedelta(seconds=KEYS_FRESH_S)
ACCEPTED_AFTER = timedelta(seconds=LIFETIME_S + CLOCK_SKEW_S)


class BeginKeys(Change, frozen=True, tag="keys.begin"):
    """Make the first keys of an installation, the one that signs and the next."""


class RotateKeys(Change, frozen=True, tag="keys.rotate"):
    """Let the next key sign. `now`: the one that signs has leaked; it is refused at once, and its tokens with it."""

    now: bool = False


class RetireKey(Change, frozen=True, tag="keys.retire"):
    """Refuse the next or a previous key at once: it has leaked."""

    kid: Word


async def begin(work: Work, _: BeginKeys) -> Outcome:
    if await _of_state(work, "current"):
        raise Conflict("There are signing keys.")
    current, following = await _publish(work, "current"), await _publish(work, "next")
    return Outcome(current, None, {"current": current, "next": following})


async def rotate(work: Work, change: RotateKeys) -> Outcome:
    """Refusals: no next key, or its private half is not here; then too soon, which `now` overrides."""
    current, following = await _one(work, "current"), await _one(work, "next")
    _must_have(work, following.kid)
    if not change.now:
        _await(work, following, await _of_state(work, "previous"))
        await _move(work, "previous", "retired")
    await _move(work, "current", "retired" if change.now else "previous")
    await _move(work, "next", "current")
    made = await _publish(work, "next")
    before = {"current": current.kid, "next": following.kid}
    return Outcome(following.kid, before, {"current": following.kid, "next": made, "at_once": change.now})


async def retire(work: Work, change: RetireKey) -> Outcome:
    row = await work.get(select(signing_keys).where(signing_keys.c.kid == change.kid), "signing key")
    if row.state == "current":
        raise Conflict("This key signs: rotate at once instead.")
    if row.state == "retired":
        raise Conflict("The key is retired already.")
    await work.connection.execute(
        update(signing_keys).where(signing_keys.c.kid == change.kid).values(state="retired", changed_at=work.now)
    )
    if row.state == "next":
        await _publish(work, "next")
    return Outcome(change.kid, row.state, "retired")


def possible_at(following: datetime, previous: Iterable[datetime]) -> datetime:
    """When the next key may sign: it was published for long enough, and no token of a previous key lives."""
    return max([following + PUBLISHED_AHEAD, *(since + ACCEPTED_AFTER for since in previous)])


def _await(work: Work, following: Row[Any], previous: Iterable[Row[Any]]) -> None:
    moment = possible_at(following.changed_at, [row.changed_at for row in previous])
    if work.now < moment:
        raise TooSoon("The next key is not known everywhere yet, or tokens of the previous one still live.", moment)


def _must_have(work: Work, kid: str) -> None:
    try:
        SigningKeys(work.desk.files).private(kid)
    except SigningKeyMissing as error:
        raise Conflict(str(error)) from error


async def _of_state(work: Work, state: str) -> list[Row[Any]]:
    statement = select(signing_keys).where(signing_keys.c.state == state).order_by(signing_keys.c.changed_at)
    return list((await work.connection.execute(statement)).all())


async def _one(work: Work, state: str) -> Row[Any]:
    found = await _of_state(work, state)
    if not found:
        raise Conflict(f"No signing key is {state}.")
    return found[0]


async def _move(work: Work, state: str, to: str) -> None:
    moved = update(signing_keys).where(signing_keys.c.state == state).values(state=to, changed_at=work.now)
    await work.connection.execute(moved)


async def _publish(work: Work, state: str) -> str:
    """A new key: its private half on file first, so that no key is published that nobody can sign with."""
    jwk = public_jwk(SigningKeys(work.desk.files).make())
    row = {"kid": jwk["kid"], "public_key": jwk, "state": state, "changed_at": work.now}
    await work.connection.execute(insert(signing_keys).values(row))
    return str(jwk["kid"])
