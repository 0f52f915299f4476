"""The floor: bare ASGI that reads a request and sends the bytes of an answer, and does nothing else.

No server in Python under uvicorn can cost less; what ours costs above it is what we are answerable for.
"""

import sys
from pathlib import Path
from typing import Any

import uvicorn

from asgi import SERVED


class Floor:
    """Sends the file in `answers` that is named by the path."""

    def __init__(self, answers: Path) -> None:
        self._answers = {f"/{path.stem}": path.read_bytes() for path in answers.glob("*.json")}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body", False):
            pass
        body = self._answers[scope["path"]]
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main(answers: str, port: str) -> None:
    uvicorn.run(Floor(Path(answers)), host="127.0.0.1", port=int(port), **SERVED | {"lifespan": "off"})


if __name__ == "__main__":
    main(*sys.argv[1:])
