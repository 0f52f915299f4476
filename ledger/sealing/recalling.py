"""Answers that marks are about and that the sealer no longer has in mind: read again from their segments."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from ledger.sealing.expansion import AnswerKey, Latest, moment
from ledger.segments.records import Answer, Contents, Mark, unpack

_STANDING_IN = """
select answers.place, data from unnest($1::uuid[], $2::timestamptz[]) as marked (request_id, at)
join answers using (request_id, at) join segments using (stream, seq) where data is not null
"""


async def recall_answers(connection: asyncpg.Connection, latest: Latest, contents: Iterable[Contents]) -> None:
    """Has ready whom the answers looked at of whose persons these segments say that they were not found."""
    wanted = {
        AnswerKey(entry.request_id, entry.answered_at)
        for each in contents
        for entry in each.entries
        if isinstance(entry, Mark) and entry.places
    }
    unknown = [key for key in wanted if latest.of(key) is None]
    if not unknown:
        return
    ids, times = [UUID(bytes=key.request_id) for key in unknown], [moment(key.microseconds) for key in unknown]
    for place, data in await connection.fetch(_STANDING_IN, ids, times):
        answer = unpack(data).entries[place]
        if isinstance(answer, Answer):
            latest.add(AnswerKey(answer.request_id, answer.microseconds), answer.looked_at)
