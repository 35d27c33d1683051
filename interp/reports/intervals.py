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
    return interval_of(sample.mean(), _weights(len(sample)) @ sample, len(sample), level)


def interval_of(middle: float, drawn: Float[np.ndarray, " draws"], n: int, level: float = LEVEL) -> Interval:
    """What lies between the tails of a statistic over all draws, about its value over the n units."""
    if n < 2:
        return Interval(float(middle), None, None, n)
    low, high = np.quantile(drawn, ((1 - level) / 2, 1 - (1 - level) / 2))
    return Interval(float(middle), float(low), float(high), n)


@lru_cache(maxsize=32)
def _weights(n: int) -> Float[np.ndarray, "draws n"]:
    """How often each of n units is drawn, as shares, for every draw."""
    counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    return np.asarray(counts / n)
