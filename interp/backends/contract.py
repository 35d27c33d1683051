"""What is asked of a place where jobs run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Done(Generic[Job, Result]):
    """A job with its result, or with why its worker was ``lost``, in words; then ``result`` is None."""

    job: Job
    result: Result | None
    lost: str | None = None


class Backend(Protocol[Job, Result]):
    """Takes jobs while it has room, and gives what came of them in any order.

    Its function belongs to a module and its jobs are plain values, for they travel.
    """

    @property
    def workers(self) -> int:
        """How many jobs run at once, for the time that is left."""
        ...

    def has_room(self) -> bool:
        """Whether another job may be submitted."""
        ...

    def submit(self, job: Job) -> None:
        """Hand over a job."""
        ...

    def collect(self) -> Done[Job, Result]:
        """Wait for one of the jobs handed over; every one of them is collected once.

        What the function raised is raised here.
        """
        ...

    def close(self) -> None:
        """Stop what runs and let go of everything."""
        ...
