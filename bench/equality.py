"""Before anything is measured: do the contenders answer alike? And does the ledger of ours hold what was asked?"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import asyncpg

from bench.contenders import Contender
from bench.questions import Question

ASKED = 12  # of the bodies of each question

Answers = dict[str, list[bytes]]  # by question


class NotAlike(RuntimeError):
    """Two contenders answer the same question differently, so that their costs cannot be compared."""


def answers(contender: Contender, questions: Sequence[Question], token: str) -> Answers:
    """Some answers to each question."""
    return {
        question.name: [contender.ask(question.name, body, token) for body in question.bodies[:ASKED]]
        for question in questions
    }


def require_alike(ours: Answers, other: Answers, name: str) -> None:
    """Compare as parsed JSON. Raises NotAlike, and where there is an answer without data."""
    for question, mine in ours.items():
        for place, (one, two) in enumerate(zip(mine, other[question], strict=True)):
            if "errors" in json.loads(one) or _comparable(one) != _comparable(two):
                raise NotAlike(f"'{name}' answers body {place} of '{question}' differently")


def recorded(ledger_url: str) -> int:
    """How many answers are on record."""
    return asyncio.run(_recorded(ledger_url))


def _comparable(answer: bytes) -> Any:
    """The parsed answer. Each server seals its cursors its own way: only whether there is one is compared."""
    return json.loads(
        answer, object_hook=lambda found: found | {k: bool(v) for k, v in found.items() if k == "endCursor"}
    )


async def _recorded(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT coalesce(sum(n), 0) FROM segments"))
    finally:
        await connection.close()
