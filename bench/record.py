"""What was measured, kept as JSON: one file for each section, with the circumstances under which it came about."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from bench.circumstances import Circumstances

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Record(Generic[F]):
    """One section's raw figures."""

    section: str
    circumstances: Circumstances
    figures: F


@dataclass(frozen=True, slots=True)
class Records:
    """The files of one directory. What was measured once stays until it is measured again."""

    directory: Path

    def keep(self, record: Record[Any]) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        raw = msgspec.json.encode(record, order="deterministic")
        self._file(record.section).write_bytes(msgspec.json.format(raw, indent=1) + b"\n")

    def known(self, section: str, figures: Any) -> Record[Any] | None:
        """The section's record, whose figures are of this type; None where it was not measured."""
        file = self._file(section)
        if not file.exists():
            return None
        record: Record[Any] = msgspec.json.decode(file.read_bytes(), type=Record[figures])
        return record

    def _file(self, section: str) -> Path:
        return self.directory / f"{section}.json"
