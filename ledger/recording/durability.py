"""Whether a commit of this database survives a crash. Asked at every connection, before the first record.

One setting turned off, for the server, the database or the role, silently voids the promise that nothing leaves
unrecorded.
"""

import asyncpg

_REQUIRED = {
    "fsync": frozenset({"on"}),
    "full_page_writes": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "remote_apply"}),
}


class NotDurable(Exception):
    """The database would say "committed" before it is. Names the settings."""

    def __init__(self, settings: list[str]) -> None:
        super().__init__(f"the ledger's database may lose what it has committed: {', '.join(settings)}")
        self.settings = settings


async def require_durability(connection: asyncpg.Connection) -> None:
    """Raises `NotDurable`. Afterwards no reload of settings turns this session's synchronous commit off."""
    rows = await connection.fetch(
        "select name, setting from pg_settings where name = any($1::text[]) order by name", list(_REQUIRED)
    )
    unsafe = [f"{name} is {setting}" for name, setting in rows if setting not in _REQUIRED[name]]
    if unsafe or len(rows) != len(_REQUIRED):
        raise NotDurable(unsafe)
    await connection.execute("select set_config('synchronous_commit', current_setting('synchronous_commit'), false)")
