"""Means, medians and paired differences over cases, with bootstrap intervals and effect sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Int
from scipy.stats import rankdata

from interp.reports.intervals import DRAWS, Interval, interval_of, mean_interval


@dataclass(frozen=True)
class Paired:
    """A mean difference over cases, its interval, and Cohen's d_z: the mean over the deviation.

    ``effect`` is None where all differences are equal or there is only one.
    """

    interval: Interval
    effect: float | None


def summary(values: Sequence[float], statistic: Literal["mean", "median"]) -> Interval | None:
    """Percentile bootstrap of a mean or a median over cases; None comes of no value."""
    if statistic == "mean" or not values:
        return mean_interval(values)
    sample = np.asarray(values, dtype=np.float64)
    drawn = np.median(sample[_drawn(len(sample))], axis=1)
    return interval_of(np.median(sample), drawn, len(sample))


def paired(here: Mapping[str, float], there: Mapping[str, float]) -> Paired | None:
    """Difference here - there over the cases that both have."""
    differences = np.array([value - there[case] for case, value in here.items() if case in there])
    interval = mean_interval(differences.tolist())
    if interval is None:
        return None
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return Paired(interval, interval.mean / spread if spread > 0 else None)


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Rank correlation, ties by mean rank (Spearman 1904); None where either does not vary, or under 3."""
    if len(x) < 3 or len(set(x)) == 1 or len(set(y)) == 1:
        return None
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


@lru_cache(maxsize=32)
def _drawn(n: int) -> Int[np.ndarray, "draws n"]:
    """Cases drawn with replacement, the same every time."""
    drawn: Int[np.ndarray, "draws n"] = np.random.default_rng(0).integers(n, size=(DRAWS, n))
    return drawn
