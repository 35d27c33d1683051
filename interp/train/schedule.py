"""The learning rate of a run and where it ends: by steps, or by the seconds that it is told it has."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from interp.train.optimizer import rate_at, rate_left
from interp.train.settings import EstimatorTraining

LEAST_SHARE = 1e-3  # of the rate, at the very end


@dataclass(frozen=True)
class BySteps:
    """Steps ``first`` to ``last``; the rate is planned by ``settings.n_steps``."""

    settings: EstimatorTraining
    first: int
    last: int

    def steps(self) -> Iterable[int]:
        """Numbers of the steps to do."""
        return range(self.first, self.last + 1)

    def rate(self, step: int) -> float:
        """Learning rate of a step."""
        s = self.settings
        return s.learning_rate * rate_at(step, s.n_steps, s.warmup_steps, s.decay_share, LEAST_SHARE)


@dataclass(frozen=True)
class ByTime:
    """Steps from ``first`` on until ``end`` (of `time.monotonic`, seconds), at most to ``last``.

    The rate warms up by steps, as every session starts with cold optimisers or none, and falls by the share
    of the time that is left.
    """

    settings: EstimatorTraining
    first: int
    last: int | None
    end: float
    begin: float = field(default_factory=lambda: time.monotonic())

    def steps(self) -> Iterable[int]:
        """Numbers of the steps to do; one that begins is done."""
        for step in count(self.first):
            if time.monotonic() >= self.end or (self.last is not None and step > self.last):
                return
            yield step

    def rate(self, step: int) -> float:
        """Learning rate of a step that is done now."""
        s, total = self.settings, max(1e-9, self.end - self.begin)
        left = max(0.0, self.end - time.monotonic()) / total / max(1e-9, s.decay_share)
        return s.learning_rate * rate_left(step - self.first + 1, s.warmup_steps, left, LEAST_SHARE)


Schedule = BySteps | ByTime
