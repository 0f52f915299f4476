"""Every act of an officer, its signature checked once more: a row written past the program shows.

The chain of hashes says that the record was not changed afterwards; the signatures say that nobody wrote into it what
no officer signed, not even who administers the database. The keys are those whose enrollment stands in the record
itself: a key put into the table of passkeys by hand proves nothing here. Rows may hold what anybody wrote.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts.actors import DEMO_OFFICERS, PERMISSIONS
from auth.acts.change import act_of
from auth.officers.changes import EnrollPasskey, RemovePasskey
from auth.officers.proof import EvidenceInvalid, decoded, verify_evidence
from auth.tables import acts

SIGNED = frozenset({act for act, permission in PERMISSIONS.items() if permission.signed} | {act_of(RemovePasskey)})
"""Acts that an officer makes only by a signature."""
_BATCH = 1000

Keys = Mapping[tuple[str, str], bytes]


async def unsigned(connection: AsyncConnection, origin: str, *, demo: bool = False) -> AsyncIterator[int]:
    """The numbers of officers' acts that no passkey of that officer signed as they stand in the record.

    Checked as of the issuer of now: passkeys belong to its host name, and acts signed under another one do not hold.
    `demo`: the command of demo mode acts for the demo officers without a passkey; theirs are left out.
    """
    keys = await _keys(connection)
    async for row in _rows(connection, demo=demo):
        if not _holds(row, keys, origin):
            yield int(row["act_id"])


def _holds(row: RowMapping, keys: Keys, origin: str) -> bool:
    kept, change = _object(row["evidence"]), _object(row["detail"]).get("change")
    key = keys.get((row["actor"], str(kept.get("credential"))), b"")
    try:
        verify_evidence(kept, change, row["actor"], key, origin)
    except EvidenceInvalid:
        return False
    return bool(_object(change).get("act") == row["act"])


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


async def _keys(connection: AsyncConnection) -> Keys:
    """Public keys by officer and credential, those that are accepted no more included."""
    statement = select(acts.c.actor, acts.c.detail["passkey"]).where(acts.c.act == act_of(EnrollPasskey))
    said = ((officer, _object(made)) for officer, made in await connection.execute(statement))
    return {(officer, str(made.get("credential"))): _key(str(made.get("public_key"))) for officer, made in said}


def _key(text: str) -> bytes:
    try:
        return decoded(text)
    except ValueError:
        return b""


async def _rows(connection: AsyncConnection, *, demo: bool) -> AsyncIterator[RowMapping]:
    columns = acts.c.act_id, acts.c.actor, acts.c.act, acts.c.detail, acts.c.evidence
    by_officers = (acts.c.actor_kind == "officer") & acts.c.act.in_(SIGNED)
    if demo:
        by_officers &= ~acts.c.actor.startswith(DEMO_OFFICERS)
    after = 0
    while True:
        statement = select(*columns).where(by_officers, acts.c.act_id > after).order_by(acts.c.act_id).limit(_BATCH)
        batch = (await connection.execute(statement)).mappings().all()
        for row in batch:
            yield row
        if len(batch) < _BATCH:
            return
        after = batch[-1]["act_id"]
