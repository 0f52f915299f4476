"""The server with a fault planted: an answer leaves when its record is handed over, not when that is durable.

The disk below is a slow one, so that a kill hits a write nearly every time. Run as
`python -m tests.ledger.kills.releasing_early serve`: shows that the tests which kill servers can fail.
"""

import asyncio
from typing import Any

import cli
from ledger import Segment
from ledger.recording.session import Session
from ledger.recording.writer import Writer

COMMIT_S = 0.005

_submit, _insert = Writer.submit, Session.insert


def _released(self: Writer, *arguments: Any, **named: Any) -> asyncio.Future[None]:
    done = _submit(self, *arguments, **named)
    if not done.done():
        done.set_result(None)
    return done


async def _slowly(self: Session, segment: Segment) -> None:
    await asyncio.sleep(COMMIT_S)
    await _insert(self, segment)


if __name__ == "__main__":
    Session.insert = _slowly  # type: ignore[method-assign]
    Writer.submit = _released  # type: ignore[method-assign]
    cli.main()
