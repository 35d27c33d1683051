"""A recording at another pitch by Praat's PSOLA: to compare voices at one pitch, and as a control."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import parselmouth
from parselmouth.praat import call

from interp.audio.pitch_statistics import pitch_statistics
from interp.evaluation.clip import Clip
from masks.f0 import CEILING_HZ, FLOOR_HZ, PRAAT_STEP_S


@lru_cache(maxsize=32)
def with_pitch(clip: Clip, median_hz: float, range_factor: float = 1.0) -> Clip:
    """The recording with another median F0, by overlap-add (Moulines & Charpentier 1990, in Praat).

    Time, formants and unvoiced parts stay. Without a voiced frame the recording itself.

    Parameters
    ----------
    median_hz : Hz, wanted median of the voiced frames
    range_factor : each excursion from the median, in semitones, is multiplied by it
    """
    natural_hz = pitch_statistics(clip.f0_hz).median_hz
    if natural_hz is None:
        return clip
    sound = parselmouth.Sound(clip.wav.astype(np.float64), sampling_frequency=clip.grid.sample_rate)
    manipulation = call(sound, "To Manipulation", PRAAT_STEP_S, FLOOR_HZ, CEILING_HZ)
    tier = call(manipulation, "Extract pitch tier")
    call(tier, "Formula", f"{median_hz} * (self / {natural_hz}) ^ {range_factor}")
    call([tier, manipulation], "Replace pitch tier")
    made = call(manipulation, "Get resynthesis (overlap-add)").values[0]
    whole = np.zeros(len(clip.wav), dtype=np.float32)
    n = min(len(made), len(whole))
    whole[:n] = made[:n]
    return Clip(whole, clip.grid)
