"""Does the output have one pitch? F0 from below 500 Hz against F0 from the harmonics above."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.signal import butter, sosfiltfilt

from interp.evaluation.clip import Clip
from interp.evaluation.energy import levels_db, loud_db
from interp.evaluation.scene import Figures, Scene

EDGE_HZ, TOP_HZ = 500.0, 3000.0
ORDER = 10
HEARD_DB = 50.0
AGREES_SEMITONES = 1.0
CONSISTENT_SHARE = 0.6
LEAST_FRAMES = 10

KEYS = {
    "cross_band.agreement": "share of frames voiced in both bands whose F0 agree within 1 semitone",
    "cross_band.semitones": "median distance of the two F0, semitones",
    "cross_band.shared_share": "share of the frames voiced below 500 Hz that are voiced above it too",
    "cross_band.consistent": "1 when the agreement is 0.6 or more, else 0",
}


def cross_band(scene: Scene) -> Figures:
    """F0 below 500 Hz (first harmonics) against F0 of 500 to 3000 Hz (the harmonics above).

    Both by Praat's autocorrelation, which finds a fundamental that the band lacks. One voice gives one F0; a
    splice of one voice's low bins and another's high bins gives two. None when fewer than 10 frames are
    voiced in both.
    """
    low, high = f0_below(scene.output), f0_above(scene.output)
    both = (low > 0) & (high > 0)
    if both.sum() < LEAST_FRAMES:
        return dict.fromkeys(KEYS)
    apart = np.abs(12 * np.log2(high[both] / low[both]))
    agreement = float((apart < AGREES_SEMITONES).mean())
    return {
        "cross_band.agreement": agreement,
        "cross_band.semitones": float(np.median(apart)),
        "cross_band.shared_share": float(both.sum() / (low > 0).sum()),
        "cross_band.consistent": float(agreement >= CONSISTENT_SHARE),
    }


def f0_below(clip: Clip) -> Float[np.ndarray, " frames"]:
    """F0 of what lies below 500 Hz, Hz, 0 where unvoiced."""
    return _filtered(clip, EDGE_HZ, "lowpass").f0_hz


def f0_above(clip: Clip) -> Float[np.ndarray, " frames"]:
    """F0 of what lies between 500 and 3000 Hz, Hz, 0 where unvoiced or 50 dB below the loud frames."""
    band = _filtered(_filtered(clip, EDGE_HZ, "highpass"), TOP_HZ, "lowpass")
    heard = levels_db(band) > loud_db(levels_db(clip)) - HEARD_DB
    return np.where(heard, band.f0_hz, 0.0)


def _filtered(clip: Clip, edge_hz: float, kind: str) -> Clip:
    """Butterworth, forwards and backwards, so that nothing is delayed."""
    sections = butter(ORDER, edge_hz, kind, fs=clip.grid.sample_rate, output="sos")
    return Clip(sosfiltfilt(sections, clip.wav).astype(np.float32), clip.grid)
