"""Level of speech: RMS over its active part, so that pauses do not count."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

FRAME_S = 0.02
ACTIVE_BELOW_PEAK_DB = 30.0


def frame_levels_dbfs(wav: Float[np.ndarray, " samples"], rate: int) -> Float[np.ndarray, " frames"]:
    """RMS of every 20 ms, dB re full scale; -200 for digital silence."""
    length = max(1, round(FRAME_S * rate))
    n_frames = max(1, len(wav) // length)
    frames = np.resize(wav[: n_frames * length], (n_frames, min(length, len(wav)))).astype(np.float64)
    return _db(np.sqrt((frames**2).mean(axis=1)))


def active_frames(levels_dbfs: Float[np.ndarray, " frames"]) -> Bool[np.ndarray, " frames"]:
    """Frames within 30 dB of the loud ones: the 95th percentile, so that no single click sets the scale."""
    return np.asarray(levels_dbfs >= np.percentile(levels_dbfs, 95) - ACTIVE_BELOW_PEAK_DB)


def active_level_dbfs(wav: Float[np.ndarray, " samples"], rate: int) -> float:
    """RMS over the active frames, dB re full scale."""
    levels = frame_levels_dbfs(wav, rate)
    power = 10 ** (levels[active_frames(levels)] / 10)
    return float(10 * np.log10(power.mean()))


def peak_dbfs(wav: Float[np.ndarray, " samples"]) -> float:
    """Largest absolute sample, dB re full scale; -200 for digital silence."""
    return float(_db(np.abs(wav).max(initial=0.0)))


def amplify_to(
    wav: Float[np.ndarray, " samples"], rate: int, level_dbfs: float
) -> Float[np.ndarray, " samples"]:
    """Scale so that the active part has the given RMS level, dB re full scale; peaks may exceed it."""
    gain_db = level_dbfs - active_level_dbfs(wav, rate)
    return (wav * 10 ** (gain_db / 20)).astype(np.float32)


def _db(amplitude: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    return np.asarray(20 * np.log10(np.maximum(amplitude, 1e-10)))
