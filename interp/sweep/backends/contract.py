"""What the sweep asks of a place where batches run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from interp.sweep.point import Batch, Outcome


class Backend(Protocol):
    """Takes batches while it has room, and gives what came of them in any order."""

    @property
    def workers(self) -> int:
        """How many batches run at once, for the time that is left."""
        ...

    def has_room(self) -> bool:
        """Whether another batch may be submitted."""
        ...

    def submit(self, batch: Batch) -> None:
        """Hand over a batch."""
        ...

    def collect(self) -> Sequence[Outcome]:
        """Wait for one of the batches handed over; every one of them is collected once."""
        ...

    def close(self) -> None:
        """Stop what runs and let go of everything."""
        ...
