"""How often a client may ask the OAuth server: token buckets in the database, so that all processes of all hosts count.

A bucket holds one minute's requests and fills evenly. It is drawn from in the transaction that marks the assertion as
used, which is written anyway. The rows are not logged: after a crash of the database everybody starts full.
"""

import math

from sqlalchemy import text
from sqlalchemy.orm import Session

from auth.oauth.rates import limit_of
from auth.oauth.registered import RegisteredClient

_FILLED = """\
least(
    cast(:limit as float),
    drawn.room + greatest(0, extract(epoch from clock_timestamp() - drawn.at)) * cast(:limit as float) / 60
)"""
_DRAW = text(f"""\
insert into shares as drawn (client, room, at) values (:client, cast(:limit as float) - 1, clock_timestamp())
on conflict (client) do update set room = {_FILLED} - 1, at = clock_timestamp() where {_FILLED} >= 1
returning client""")  # noqa: S608  made of the constants above
_ROOM = text(f"select {_FILLED} from shares as drawn where client = :client")  # noqa: S608  likewise


def wait_s(session: Session, client: RegisteredClient) -> int:
    """Count a request, once `session` commits: 0 where there was room for it, or after how many seconds there is."""
    limit = float(limit_of(client))
    asked = {"client": client.client, "limit": limit}
    if session.execute(_DRAW, asked).first() is not None:
        return 0
    room = float(session.scalar(_ROOM, asked) or 0)
    return max(1, math.ceil((1 - room) * 60 / limit))
