"""Whether a register is asked at all: after it did not answer several times on end, it is left alone for a while.

Who asks then is told at once, instead of waiting as long as a statement may take, and the rest of the answer is not
held up. After the pause one batch is let through to see; if that is answered everybody is, else the next pause is
longer. Only silence counts: a register that answers with an error answers, so that no question which it refuses can
shut it for others.
"""

from collections.abc import Callable
from time import monotonic

SILENCES = 5
"""On end, without an answer in between."""
PAUSES_S = (1.0, 2.0, 5.0)


class Breaker:
    """Counts how often one register was silent, and says when to ask it."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._silences = 0
        self._pauses = 0
        self._until: float | None = None  # None: the register is asked

    @property
    def is_open(self) -> bool:
        """True while the register is left alone."""
        return self._until is not None and self._now() < self._until

    def admits(self) -> bool:
        """Whether to ask now. After a pause it says so once, and then not until that is answered or was in vain."""
        if self._until is None:
            return True
        if self.is_open:
            return False
        self._pause()
        return True

    def answered(self) -> bool:
        """The register answered. True where it had been left alone until now."""
        was_open = self._until is not None
        self._silences = self._pauses = 0
        self._until = None
        return was_open

    def silent(self) -> bool:
        """The register did not answer. True where it is left alone from now on, or for longer."""
        self._silences += 1
        if self._silences < SILENCES:
            return False
        self._pause()
        return True

    def _pause(self) -> None:
        self._until = self._now() + PAUSES_S[min(self._pauses, len(PAUSES_S) - 1)]
        self._pauses += 1
