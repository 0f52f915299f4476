"""Before anything is measured: do the contenders answer alike? And does the ledger of ours hold what was asked?"""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError

import asyncpg

from bench.callers import Caller
from bench.contenders import Contender
from bench.questions import Question

ASKED = 12  # of the bodies of each question
TRIES, PAUSE_S = 20, 0.5

Answers = dict[str, list[bytes]]  # by question


class NotAlike(RuntimeError):
    """Two contenders answer the same question differently, so that their costs cannot be compared."""


def answers(contender: Contender, questions: Iterable[Question], caller: Caller) -> Answers:
    """Some answers to each question that the contender can answer."""
    return {
        question.name: [_asked(contender, question.name, body, caller) for body in _some(contender, question)]
        for question in questions
        if contender.questions is None or question.name in contender.questions
    }


def require_alike(ours: Answers, other: Answers, contender: Contender) -> None:
    """Compare as parsed JSON. Raises NotAlike, and where there is an answer without data."""
    for question, theirs in other.items():
        for place, (one, two) in enumerate(zip(ours[question], theirs, strict=True)):
            mine = _comparable(one)
            if "errors" in mine or mine != _heard(contender, question, two):
                raise NotAlike(f"'{contender.name}' answers body {place} of '{question}' differently")


def _heard(contender: Contender, question: str, answer: bytes) -> Any:
    """The answer in our names; None where it is of another kind, such as one of errors."""
    try:
        return contender.heard(question, _comparable(answer))
    except (KeyError, TypeError):
        return None


def recorded(ledger_url: str) -> int:
    """How many answers are on record."""
    return asyncio.run(_recorded(ledger_url))


def _asked(contender: Contender, question: str, body: bytes, caller: Caller) -> bytes:
    """An answer; one that is not ready yet, such as a process that has not confirmed the grants, is asked again."""
    status = HTTPStatus.SERVICE_UNAVAILABLE.value
    for _ in range(TRIES):
        try:
            return contender.ask(question, body, caller)
        except HTTPError as refused:
            status = refused.code
            if status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(PAUSE_S)
        except OSError as failure:
            raise NotAlike(f"'{contender.name}' does not answer '{question}': {failure}") from failure
    raise NotAlike(f"'{contender.name}' answers '{question}' with status {status}")


def _some(contender: Contender, question: Question) -> Sequence[bytes]:
    return contender.bodies_of(question)[:ASKED]


def _comparable(answer: bytes) -> Any:
    """The parsed answer. Each server seals its cursors its own way: only whether there is one is compared.

    What an answer says of itself beside its data (`extensions`) is each server's own, too.
    """
    found = json.loads(
        answer, object_hook=lambda found: found | {k: bool(v) for k, v in found.items() if k == "endCursor"}
    )
    found.pop("extensions", None)
    return found


async def _recorded(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT coalesce(sum(n), 0) FROM segments"))
    finally:
        await connection.close()
