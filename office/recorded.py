"""What is recorded before it is answered: reading the record of acts, and reading the ledger."""

from auth.acts.change import Change
from auth.acts.perform import perform
from auth.acts.refusals import ActRefused, Undecided
from office.context import Context
from office.errors import Code, not_answered


async def record(context: Context, reading: Change) -> None:
    """Put a reading on record. Raises NotAnswered where the visitor may not read, or it cannot be written down."""
    try:
        await perform(context.office.desk, context.visitor.actor, reading)
    except ActRefused as refused:
        raise not_answered(Code.FORBIDDEN, refused.message) from refused
    except Undecided as undecided:
        message = "The reading could not be recorded, so nothing was read."
        raise not_answered(Code.DATABASE_UNAVAILABLE, message) from undecided
