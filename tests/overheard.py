"""What a register's connections send, noted beside the sending."""

from collections.abc import Sequence
from typing import Any

from domains.kit.database import Connection, Database

Sent = list[tuple[str, Sequence[Any]]]  # statements with their values


class Overheard(Connection):
    """A connection in the place of another, whose statements it has."""

    def __init__(self, connection: Connection, sent: Sent) -> None:
        super().__init__(connection.raw, connection._limits)
        self._prepared, self._names = connection._prepared, connection._names
        self._sent = sent

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        self._sent.append((sql, values))
        return await super().fetch(sql, values)


def overhear(database: Database, sent: Sent) -> Sent:
    """Note from now on what the idle connections send."""
    database._idle = [Overheard(connection, sent) for connection in database._idle]
    return sent
