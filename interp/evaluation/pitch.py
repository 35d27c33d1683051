"""Pitch level: median, range and distribution of log F0, against each reference and between the two."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.stats import wasserstein_distance

from interp.audio.pitch_statistics import pitch_statistics, semitones
from interp.evaluation.scene import Figures, Scene, per_reference

# Nearer than this, "on the way from one reference to the other" has no meaning.
LEAST_SEMITONES = 0.5

KEYS = per_reference(
    {
        "pitch.median_hz": "median F0 of the output's voiced frames, Hz",
        "pitch.range_semitones": "5th to 95th percentile of the output's F0, semitones",
        "pitch.voiced_share": "share of the output's frames that are voiced",
        "pitch.{ref}.median_hz": "median F0 of {ref} itself, Hz",
        "pitch.{ref}.semitones": "output's median above that of {ref}, semitones",
        "pitch.{ref}.range_semitones": "output's range less that of {ref}, semitones",
        "pitch.{ref}.distribution_semitones": (
            "Wasserstein-1 distance between the distributions of log F0 of the output and {ref}, semitones"
        ),
        "pitch.refs_semitones": "reference 1's median above reference 2's, semitones",
        "pitch.place": "where the output's median log F0 lies: 0 at reference 2, 1 at reference 1",
        "pitch.nearer_ref1": "1 when the output's median is nearer to reference 1's, else 0",
    }
)


def pitch(scene: Scene) -> Figures:
    """Level, range and distribution of F0; all distances on the semitone scale, ``12 log2(f / f_ref)``.

    The distance of distributions is the Wasserstein-1 (earth mover's) distance of log F0: shifting a
    recording by s semitones moves it by exactly s. F0 is Praat's, `masks.f0` (Boersma 1993).
    """
    output = scene.output.f0_hz
    stats = pitch_statistics(output)
    figures: Figures = {
        "pitch.median_hz": stats.median_hz,
        "pitch.range_semitones": stats.range_semitones,
        "pitch.voiced_share": stats.voiced_share,
    }
    for n, ref in enumerate(scene.refs, start=1):
        figures |= {f"pitch.ref{n}.{key}": value for key, value in _against(output, ref.f0_hz).items()}
    return figures | _between(output, scene.refs[0].f0_hz, scene.refs[1].f0_hz)


def semitones_of(f0_hz: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " voiced"]:
    """Voiced frames on the semitone scale, 0 at 1 Hz."""
    return np.asarray(12 * np.log2(f0_hz[f0_hz > 0]))


def _against(output: Float[np.ndarray, " a"], ref: Float[np.ndarray, " b"]) -> Figures:
    here, there = pitch_statistics(output), pitch_statistics(ref)
    if here.median_hz is None or there.median_hz is None:
        return {
            "median_hz": there.median_hz,
            "semitones": None,
            "range_semitones": None,
            "distribution_semitones": None,
        }
    assert here.range_semitones is not None
    assert there.range_semitones is not None
    return {
        "median_hz": there.median_hz,
        "semitones": semitones(there.median_hz, here.median_hz),
        "range_semitones": here.range_semitones - there.range_semitones,
        "distribution_semitones": float(wasserstein_distance(semitones_of(output), semitones_of(ref))),
    }


def _between(
    output: Float[np.ndarray, " a"], ref1: Float[np.ndarray, " b"], ref2: Float[np.ndarray, " c"]
) -> Figures:
    medians = [pitch_statistics(f0).median_hz for f0 in (output, ref1, ref2)]
    heard, first, second = medians
    if heard is None or first is None or second is None:
        return {"pitch.refs_semitones": None, "pitch.place": None, "pitch.nearer_ref1": None}
    apart, above = semitones(second, first), semitones(second, heard)
    nearer = abs(semitones(first, heard)) < abs(above)
    return {
        "pitch.refs_semitones": apart,
        "pitch.place": above / apart if abs(apart) >= LEAST_SEMITONES else None,
        "pitch.nearer_ref1": float(nearer),
    }
