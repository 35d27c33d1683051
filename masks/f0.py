"""F0 by Praat, one value per mel frame, at the frame's true centre time."""

from __future__ import annotations

import numpy as np
import parselmouth
from jaxtyping import Float

from masks.grid import MelGrid

PRAAT_STEP_S = 0.005


def extract_f0(
    wav: Float[np.ndarray, " samples"],
    grid: MelGrid,
    n_frames: int,
    floor_hz: float = 65.0,
    ceiling_hz: float = 450.0,
) -> Float[np.ndarray, " n_frames"]:
    """F0 in Hz at the centre of every mel frame, 0 where unvoiced.

    Praat's autocorrelation method (Boersma 1993) on a 5 ms raster; a frame is voiced when the raster point nearest to
    its centre is, and its value is interpolated between voiced neighbours.

    Parameters
    ----------
    wav : (samples,), at ``grid.sample_rate``
    n_frames : int, frames of the mel that the track goes with
    floor_hz, ceiling_hz : float, Hz, search range

    Returns
    -------
    (n_frames,) float64, Hz
    """
    times = grid.frame_times_s(n_frames)
    shortest_s = 3.0 / floor_hz
    if len(wav) / grid.sample_rate <= shortest_s:
        return np.zeros(n_frames)
    sound = parselmouth.Sound(np.asarray(wav, dtype=np.float64), sampling_frequency=grid.sample_rate)
    pitch = sound.to_pitch_ac(time_step=PRAAT_STEP_S, pitch_floor=floor_hz, pitch_ceiling=ceiling_hz)
    raster_hz = pitch.selected_array["frequency"]
    voiced = raster_hz > 0
    if not voiced.any():
        return np.zeros(n_frames)
    nearest = np.rint((times - pitch.x1) / PRAAT_STEP_S).astype(int)
    inside = (nearest >= 0) & (nearest < len(raster_hz))
    is_voiced = inside & voiced[np.clip(nearest, 0, len(raster_hz) - 1)]
    interpolated = np.interp(times, pitch.xs()[voiced], raster_hz[voiced])
    return np.where(is_voiced, interpolated, 0.0)
