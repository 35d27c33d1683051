"""Mel-cepstral distortion against a reference that says the same words, by a published package."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from interp.audio.level import amplify_to
from interp.audio.read import BAND_LIMIT_RATE
from interp.audio.write import save_wav
from interp.evaluation.clip import Clip
from interp.evaluation.scene import Figures, Scene, per_reference, same_words

MODULES = ("mel_cepstral_distance",)
LEVEL_DBFS = -26.0
# Frames of 512 samples every 128 at 16 kHz; cepstra 1 to 12 of 20 mel bands; band of the fast DTW in frames.
OPTIONS: dict[str, Any] = {
    "n_fft": 32,
    "win_len": 32,
    "hop_len": 8,
    "M": 20,
    "s": 1,
    "D": 13,
    "dtw_radius": 10,
}

KEYS = per_reference(
    {
        "mcd.{ref}.distance": "mel-cepstral distance to {ref} along the DTW path, cepstra 1 to 12",
        "mcd.{ref}.penalty": "share of the DTW path that stretches, 0 where both run alike",
    }
)


def mcd(scene: Scene) -> Figures:
    """Mean distance ``||c_out - c_ref||`` of mel cepstra 1 to 12 along a DTW path.

    Kubichek 1993 as the package mel-cepstral-distance (Taubert & Sternkopf) computes it: natural units of its
    cepstra, a cosine sum over 20 mel bands in Bel, about 12 between two speakers; the constant
    ``10 sqrt(2) / ln 10`` of papers on mel-generalised cepstra is not in it. Both recordings are brought to
    16 kHz and one level. None against a reference of other or unknown words.
    """
    figures: Figures = dict.fromkeys(KEYS)
    for n, ref in enumerate(scene.refs, start=1):
        if same_words(scene, n):
            distance, penalty = _distance(scene.output, ref)
            figures |= {f"mcd.ref{n}.distance": distance, f"mcd.ref{n}.penalty": penalty}
    return figures


def _distance(output: Clip, ref: Clip) -> tuple[float, float]:
    """The package reads files only."""
    from mel_cepstral_distance import compare_audio_files

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("output.wav", "reference.wav")]
        for path, clip in zip(paths, (output, ref), strict=True):
            leveled = amplify_to(clip.wav_16k, BAND_LIMIT_RATE, LEVEL_DBFS)
            save_wav(path, leveled, BAND_LIMIT_RATE)
        distance, penalty = compare_audio_files(*paths, aligning="dtw", align_target="mfcc", **OPTIONS)
    return float(distance), float(penalty)
