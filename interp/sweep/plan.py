"""A sweep that can run: its points in order, the batches they run in, and what they are known again by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from interp.sweep.point import Batch, Point
from interp.sweep.spec import SweepSpec
from interp.system.digest import hash_of


@dataclass(frozen=True)
class Plan:
    """A sweep that can run: its points in order, numbered from 1."""

    spec: SweepSpec
    points: tuple[Point, ...]

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides the results."""
        return hash_of([[point.key for point in self.points], self.spec.plain.measures])

    @property
    def n_settings(self) -> int:
        """How many different settings there are, seeds apart."""
        return len({point.shared_key for point in self.points})

    def batches(self, numbers: Sequence[int] | None = None) -> tuple[Batch, ...]:
        """Batches of all points, or of those with these numbers."""
        wanted = None if numbers is None else set(numbers)
        chosen = [p for p in self.points if wanted is None or p.number in wanted]
        together = groupby(sorted(chosen, key=lambda p: p.batch), key=lambda p: p.batch)
        plain = self.spec.plain
        return tuple(Batch(tuple(points), plain.measures, plain.keep_audio) for _, points in together)
