"""How far the replicas of a register lag behind it, as far as a process can know.

No clock of a server tells it. Where the register's own server stands in its write-ahead log is noted with a moment
before it was asked; a replica that has come as far shows every change until that moment. So where a server, a network
or a replication stands still, what is known of a replica grows old by itself. Moments are those of a clock that only
goes forward.

A change counts from when it stands in the log: one that is committed without waiting for that, `synchronous_commit`
being off, may be seen on the register's own server a moment before.
"""

from collections import deque
from math import inf
from typing import NamedTuple

WHERE = (
    "select system_identifier, case when in_recovery then timeline_id else "
    "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int4 end, in_recovery, coalesce(pg_wal_lsn_diff("
    "case when in_recovery then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0')::int8, 0) "
    "from pg_control_system(), pg_control_checkpoint(), pg_is_in_recovery() in_recovery"
)
"""The statement that tells a server's `Place`.

A server that was promoted writes on a new timeline at once, and says so of its checkpoints minutes later. A replica
that stayed on the old one has positions that mean other changes.
"""


class Place(NamedTuple):
    """Where a server stands: in which history of changes, whether it follows another, and after how many bytes."""

    cluster: int
    timeline: int
    follows: bool
    position: int

    def shows(self, origin: "Place") -> bool:
        """Whether this is a replica that has come as far as its origin had."""
        is_of_it = (self.cluster, self.timeline) == (origin.cluster, origin.timeline)
        return is_of_it and self.follows and not origin.follows and self.position >= origin.position


class Marks:
    """Where the register's own server stood, and when, as far back as a replica may lag behind."""

    def __init__(self, staleness_s: float) -> None:
        self._noted: deque[tuple[float, Place]] = deque()
        self._staleness_s = staleness_s

    def note(self, moment: float, place: Place) -> None:
        """`moment` is one before the server was asked."""
        self._noted.append((moment, place))
        while self._noted[0][0] < moment - self._staleness_s:
            self._noted.popleft()

    def shown_by(self, replica: Place) -> float:
        """The last moment noted up to which a replica that stands there shows every change; -inf: none."""
        return next((moment for moment, origin in reversed(self._noted) if replica.shows(origin)), -inf)


class Freshness:
    """Up to when one replica shows every change, and since when it has been fresh without a break."""

    def __init__(self, staleness_s: float) -> None:
        self.as_of = self.since = -inf
        self._staleness_s = staleness_s
        self._was_fresh = False

    def seen(self, as_of: float, now: float) -> bool:
        """It was looked at; -inf: nothing is known of it. True where it was not, or was, fresh at the look before."""
        if not self.is_fresh(now):
            self.since = now
        self.as_of = as_of
        before, self._was_fresh = self._was_fresh, self.is_fresh(now)
        return before != self._was_fresh

    def is_fresh(self, now: float) -> bool:
        """Whether it lags behind no further than it may."""
        return self.as_of >= now - self._staleness_s
