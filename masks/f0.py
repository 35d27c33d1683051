"""F0 by Praat, one value per mel frame, at the frame's true centre time."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from masks.grid import MelGrid

PRAAT_STEP_S = 0.005
FLOOR_HZ = 65.0
CEILING_HZ = 450.0
PERIODS_PER_WINDOW = 3.0


def extract_f0(
    wav: Float[np.ndarray, " samples"],
    grid: MelGrid,
    n_frames: int,
    floor_hz: float = FLOOR_HZ,
    ceiling_hz: float = CEILING_HZ,
) -> Float[np.ndarray, " n_frames"]:
    """F0 in Hz at the centre of every mel frame, 0 where unvoiced.

    Praat's autocorrelation method (Boersma 1993, "Accurate short-term analysis of the fundamental frequency")
    on a 5 ms raster. A frame is voiced when the raster point nearest to its centre is; its value is
    interpolated where the points on both sides are voiced, else it is that point's. Praat's window of ``3 /
    floor_hz`` does not reach the first and last 23 ms: there the contour goes on in a straight line.

    Parameters
    ----------
    wav : (samples,), at ``grid.sample_rate``
    n_frames : int, frames of the mel that the track goes with
    floor_hz, ceiling_hz : float, Hz, search range

    Returns
    -------
    (n_frames,) float64, Hz; all 0 when the recording is not longer than one window
    """
    window_s = PERIODS_PER_WINDOW / floor_hz
    if len(wav) / grid.sample_rate <= window_s:
        return np.zeros(n_frames)
    import parselmouth  # here, so that training from a pack needs no Praat

    sound = parselmouth.Sound(np.asarray(wav, dtype=np.float64), sampling_frequency=grid.sample_rate)
    pitch = sound.to_pitch_ac(time_step=PRAAT_STEP_S, pitch_floor=floor_hz, pitch_ceiling=ceiling_hz)
    n_beyond = int(np.ceil(window_s / 2 / PRAAT_STEP_S)) + 1
    raster_hz = np.asarray(pitch.selected_array["frequency"])
    raster_hz = _continued(_continued(raster_hz, n_beyond)[::-1], n_beyond)[::-1]
    voiced = raster_hz > 0
    raster_hz = np.where(voiced, np.clip(raster_hz, floor_hz, ceiling_hz), 0.0)
    return _at(grid.frame_times_s(n_frames), raster_hz, pitch.x1 - n_beyond * PRAAT_STEP_S)


def _continued(raster_hz: Float[np.ndarray, " n"], n_beyond: int) -> Float[np.ndarray, " n_more"]:
    """The raster with points before its first, in a straight line; level where voicing breaks off sooner."""
    start = raster_hz[: n_beyond + 1]
    whole = len(start) > n_beyond and bool((start > 0).all())
    slope = (start[-1] - start[0]) / n_beyond if whole else 0.0
    before = start[0] + slope * np.arange(-n_beyond, 0)
    return np.concatenate([before, raster_hz])


def _at(
    times_s: Float[np.ndarray, " frames"], raster_hz: Float[np.ndarray, " n"], first_s: float
) -> Float[np.ndarray, " frames"]:
    """Raster values at any times; 0 stands for unvoiced and is never mixed into a value."""
    position = np.clip((times_s - first_s) / PRAAT_STEP_S, 0, len(raster_hz) - 1)
    left = np.floor(position).astype(int)
    right = np.minimum(left + 1, len(raster_hz) - 1)
    nearest = np.rint(position).astype(int)
    between = raster_hz[left] + (position - left) * (raster_hz[right] - raster_hz[left])
    both = (raster_hz[left] > 0) & (raster_hz[right] > 0)
    return np.asarray(np.where(both, between, raster_hz[nearest]))
