"""F0 by Praat in two passes, one value per mel frame, at the frame's true centre time."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from masks.grid import MelGrid

PRAAT_STEP_S = 0.005
PERIODS_PER_WINDOW = 3.0
# The first pass hears every voice, from creak to a child's shout; the second searches about what it found.
FLOOR_HZ = 40.0
CEILING_HZ = 900.0
FIRST_CEILING_HZ = 800.0
# A voice seldom leaves the octave below its median or 1.2 octaves above; errors of an octave do.
FLOOR_OF_MEDIAN = 0.5
CEILING_OF_MEDIAN = 2.3
# Two voices in one recording: then a quartile stands for the median of the lower or the higher one.
QUARTILE_OF_MEDIAN = 1.6
# Praat's defaults are 0.01 and 0.35; these take half of the errors of an octave away.
OCTAVE_COST = 0.03
OCTAVE_JUMP_COST = 0.6
# Noise and whisper are periodic by chance: seldom, and then briefly or restlessly.
SHORTEST_VOICED_S = 0.02
LASTING_S = 0.08
LEAST_LASTING_SHARE = 0.75
FEW_VOICED_SHARE = 0.15
MOST_SEMITONES_A_STEP = 0.44
RESTLESS_VOICED_SHARE = 0.3


def extract_f0(
    wav: Float[np.ndarray, " samples"],
    grid: MelGrid,
    n_frames: int,
    floor_hz: float = FLOOR_HZ,
    ceiling_hz: float = CEILING_HZ,
) -> Float[np.ndarray, " n_frames"]:
    """F0 in Hz at the centre of every mel frame, 0 where unvoiced.

    Praat's autocorrelation method (Boersma 1993, "Accurate short-term analysis of the fundamental frequency")
    on a 5 ms raster, twice: the second time between a floor and a ceiling that follow from the first (the way
    of De Looze and Hirst 2008). Runs under 20 ms are unvoiced. A recording in which few points are voiced,
    and those scattered, has no F0: it is noise or whisper.

    A frame is voiced when the raster point nearest to its centre is; its value is interpolated where the
    points on both sides are voiced, else it is that point's. Praat's window of ``3 / floor`` does not reach
    the first and last frames: there the contour goes on in a straight line.

    Parameters
    ----------
    wav : (samples,), at ``grid.sample_rate``
    n_frames : int, frames of the mel that the track goes with
    floor_hz, ceiling_hz : float, Hz, limits of both passes

    Returns
    -------
    (n_frames,) float64, Hz; all 0 when the recording is not longer than one window
    """
    first_hz, _ = _praat(wav, grid.sample_rate, floor_hz, min(ceiling_hz, FIRST_CEILING_HZ))
    if not first_hz.any():
        return np.zeros(n_frames)
    own_floor_hz, own_ceiling_hz = np.clip(range_hz(first_hz), floor_hz, ceiling_hz)
    raster_hz, first_s = _praat(wav, grid.sample_rate, own_floor_hz, own_ceiling_hz)
    raster_hz = np.where(_in_runs(raster_hz, SHORTEST_VOICED_S), raster_hz, 0.0)
    if _is_scattered(raster_hz):
        return np.zeros(n_frames)
    n_beyond = int(np.ceil(PERIODS_PER_WINDOW / own_floor_hz / 2 / PRAAT_STEP_S)) + 1
    raster_hz = _continued(_continued(raster_hz, n_beyond)[::-1], n_beyond)[::-1]
    raster_hz = np.where(raster_hz > 0, np.clip(raster_hz, own_floor_hz, own_ceiling_hz), 0.0)
    return _at(grid.frame_times_s(n_frames), raster_hz, first_s - n_beyond * PRAAT_STEP_S)


def _praat(
    wav: Float[np.ndarray, " samples"], rate: int, floor_hz: float, ceiling_hz: float
) -> tuple[Float[np.ndarray, " n"], float]:
    """F0 on the raster, 0 where unvoiced, and the time of its first point, seconds."""
    if len(wav) / rate <= PERIODS_PER_WINDOW / floor_hz:
        return np.zeros(1), 0.0
    import parselmouth  # here, so that training from a pack needs no Praat

    sound = parselmouth.Sound(np.asarray(wav, dtype=np.float64), sampling_frequency=rate)
    pitch = sound.to_pitch_ac(
        time_step=PRAAT_STEP_S,
        pitch_floor=floor_hz,
        pitch_ceiling=ceiling_hz,
        octave_cost=OCTAVE_COST,
        octave_jump_cost=OCTAVE_JUMP_COST,
    )
    return np.asarray(pitch.selected_array["frequency"]), pitch.x1


def range_hz(f0_hz: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Floor and ceiling, Hz, of a search for a voice whose F0 is roughly known, as in the second pass.

    Parameters
    ----------
    f0_hz : (n,), 0 where unvoiced, at least one voiced
    """
    low, median, high = np.percentile(f0_hz[f0_hz > 0], (25, 50, 75))
    lower, higher = min(median, QUARTILE_OF_MEDIAN * low), max(median, high / QUARTILE_OF_MEDIAN)
    return FLOOR_OF_MEDIAN * lower, CEILING_OF_MEDIAN * higher


def _in_runs(raster_hz: Float[np.ndarray, " n"], least_s: float) -> Bool[np.ndarray, " n"]:
    """Voiced points that lie in an unbroken run of at least that length."""
    voiced = raster_hz > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]])))
    long_enough = np.diff(edges)[::2] >= round(least_s / PRAAT_STEP_S)
    inside = np.zeros(len(raster_hz) + 1, dtype=int)
    np.add.at(inside, edges[::2][long_enough], 1)
    np.add.at(inside, edges[1::2][long_enough], -1)
    return np.cumsum(inside)[:-1] > 0


def _is_scattered(raster_hz: Float[np.ndarray, " n"]) -> bool:
    """Whether few points are voiced, and most of those in passing, or with steps that no voice takes."""
    voiced = raster_hz > 0
    n_voiced = np.count_nonzero(voiced)
    in_passing = _in_runs(raster_hz, LASTING_S).sum() < LEAST_LASTING_SHARE * n_voiced
    if in_passing and n_voiced < FEW_VOICED_SHARE * len(raster_hz):
        return True
    both = voiced[1:] & voiced[:-1]
    if n_voiced >= RESTLESS_VOICED_SHARE * len(raster_hz) or not both.any():
        return False
    steps = 12 * np.abs(np.diff(np.log2(np.where(voiced, raster_hz, 1.0))))[both]
    return bool(np.median(steps) > MOST_SEMITONES_A_STEP)


def _continued(raster_hz: Float[np.ndarray, " n"], n_beyond: int) -> Float[np.ndarray, " n_more"]:
    """The raster with points before its first, in a straight line; level where voicing breaks off sooner."""
    start = raster_hz[: n_beyond + 1]
    whole = len(start) > n_beyond and bool((start > 0).all())
    # Medians, since the outermost points of a voice that is cut off are often wrong.
    slope = float(np.median(np.diff(start))) if whole else 0.0
    level = float(np.median(start - slope * np.arange(len(start)))) if whole else start[0]
    before = level + slope * np.arange(-n_beyond, 0)
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
