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

STEP_S, WINDOW_S, PRE_EMPHASIS_HZ = 0.02, 0.025, 50.0
N_FORMANTS = 5
CEILINGS_HZ = np.arange(4500.0, 6751.0, 250.0)
N_STEADIEST = 3
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
    the length (Reby & McComb 2003). It is an apparent length and depends on the vowels. None without enough
    voiced frames.
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
    """Formants of a recording by Burg's method in Praat, five below a ceiling that suits the voice.

    One ceiling for all voices mistakes one formant for the next in some. As in Escudero et al. 2009, ceilings
    are tried (4500 to 6750 Hz) and judged by how steady the tracks are; here by the median absolute deviation
    of log F3 and log F4, which vowels move least. The three steadiest are averaged geometrically.
    """
    sound = parselmouth.Sound(clip.wav.astype(np.float64), sampling_frequency=clip.grid.sample_rate)
    tracks = [_tracks(sound, clip, float(ceiling)) for ceiling in CEILINGS_HZ]
    if min(np.isfinite(track).sum(1).min() for track in tracks) < LEAST_FRAMES:
        return None
    medians = np.array([np.nanmedian(track, axis=1) for track in tracks])
    deviations = [np.nanmedian(np.abs(t - m[:, None]), axis=1) for t, m in zip(tracks, medians, strict=True)]
    steadiest = np.argsort([deviation[2:].sum() for deviation in deviations])[:N_STEADIEST]
    medians_hz = np.exp(medians[steadiest].mean(0))
    return Formants(medians_hz, vocal_tract_length_cm(medians_hz))


def _tracks(sound: parselmouth.Sound, clip: Clip, ceiling_hz: float) -> Float[np.ndarray, "4 voiced"]:
    """Log of F1 to F4 in voiced frames; NaN where Praat finds no such formant."""
    track = sound.to_formant_burg(STEP_S, N_FORMANTS, ceiling_hz, WINDOW_S, PRE_EMPHASIS_HZ)
    frames = (np.asarray(track.xs()) * clip.grid.frame_rate_hz).astype(int)
    voiced = clip.f0_hz[np.clip(frames, 0, len(clip.f0_hz) - 1)] > 0
    found = np.stack([call(track, "To Matrix", i).values[0] for i in NUMBERS])[:, voiced]
    return np.log(np.where(found > 0, found, np.nan))  # Praat's matrix holds 0 for none


def vocal_tract_length_cm(formants_hz: Float[np.ndarray, " n"]) -> float:
    """Length of the uniform tube whose resonances lie nearest to the formants, F1 first."""
    halves = (2 * np.arange(1, len(formants_hz) + 1) - 1) / 2
    spacing_hz = halves @ formants_hz / (halves @ halves)
    return float(SPEED_OF_SOUND_CM_S / (2 * spacing_hz))
