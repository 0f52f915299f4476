"""Everything that a test made the program say: loggers at every level, and what was printed."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Logged:
    """What was said so far."""

    caplog: pytest.LogCaptureFixture
    captured: pytest.CaptureFixture[str]

    def holds_nothing_of(self, text: str) -> None:
        """No part of a token, an assertion or a proof was said, whole or alone."""
        printed = self.captured.readouterr()
        said = f"{self.caplog.text}{printed.out}{printed.err}"
        telling = [part for part in (text, *text.split(".")) if len(part) > 8]
        assert not [part for part in telling if part in said]
