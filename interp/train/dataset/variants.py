"""Praat variants of a recording: pitch level, pitch range and formant scale drawn independently of the voice.

Natural speech is one of the draws. Durations never change, so an alignment holds for every variant of its
recording.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import parselmouth
from jaxtyping import Float
from parselmouth.praat import call

from interp.system.digest import number_of
from interp.train.dataset.features import NATURAL, Variant

FORMANT_RATIOS = (0.87, 0.93, 1.0, 1.08, 1.16)
FEW_RATIOS = ((0.87, 1.0), (1.0, 1.16))  # of a speaker with few recordings, so that a voice has enough
MAX_SHIFT_SEMITONES = 8.0
MEDIAN_RANGE_HZ = (80.0, 290.0)
RANGE_FACTORS = (0.7, 1.3)
NATURAL_SHARE = 1 / 8
SEARCH_FLOOR_HZ, SEARCH_CEILING_HZ = 65.0, 450.0


def draw_variant(
    key: str, index: int, natural_median_hz: float, ratios: Sequence[float] = FORMANT_RATIOS
) -> Variant:
    """The ``index``-th variant of a recording; the same for the same key, whatever else is drawn.

    Parameters
    ----------
    key : the utterance's unique name
    natural_median_hz : Hz, its own median F0
    ratios : formant scales to draw from
    """
    rng = np.random.default_rng(number_of(f"{key}#{index}"))
    if rng.random() < NATURAL_SHARE:
        return NATURAL
    span = 2 ** (MAX_SHIFT_SEMITONES / 12)
    low = max(MEDIAN_RANGE_HZ[0], natural_median_hz / span)
    high = min(MEDIAN_RANGE_HZ[1], natural_median_hz * span)
    median = float(np.exp(rng.uniform(np.log(low), np.log(max(low, high)))))
    return Variant(float(rng.choice(ratios)), median, float(rng.uniform(*RANGE_FACTORS)))


def few_ratios(speaker: str) -> tuple[float, float]:
    """Two formant scales for a speaker, 1 among them; always the same two."""
    return FEW_RATIOS[number_of(speaker) % len(FEW_RATIOS)]


def apply_variant(
    wav: Float[np.ndarray, " samples"], sample_rate: int, variant: Variant
) -> Float[np.ndarray, " samples"]:
    """Praat's "Change gender" with a duration factor of 1; same length as the input."""
    if variant.natural:
        return wav
    sound = parselmouth.Sound(np.asarray(wav, dtype=np.float64), sampling_frequency=sample_rate)
    changed = call(
        sound,
        "Change gender",
        SEARCH_FLOOR_HZ,
        SEARCH_CEILING_HZ,
        variant.formant_ratio,
        variant.median_hz,
        variant.range_factor,
        1.0,
    )
    out = np.asarray(changed.values[0])
    return np.pad(out, (0, max(0, len(wav) - len(out))))[: len(wav)]
