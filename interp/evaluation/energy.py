"""The energy contour against a reference that says the same words; and the level against any."""

from __future__ import annotations

import librosa
import numpy as np
from jaxtyping import Float

from interp.audio.level import active_level_dbfs
from interp.evaluation.clip import Clip
from interp.evaluation.scene import Figures, Scene, per_reference, same_words
from interp.evaluation.warp import warp_by_dtw

RANGE_DB = 40.0

KEYS = per_reference(
    {
        "energy.{ref}.level_db": "output's active level above that of {ref}, dB (outputs have one set level)",
        "energy.{ref}.correlation": "Pearson correlation of energy in dB with {ref}, aligned by DTW",
        "energy.{ref}.rmse_db": "root mean square difference of energy after both means are made equal, dB",
    }
)


def energy(scene: Scene) -> Figures:
    """Level and energy contour.

    Energy is the RMS of a frame of 1024 samples in dB, held at 40 dB below the recording's 95th percentile,
    so that the noise of pauses does not count. None against a reference of other or unknown words.
    """
    figures: Figures = dict.fromkeys(KEYS)
    here = energy_db(scene.output)
    for n, ref in enumerate(scene.refs, start=1):
        figures[f"energy.ref{n}.level_db"] = _level(scene.output) - _level(ref)
        if same_words(scene, n):
            there = energy_db(ref)[np.rint(warp_by_dtw(scene.output, ref)).astype(int)]
            figures[f"energy.ref{n}.correlation"] = float(np.corrcoef(here, there)[0, 1])
            figures[f"energy.ref{n}.rmse_db"] = float((here - there).std())
    return figures


def energy_db(clip: Clip) -> Float[np.ndarray, " frames"]:
    """Energy of every mel frame, dB re full scale, held at 40 dB below the loud frames."""
    levels = levels_db(clip)
    return np.asarray(np.maximum(levels, loud_db(levels) - RANGE_DB))


def levels_db(clip: Clip) -> Float[np.ndarray, " frames"]:
    """RMS of every mel frame, dB re full scale; -200 for digital silence."""
    pad = (clip.grid.n_fft - clip.grid.hop_length) // 2
    padded = np.pad(clip.wav, pad, mode="reflect")
    rms = librosa.feature.rms(
        y=padded, frame_length=clip.grid.n_fft, hop_length=clip.grid.hop_length, center=False
    )[0]
    return np.asarray(20 * np.log10(np.maximum(rms, 1e-10)))


def loud_db(levels: Float[np.ndarray, " frames"]) -> float:
    """Level of the loud frames: the 95th percentile, so that no single click sets the scale."""
    return float(np.percentile(levels, 95))


def _level(clip: Clip) -> float:
    return active_level_dbfs(clip.wav, clip.grid.sample_rate)
