"""Bootstrap intervals of a mean over units: sentence, references and seed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

DRAWS = 5000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean of ``n`` units and its interval; the ends are None for fewer than two units."""

    mean: float
    low: float | None
    high: float | None
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval says that there is an effect."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def mean_interval(values: Sequence[float], level: float = LEVEL) -> Interval | None:
    """Percentile bootstrap of the mean (Efron & Tibshirani 1993, ch. 13), the same draws every time.

    Parameters
    ----------
    values : one a unit; None comes of no value
    level : float, share of intervals that hold the true mean, 0 to 1
    """
    if not values:
        return None
    sample = np.asarray(values, dtype=np.float64)
    mean = float(sample.mean())
    if len(sample) < 2:
        return Interval(mean, None, None, len(sample))
    tail = (1 - level) / 2
    low, high = np.quantile(_weights(len(sample)) @ sample, (tail, 1 - tail))
    return Interval(mean, float(low), float(high), len(sample))


@lru_cache(maxsize=32)
def _weights(n: int) -> Float[np.ndarray, "draws n"]:
    """How often each of n units is drawn, as shares, for every draw."""
    counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    return np.asarray(counts / n)
