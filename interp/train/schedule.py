"""The learning rate of a run and where it ends: by steps, or by the seconds that it is told it has."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

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
        n_steps = self.settings.n_steps
        left = (n_steps - step) / max(1, self.settings.decay_share * n_steps)
        return planned_rate(self.settings, step, left)


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
        left = (self.end - time.monotonic()) / max(1e-9, self.end - self.begin)
        return planned_rate(self.settings, step - self.first + 1, left / max(1e-9, self.settings.decay_share))


Schedule = BySteps | ByTime


def planned_rate(settings: EstimatorTraining, step: int, left: float) -> float:
    """Linear warm-up, constant, half a cosine to 0 at the end.

    Parameters
    ----------
    step : steps since the start, from 1
    left : share of the decay that is still to come; 1 or more before it
    """
    fall = 0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, left)))
    return settings.learning_rate * min(1.0, step / max(1, settings.warmup_steps)) * max(fall, LEAST_SHARE)
