"""Connections to the database of the authority, for whoever writes to it or reads one row."""

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

DATABASE_S = 2.0
"""How long a connection or a statement may take while a client waits."""

OUTAGES = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What is raised where the database does not do what it was asked."""


def engine_of(dsn: str, connections: int, patience_s: float = DATABASE_S) -> AsyncEngine:
    """An engine with at most this many connections; a dead one is replaced before it is used."""
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(dsn, timeout=patience_s, command_timeout=patience_s),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience_s,
        pool_pre_ping=True,
        hide_parameters=True,  # what a statement was given stands in no error
    )
