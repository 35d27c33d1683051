"""Melodies by number: bends of log F0 over relative time, the same whatever is said and whoever says it.

Number 0 is straight: the sentence keeps its own melody. Corpora hold the numbers, so the curves are frozen.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

N_CONTOURS = 64
N_POINTS = 101
OWN_MELODY = 0
_SEED = 13
_N_KNOTS = 5
_KNOT_SPREAD_SEMITONES = 2.4
_LARGEST_SEMITONES = 6.0


@lru_cache(maxsize=1)
def contours_semitones() -> Float[np.ndarray, "contours points"]:
    """All bends, semitones about their mean, at equal steps from the start of what is said to its end.

    A cubic spline goes through five normal draws at equal distances, and is clipped at 6 semitones.
    """
    rng = np.random.default_rng(_SEED)
    knots = rng.normal(0.0, _KNOT_SPREAD_SEMITONES, (N_CONTOURS - 1, _N_KNOTS))
    curves = CubicSpline(np.linspace(0, 1, _N_KNOTS), knots, axis=1)(np.linspace(0, 1, N_POINTS))
    centred = curves - curves.mean(axis=1, keepdims=True)
    bends = np.vstack([np.zeros(N_POINTS), np.clip(centred, -_LARGEST_SEMITONES, _LARGEST_SEMITONES)])
    bends.setflags(write=False)
    return bends


def bend_semitones(contour: int, relative_time: Float[np.ndarray, " times"]) -> Float[np.ndarray, " times"]:
    """The bend of a number at relative times; before 0 and after 1 it stays level."""
    points = np.linspace(0, 1, N_POINTS)
    return np.asarray(np.interp(relative_time, points, contours_semitones()[contour]))


def lowest_and_highest_semitones(contour: int) -> tuple[float, float]:
    """How far a bend goes below and above its mean."""
    bend = contours_semitones()[contour]
    return float(bend.min()), float(bend.max())
