"""One worker: this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from interp.sweep.point import Batch, Outcome, Speak


class InProcess:
    """See `Backend`; a batch runs when it is collected."""

    workers = 1

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self._waiting: deque[Batch] = deque()

    def has_room(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def submit(self, batch: Batch) -> None:
        """Keep it until it is collected."""
        self._waiting.append(batch)

    def collect(self) -> Sequence[Outcome]:
        """Speak the batch that waits."""
        return self._speak(self._waiting.popleft())

    def close(self) -> None:
        """Nothing is held."""
