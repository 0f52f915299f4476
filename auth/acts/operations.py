"""Registered operations: documents that an agency registers under an id, and that never change under it.

An agency registers its own; so may an operator at the machine, for an agency. An id that was used keeps its text even
after the operation was withdrawn.
"""

from typing import Annotated

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from auth.acts.change import AgencyId, Change, Text
from auth.acts.desk import Outcome, Work
from auth.acts.grants import live_agency
from auth.acts.manifests import DocumentId, Operation, check_operations
from auth.acts.refusals import Conflict, Forbidden
from auth.tables import operations

MOST_OF_AN_AGENCY = 10_000


class RegisterOperations(Change, frozen=True, tag="operation.register"):
    """Let an agency's clients ask these documents by their ids."""

    agency: AgencyId
    operations: Annotated[tuple[Operation, ...], msgspec.Meta(max_length=1000)]


class WithdrawOperation(Change, frozen=True, tag="operation.withdraw"):
    """Answer a registered document no more by its id."""

    agency: AgencyId
    document_id: DocumentId
    reason: Text


async def register(work: Work, change: RegisterOperations) -> Outcome:
    """Refusals: another agency's; ids that are not what they say; an id that stands for another text; too many."""
    _own(work, change.agency)
    await live_agency(work, change.agency)
    check_operations(change.operations)
    await _check_texts(work, change)
    signature = work.actor.signature
    rows = [
        {"agency": change.agency, "document_id": one.document_id, "text": one.text, "name": one.name}
        for one in change.operations
    ]
    again = insert(operations).values([{**row, "registered_by": signature} for row in rows])
    await work.connection.execute(
        again.on_conflict_do_update(index_elements=["agency", "document_id"], set_={"withdrawn_at": None})
    )
    await _check_count(work, change.agency)
    return Outcome(change.agency, None, {"operations": [one.document_id for one in change.operations]})


async def withdraw(work: Work, change: WithdrawOperation) -> Outcome:
    where = (operations.c.agency == change.agency) & (operations.c.document_id == change.document_id)
    row = await work.get(select(operations).where(where), "operation", agency="agency")
    if row.withdrawn_at is not None:
        raise Conflict("The operation is withdrawn already.")
    await work.connection.execute(update(operations).where(where).values(withdrawn_at=work.now))
    return Outcome(change.agency, change.document_id, None)


def _own(work: Work, agency: str) -> None:
    if work.actor.kind == "agency" and work.actor.agency != agency:
        raise Forbidden("An agency registers its own operations only.")


async def _check_texts(work: Work, change: RegisterOperations) -> None:
    texts = {one.document_id: one.text for one in change.operations}
    known = select(operations.c.document_id, operations.c.text).where(
        operations.c.agency == change.agency, operations.c.document_id.in_(texts)
    )
    for row in await work.connection.execute(known):
        if row.text != texts[row.document_id]:
            raise Conflict(f"The id {row.document_id} stands for another text; a changed document gets another id.")


async def _check_count(work: Work, agency: str) -> None:
    count = await work.connection.scalar(select(func.count()).where(operations.c.agency == agency))
    if (count or 0) > MOST_OF_AN_AGENCY:
        raise Conflict(f"An agency registers at most {MOST_OF_AN_AGENCY} operations.")
