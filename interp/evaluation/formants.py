"""Formants F1 to F4 and the vocal-tract length that they speak of, by Praat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import parselmouth
from jaxtyping import Float
from parselmouth.praat import call

from interp.evaluation.clip import Clip
from interp.evaluation.scene import Figures, Scene, per_reference

STEP_S, WINDOW_S, PRE_EMPHASIS_HZ = 0.01, 0.025, 50.0
N_FORMANTS, CEILING_HZ = 5, 5500.0
SPEED_OF_SOUND_CM_S = 35000.0
LEAST_FRAMES = 10
NUMBERS = (1, 2, 3, 4)

KEYS = per_reference(
    {
        **{f"formants.f{i}_hz": f"median F{i} of the output's voiced frames, Hz" for i in NUMBERS},
        "formants.vtl_cm": "apparent vocal-tract length of the output, cm",
        **{f"formants.{{ref}}.f{i}_ratio": f"output's F{i} over that of {{ref}}" for i in NUMBERS},
        "formants.{ref}.vtl_ratio": "output's vocal-tract length over that of {ref}",
    }
)


@dataclass(frozen=True)
class Formants:
    """Of one recording: ``medians_hz`` (4,), F1 to F4 over voiced frames, and ``vtl_cm``."""

    medians_hz: Float[np.ndarray, " 4"]
    vtl_cm: float


def formants(scene: Scene) -> Figures:
    """Medians of F1 to F4 and vocal-tract length, absolute and against each reference.

    The length goes by the spacing dF of the formants of a uniform tube closed at one end,
    ``F_i = (2 i - 1) / 2 dF``: least squares through the origin gives dF, and ``c / (2 dF)`` with c = 350 m/s
    the length (Reby & McComb 2003). It is an apparent length: it depends on the vowels and on the ceiling of
    5500 Hz. None without enough voiced frames.
    """
    here = formants_of(scene.output)
    figures: Figures = dict.fromkeys(KEYS)
    if here is None:
        return figures
    figures |= {f"formants.f{i}_hz": float(here.medians_hz[i - 1]) for i in NUMBERS}
    figures["formants.vtl_cm"] = here.vtl_cm
    for n, ref in enumerate(scene.refs, start=1):
        if there := formants_of(ref):
            ratios = here.medians_hz / there.medians_hz
            figures |= {f"formants.ref{n}.f{i}_ratio": float(ratios[i - 1]) for i in NUMBERS}
            figures[f"formants.ref{n}.vtl_ratio"] = here.vtl_cm / there.vtl_cm
    return figures


@lru_cache(maxsize=32)
def formants_of(clip: Clip) -> Formants | None:
    """Formants of a recording by Burg's method (Praat: five below 5500 Hz, windows of 25 ms)."""
    sound = parselmouth.Sound(clip.wav.astype(np.float64), sampling_frequency=clip.grid.sample_rate)
    track = sound.to_formant_burg(STEP_S, N_FORMANTS, CEILING_HZ, WINDOW_S, PRE_EMPHASIS_HZ)
    frames = (np.asarray(track.xs()) * clip.grid.frame_rate_hz).astype(int)
    voiced = clip.f0_hz[np.clip(frames, 0, len(clip.f0_hz) - 1)] > 0
    # Praat writes a frame without an i-th formant as 0 here
    tracks = np.stack([call(track, "To Matrix", i).values[0] for i in NUMBERS])[:, voiced]
    found = tracks > 0
    if found.sum(1).min() < LEAST_FRAMES:
        return None
    medians = np.nanmedian(np.where(found, tracks, np.nan), axis=1)
    return Formants(medians, vocal_tract_length_cm(medians))


def vocal_tract_length_cm(formants_hz: Float[np.ndarray, " n"]) -> float:
    """Length of the uniform tube whose resonances lie nearest to the formants, F1 first."""
    halves = (2 * np.arange(1, len(formants_hz) + 1) - 1) / 2
    spacing_hz = halves @ formants_hz / (halves @ halves)
    return float(SPEED_OF_SOUND_CM_S / (2 * spacing_hz))
