"""What an F0 track says in a few numbers: median, range, voiced share, distance to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class PitchStatistics:
    """Of the voiced frames of a track; None in Hz when there is none.

    Parameters
    ----------
    median_hz, low_hz, high_hz : median, 5th and 95th percentile
    voiced_share : share of frames that are voiced, 0 to 1
    """

    median_hz: float | None
    low_hz: float | None
    high_hz: float | None
    voiced_share: float

    @property
    def range_semitones(self) -> float | None:
        """From the 5th to the 95th percentile; None without voice."""
        return semitones(self.low_hz, self.high_hz) if self.low_hz and self.high_hz else None


def pitch_statistics(f0_hz: Float[np.ndarray, " frames"]) -> PitchStatistics:
    """Statistics of a track that is 0 where unvoiced."""
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        return PitchStatistics(None, None, None, 0.0)
    low, median, high = (float(value) for value in np.percentile(voiced, (5, 50, 95)))
    return PitchStatistics(median, low, high, len(voiced) / len(f0_hz))


def semitones(from_hz: float, to_hz: float) -> float:
    """Distance on the musical scale, positive upwards."""
    return float(12 * np.log2(to_hz / from_hz))
