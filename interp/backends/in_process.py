"""One worker: this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic

from interp.backends.contract import Done, Job, Result


class InProcess(Generic[Job, Result]):
    """See `Backend`; a job runs when it is collected."""

    workers = 1

    def __init__(self, function: Callable[[Job], Result]) -> None:
        self._function = function
        self._waiting: deque[Job] = deque()

    def has_room(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def submit(self, job: Job) -> None:
        """Keep it until it is collected."""
        self._waiting.append(job)

    def collect(self) -> Done[Job, Result]:
        """Do the job that waits."""
        job = self._waiting.popleft()
        return Done(job, self._function(job))

    def close(self) -> None:
        """Nothing is held."""
