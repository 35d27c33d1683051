"""The voice vector: what a rest token carries of its reference's voice, free of pitch.

A smoothed long-term spectrum: the mean log mel of voiced frames above the resolved low bins, as its first
cosine coefficients, so that no harmonic is left in it.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
from jaxtyping import Float

FIRST_BIN = 16  # about 630 Hz; below, single harmonics stand out
VOICE_SIZE = 16


def voice_vector(
    mel: Float[np.ndarray, "n_mels frames"], f0_hz: Float[np.ndarray, " frames"], size: int = VOICE_SIZE
) -> Float[np.ndarray, " size"]:
    """Cosine coefficients of the mean voiced spectrum.

    Parameters
    ----------
    mel : (n_mels, T), natural log mel of a level-normalised recording
    f0_hz : (T,), 0 where unvoiced; without a voiced frame all frames count
    size : int, coefficients kept

    Returns
    -------
    (size,) float32, of order 1
    """
    voiced = np.asarray(f0_hz) > 0
    chosen = np.asarray(mel, dtype=np.float32)[FIRST_BIN:, voiced if voiced.any() else slice(None)]
    coefficients = scipy.fft.dct(chosen.mean(1), norm="ortho")[:size]
    coefficients[0] += 5.5 * np.sqrt(len(chosen))  # the level of a normalised recording, so that 0 is usual
    return np.asarray(coefficients / 2.0, dtype=np.float32)
