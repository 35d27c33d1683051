"""Pitch cells of the target, whose F0 does not exist yet: a static band, or what the predicted mel shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from masks.errors import InterpError
from masks.grid import MelGrid
from masks.mel_f0 import f0_of_mel
from masks.pitch import HALF_WIDTH_BINS, pitch_mask, require_pitch_settings, resolved_limit_hz
from masks.reduce import PatchGrid

N_HARMONICS = 3
BAND_PERCENTILES = (5.0, 95.0)
COVERAGE_LIMIT = 0.6
VOICED_PHONES = frozenset(
    "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW B D DH G JH L M N NG R V W Y Z ZH".split()  # noqa: SIM905
)
BLANKS = frozenset({"", " ", "_"})


def voiced_frames(
    symbols: Sequence[str], durations: Int[np.ndarray, " symbols"], blanks: Collection[str] = BLANKS
) -> Bool[np.ndarray, " frames"]:
    """True in the frames of voiced phonemes.

    A blank is voiced when its neighbours on both sides are; punctuation, pauses and whatever else is no
    phoneme are not.

    Parameters
    ----------
    symbols : ARPAbet with or without stress (``AH0``), blanks and punctuation
    durations : (symbols,) frames of each
    blanks : what stands between phonemes and has no sound of its own
    """
    assert len(symbols) == len(durations), f"{len(symbols)} symbols and {len(durations)} durations"
    is_voiced = np.array([symbol.rstrip("012") in VOICED_PHONES for symbol in symbols], dtype=bool)
    is_sound = np.array([symbol not in blanks for symbol in symbols], dtype=bool)
    of_last = _voicing_of_last_sound(is_voiced, is_sound)
    of_next = _voicing_of_last_sound(is_voiced[::-1], is_sound[::-1])[::-1]
    return np.repeat(of_last & of_next, durations)


def _voicing_of_last_sound(
    is_voiced: Bool[np.ndarray, " symbols"], is_sound: Bool[np.ndarray, " symbols"]
) -> Bool[np.ndarray, " symbols"]:
    last = np.maximum.accumulate(np.where(is_sound, np.arange(len(is_sound)), -1))
    return np.asarray((last >= 0) & is_voiced[last])


def static_cells(
    ref_f0_hz: Float[np.ndarray, " ref_frames"],
    voiced: Bool[np.ndarray, " frames"],
    grid: MelGrid,
    n_harmonics: int = N_HARMONICS,
    half_width_bins: float = HALF_WIDTH_BINS,
) -> Bool[np.ndarray, "n_mels frames"]:
    """The band in which reference 1's pitch moves, and its harmonics, in voiced frames.

    From the 5th to the 95th percentile of log F0, times h = 1..n_harmonics, widened by ``half_width_bins``.

    Raises
    ------
    InterpError
        When the reference has no voiced frame, or the settings lose harmonics (see `pitch_mask`).
    """
    require_pitch_settings(half_width_bins, n_harmonics)
    low_hz, high_hz = np.percentile(voiced_f0(ref_f0_hz), BAND_PERCENTILES)
    h = np.arange(1, n_harmonics + 1)
    bins = np.arange(grid.n_mels)[:, None]
    above = bins >= grid.bins_of_hz(h * low_hz) - half_width_bins
    below = bins <= grid.bins_of_hz(h * high_hz) + half_width_bins
    within = h * low_hz <= grid.f_max_hz
    return np.asarray((above & below & within).any(axis=1, keepdims=True) & voiced)


def predicted_cells(
    mel: Float[Tensor, "n_mels frames"],
    voiced: Bool[np.ndarray, " frames"],
    grid: MelGrid,
    n_harmonics: int | None = N_HARMONICS,
    half_width_bins: float = HALF_WIDTH_BINS,
) -> Bool[np.ndarray, "n_mels frames"]:
    """Cells near the harmonics that the predicted clean mel shows, in voiced frames (``x0``).

    Every voiced frame gets an F0, however faint its comb; `f0_of_mel` is off by a tenth of a semitone on
    recordings.

    Parameters
    ----------
    mel : (n_mels, frames), natural log, not in model units
    voiced : (frames,) bool, by duration
    """
    f0_hz = f0_of_mel(mel.detach(), grid, voiced_salience=-1.0).cpu().numpy()
    return pitch_mask(np.where(voiced, f0_hz, 0.0), grid, half_width_bins, n_harmonics)


def voiced_f0(f0_hz: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " voiced"]:
    """The voiced values of a track, Hz.

    Raises
    ------
    InterpError
        When there is none.
    """
    found = f0_hz[f0_hz > 0]
    if not len(found):
        raise InterpError(
            f"reference: none of {len(f0_hz)} frames is voiced, so it has no pitch; give one of a voice"
        )
    return found


@dataclass(frozen=True)
class Coverage:
    """How much of the rows up to the resolved limit the pitch cells take, on the grid of one attention map.

    Parameters
    ----------
    share : float in [0, 1], mean over columns that hold pitch; 0 when none does
    n_rows : int, rows up to the limit
    too_wide : bool, share over 0.6: the grid cannot tell pitch from the rest, and is left out of band-wise
        objectives
    """

    share: float
    n_rows: int
    too_wide: bool


def coverage(
    reduced: Bool[Tensor, "rows columns"], patches: PatchGrid, grid: MelGrid, f0_median_hz: float
) -> Coverage:
    """Coverage of a reduced mask, over the rows that begin below the resolved limit of a median F0."""
    limit_bin = float(grid.bins_of_hz(resolved_limit_hz(np.array(f0_median_hz), grid)))
    first_bins = np.cumsum((0, *patches.row_heights[:-1]))
    n_rows = int(np.count_nonzero(first_bins <= limit_bin))
    with_pitch = reduced[:, reduced.any(0)]
    share = float(with_pitch[:n_rows].float().mean()) if with_pitch.shape[1] else 0.0
    return Coverage(share, n_rows, share > COVERAGE_LIMIT)
