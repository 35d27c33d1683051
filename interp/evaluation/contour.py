"""The F0 contour against a reference that says the same words, aligned by DTW or by phone."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from interp.evaluation.phones import aligned_words, common_edges
from interp.evaluation.scene import Figures, Scene, per_reference, same_words
from interp.evaluation.warp import warp_by_dtw, warp_by_phones

GROSS = 0.2
LEAST_FRAMES = 5
SEMITONES_PER_NEPER = 12 / np.log(2)

_KEYS = {
    "correlation": "Pearson correlation of log F0, frames voiced in both",
    "rmse_semitones": "root mean square difference of F0, semitones",
    "shape_semitones": "the same after both medians are made equal, semitones",
    "gross_error": "gross pitch error: share of frames voiced in both whose F0 differs by over 20 %",
    "voicing_error": "voicing decision error: share of frames voiced in one only",
    "frame_error": "F0 frame error: share of frames with a gross or a voicing error",
}


def _keys(name: str, how: str) -> dict[str, str]:
    return per_reference(
        {f"{name}.{{ref}}.{key}": f"{what}; against {{ref}}, {how}" for key, what in _KEYS.items()}
    )


KEYS = _keys("contour", "aligned by DTW")
PHONE_KEYS = _keys("contour_phones", "aligned by phone")


def contour(scene: Scene) -> Figures:
    """`compare_contours` after DTW (`warp_by_dtw`); None against a reference of other or unknown words."""
    figures: Figures = dict.fromkeys(KEYS)
    for n, ref in enumerate(scene.refs, start=1):
        if same_words(scene, n):
            found = compare_contours(scene.output.f0_hz, ref.f0_hz, warp_by_dtw(scene.output, ref))
            figures |= {f"contour.ref{n}.{key}": value for key, value in found.items()}
    return figures


def contour_phones(scene: Scene) -> Figures:
    """`compare_contours` with each phone laid over the reference's; None where the alignment fails."""
    figures: Figures = dict.fromkeys(PHONE_KEYS)
    for n, ref in enumerate(scene.refs, start=1):
        if not same_words(scene, n):
            continue
        assert scene.text is not None
        here, there = aligned_words(scene.output, scene.text), aligned_words(ref, scene.text)
        edges = common_edges(here, there) if here and there else None
        if edges:
            positions = warp_by_phones(scene.output, ref, *edges)
            found = compare_contours(scene.output.f0_hz, ref.f0_hz, positions)
            figures |= {f"contour_phones.ref{n}.{key}": value for key, value in found.items()}
    return figures


def compare_contours(
    f0_hz: Float[np.ndarray, " frames"],
    reference_hz: Float[np.ndarray, " others"],
    positions: Float[np.ndarray, " frames"],
) -> Figures:
    """Two F0 tracks, frame by frame of the first.

    Gross pitch error: Rabiner et al. 1976, with the 20 % of Nakatani et al. 2008, who also define the voicing
    decision error; F0 frame error: Chu & Alwan 2009. Correlation and differences are of log F0, None below
    5 common voiced frames.

    Parameters
    ----------
    f0_hz, reference_hz : Hz, 0 where unvoiced
    positions : frame of the reference that goes with each frame; frames at NaN do not count
    """
    known = ~np.isnan(positions)
    here = f0_hz[known]
    there = reference_hz[np.clip(np.rint(positions[known]).astype(int), 0, len(reference_hz) - 1)]
    both, one = (here > 0) & (there > 0), (here > 0) != (there > 0)
    if both.sum() < LEAST_FRAMES:
        return dict.fromkeys(_KEYS) | {"voicing_error": float(one.mean()) if len(here) else None}
    a, b = np.log(here[both]), np.log(there[both])
    difference = SEMITONES_PER_NEPER * (a - b)
    shape = difference - SEMITONES_PER_NEPER * (np.median(a) - np.median(b))
    gross = np.abs(here[both] / there[both] - 1) > GROSS
    flat = a.std() < 1e-9 or b.std() < 1e-9
    return {
        "correlation": None if flat else float(np.corrcoef(a, b)[0, 1]),
        "rmse_semitones": float(np.sqrt((difference**2).mean())),
        "shape_semitones": float(np.sqrt((shape**2).mean())),
        "gross_error": float(gross.mean()),
        "voicing_error": float(one.mean()),
        "frame_error": float((gross.sum() + one.sum()) / len(here)),
    }
