"""Texts that people review, kept beside the tests: what changed on purpose is written anew by `SNAPSHOTS=write`."""

import os
from pathlib import Path


def is_as_kept(file: Path, text: str) -> bool:
    """Whether a text is what the file says. With `SNAPSHOTS=write make test` it becomes so; then read the diff."""
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(f"{text}\n")
    return file.exists() and file.read_text() == f"{text}\n"
