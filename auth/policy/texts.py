"""The texts of registered operations, one by one. Which of them count now, the policy says; it does not carry them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.database import OUTAGES, engine_of
from auth.errors import GrantsUnconfirmed
from auth.tables import operations

CONNECTIONS = 2


class OperationTexts:
    """Reads a text where it is asked for the first time; whoever asks keeps it, since it never changes."""

    def __init__(self, dsn: str) -> None:
        self._engine: AsyncEngine = engine_of(dsn, CONNECTIONS)

    async def close(self) -> None:
        await self._engine.dispose()

    async def text(self, agency: str, document_id: str) -> str | None:
        """The document of this name, or None. Raises `GrantsUnconfirmed` where the database cannot be asked."""
        row = (operations.c.agency == agency) & (operations.c.document_id == document_id)
        query = select(operations.c.text).where(row, operations.c.withdrawn_at.is_(None))
        try:
            async with self._engine.connect() as connection:
                found: str | None = await connection.scalar(query)
        except OUTAGES as error:
            raise GrantsUnconfirmed from error
        return found
