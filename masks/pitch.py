"""The pitch mask: cells of a mel near F0 and its resolved harmonics."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from masks.errors import InterpError
from masks.grid import SLANEY_BREAK_HZ, MelGrid

HALF_WIDTH_BINS = 0.75
LEAST_HALF_WIDTH_BINS = 0.5
RESOLVED_WIDTH_SHARE = 0.48


def resolved_limit_hz(f0_hz: Float[np.ndarray, "*shape"], grid: MelGrid) -> Float[np.ndarray, "*shape"]:
    """Highest frequency at which neighbouring harmonics still fall apart on the mel axis, Hz.

    Harmonics are told apart while they lie at least ``1 / RESOLVED_WIDTH_SHARE`` bins apart (a peak and a dip
    each): about 1.3 kHz at an F0 of 100 Hz and 2.5 kHz at 200 Hz on the default grid. Bins are equally wide
    below the Slaney scale's break at 1 kHz, so an F0 of under 78 Hz, too low for any bin, gets the break.

    Parameters
    ----------
    f0_hz : (...), Hz, above 0

    Returns
    -------
    (...) Hz, from the break to the grid's upper end
    """
    centres = grid.centres_hz
    spacing = np.gradient(centres)
    first = int(np.searchsorted(centres, SLANEY_BREAK_HZ)) + 1
    at_limit = np.interp(np.asarray(f0_hz) * RESOLVED_WIDTH_SHARE, spacing[first:], centres[first:])
    return np.asarray(at_limit)


def pitch_mask(
    f0_hz: Float[np.ndarray, " frames"],
    grid: MelGrid,
    half_width_bins: float = HALF_WIDTH_BINS,
    n_harmonics: int | None = None,
) -> Bool[np.ndarray, "n_mels frames"]:
    """True within ``half_width_bins`` of a harmonic of F0, in voiced frames; its complement is the rest.

    Parameters
    ----------
    f0_hz : (frames,), Hz, 0 where unvoiced
    half_width_bins : float, bins, at least 0.5, measured on the bin axis of the filter bank
    n_harmonics : int or None, harmonics counted from F0 itself; None means up to the resolved limit of each
        frame

    Returns
    -------
    (n_mels, frames) bool; every voiced frame holds at least one True

    Raises
    ------
    InterpError
        When the width is under half a bin, so that a harmonic between two bins would be lost, or no harmonic
        is asked for.
    """
    require_pitch_settings(half_width_bins, n_harmonics)
    f0 = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0 > 0
    top_hz = _highest_harmonic_hz(np.where(voiced, f0, np.inf), grid, n_harmonics)
    bins = np.arange(grid.n_mels)[:, None]
    mask = np.zeros((grid.n_mels, len(f0)), dtype=bool)
    h = 1
    while (within := voiced & (h * f0 <= top_hz)).any():
        mask |= within & (np.abs(bins - grid.bins_of_hz(h * f0)) <= half_width_bins)
        h += 1
    return mask


def require_pitch_settings(half_width_bins: float, n_harmonics: int | None) -> None:
    """Refuse a width or a number of harmonics that would lose voiced frames.

    Raises
    ------
    InterpError
        See `pitch_mask`.
    """
    if not half_width_bins >= LEAST_HALF_WIDTH_BINS:
        raise InterpError(
            f"half_width_bins: {half_width_bins:g} loses harmonics that fall between two bins; "
            f"give {LEAST_HALF_WIDTH_BINS} or more (default {HALF_WIDTH_BINS})"
        )
    if n_harmonics is not None and n_harmonics < 1:
        raise InterpError(
            f"n_harmonics: {n_harmonics} leaves no pitch; give 1 or more, or none for the resolved limit"
        )


def _highest_harmonic_hz(
    f0: Float[np.ndarray, " frames"], grid: MelGrid, n_harmonics: int | None
) -> Float[np.ndarray, " frames"]:
    if n_harmonics is None:
        return np.asarray(np.maximum(f0, resolved_limit_hz(f0, grid)))
    return np.asarray(np.minimum(n_harmonics * f0, grid.f_max_hz))
