"""What a failed statement of the authority says of itself."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from auth.database import engine_of


async def test_an_error_of_the_database_does_not_repeat_what_the_statement_was_given(dsn: str) -> None:
    engine = engine_of(dsn, 1)
    with pytest.raises(SQLAlchemyError) as failed:
        async with engine.connect() as connection:
            await connection.execute(text("select 1 / (:secret = 'x')::int"), {"secret": "001085000001"})
    await engine.dispose()
    assert "001085000001" not in str(failed.value)
