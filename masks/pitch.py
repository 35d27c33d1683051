"""The pitch mask: cells of a mel near F0 and its resolved harmonics."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from masks.grid import MelGrid

HALF_WIDTH_BINS = 0.75
RESOLVED_WIDTH_SHARE = 0.48


def resolved_limit_hz(f0_hz: Float[np.ndarray, "*shape"], grid: MelGrid) -> Float[np.ndarray, "*shape"]:
    """Highest frequency at which neighbouring harmonics still fall apart on the mel axis, Hz.

    Harmonics are told apart while their distance is at least ``1 / RESOLVED_WIDTH_SHARE`` bins (a peak and a dip each): about
    1.3 kHz at an F0 of 100 Hz and 2.6 kHz at 200 Hz on the default grid.
    """
    centres = grid.centres_hz
    spacing = np.gradient(centres)
    at_limit = np.interp(np.asarray(f0_hz) * RESOLVED_WIDTH_SHARE, spacing[27:], centres[27:])
    return np.asarray(at_limit)


def pitch_mask(
    f0_hz: Float[np.ndarray, " frames"],
    grid: MelGrid,
    half_width_bins: float = HALF_WIDTH_BINS,
    n_harmonics: int | None = None,
) -> Bool[np.ndarray, "n_mels frames"]:
    """True within ``half_width_bins`` of a harmonic of F0, in voiced frames.

    Parameters
    ----------
    f0_hz : (frames,), Hz, 0 where unvoiced
    half_width_bins : float, bins, measured on the bin axis of the filter bank
    n_harmonics : int or None, harmonics counted from F0 itself; None means up to the resolved limit of each frame

    Returns
    -------
    (n_mels, frames) bool
    """
    f0 = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0 > 0
    safe = np.where(voiced, f0, 100.0)
    bins = np.arange(grid.n_mels)[:, None]
    nearest = np.zeros((grid.n_mels, len(f0)), dtype=bool)
    limit = resolved_limit_hz(safe, grid)
    top = n_harmonics if n_harmonics is not None else int(np.ceil((limit / safe).max(initial=1.0)))
    for h in range(1, top + 1):
        at_hz = h * safe
        near = np.abs(bins - grid.bins_of_hz(at_hz)) <= half_width_bins
        allowed = at_hz <= grid.f_max_hz if n_harmonics is not None else (at_hz <= limit) | (h == 1)
        nearest |= near & allowed
    return nearest & voiced
