"""Which moment of a reference goes with each frame of an output of the same words: by DTW or by phone."""

from __future__ import annotations

from functools import lru_cache

import librosa
import numpy as np
import scipy.fft
from jaxtyping import Float

from interp.evaluation.clip import Clip
from interp.evaluation.phones import PhoneTimes

N_CEPSTRA = 12


@lru_cache(maxsize=32)
def warp_by_dtw(output: Clip, reference: Clip) -> Float[np.ndarray, " frames"]:
    """Frame of the reference that goes with every frame of the output, fractions between.

    Dynamic time warping (Sakoe & Chiba 1978; `librosa.sequence.dtw`, steps (1,1), (0,1), (1,0)) of mel
    cepstra 1 to 12, each brought to mean 0 and variance 1 over its recording, so that level and most of the
    voice drop out. Where several frames of the reference go with one of the output, their mean counts.

    Returns
    -------
    (frames,), one for every frame of the output's F0 track
    """
    _, path = librosa.sequence.dtw(_cepstra(output), _cepstra(reference), metric="euclidean")
    rows, columns = path.T
    totals = np.bincount(rows, weights=columns)
    return np.asarray(totals / np.bincount(rows))


def warp_by_phones(
    output: Clip, reference: Clip, spoken: PhoneTimes, other: PhoneTimes
) -> Float[np.ndarray, " frames"]:
    """Frame of the reference that goes with every frame of the output: linear within each phone.

    Parameters
    ----------
    spoken, other : the same phones in the output and in the reference (`phones.common_edges`)

    Returns
    -------
    (frames,), NaN before the first phone and after the last
    """
    times = output.times_s
    there_s = np.interp(times, spoken.edges_s, other.edges_s, left=np.nan, right=np.nan)
    return np.asarray(there_s * reference.grid.frame_rate_hz - 0.5)


def _cepstra(clip: Clip) -> Float[np.ndarray, "cepstra frames"]:
    cepstra = scipy.fft.dct(clip.mel, axis=0, norm="ortho")[1 : N_CEPSTRA + 1]
    deviation = cepstra.std(1, keepdims=True)
    return np.asarray((cepstra - cepstra.mean(1, keepdims=True)) / np.maximum(deviation, 1e-6))
