"""Clipping: flat tops, at whatever level the recording stands now."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import maximum_filter1d

FULL_SCALE = 0.999
# A top is flat to within a hundredth of its height, as high as the tops about it, and falls off steeply: a
# smooth crest falls by 3 times its flatness within half of its width, a clipped one by far more.
FLATNESS = 0.01
FALL = 0.1
NEIGHBOURHOOD_S = 1.0
OF_NEIGHBOURS = 0.8
OF_LOUDEST = 0.2
SHORTEST_RUN = 3


def clipped_share(wav: Float[np.ndarray, " samples"], rate: int) -> float:
    """Share of samples on flat tops or at full scale, 0 to 1.

    Clipping that was resampled or coded since keeps only its broadest tops flat, so the share is a lower
    bound.
    """
    at_full_scale = np.abs(wav) >= FULL_SCALE
    centred = wav - np.median(wav)
    loudest = float(np.abs(centred).max())
    on_top, below = (_on_flat_tops(side, rate, loudest) for side in (centred, -centred))
    return float((at_full_scale | on_top | below).mean())


def _on_flat_tops(
    wav: Float[np.ndarray, " samples"], rate: int, loudest: float
) -> Bool[np.ndarray, " samples"]:
    """Samples on runs that hardly change, near the local maximum, with a steep fall on either side."""
    highest = maximum_filter1d(wav, round(NEIGHBOURHOOD_S * rate))
    high = wav > np.maximum(OF_NEIGHBOURS * highest, OF_LOUDEST * loudest)
    level = high[1:] & (np.abs(np.diff(wav)) < FLATNESS * np.abs(wav[1:]))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], level, [False]])))
    first, last = edges[::2], edges[1::2]
    half = np.maximum((last - first + 1) // 2, 1)
    inside = (last - first + 1 >= SHORTEST_RUN) & (first >= half) & (last + half < len(wav))
    first, last, half = first[inside], last[inside], half[inside]
    height = wav[(first + last) // 2]
    even = np.minimum(wav[first], wav[last]) > (1 - 2 * FLATNESS) * height
    flat = even & (np.maximum(wav[first - half], wav[last + half]) < (1 - FALL) * height)
    steps = np.zeros(len(wav) + 1, dtype=int)
    np.add.at(steps, first[flat], 1)
    np.add.at(steps, last[flat] + 1, -1)
    return np.cumsum(steps)[:-1] > 0
