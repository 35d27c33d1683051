"""Pitch cells of a target without F0: voicing by phonemes, the static band, the predicted mel, coverage."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from harmonic_signals import SIGNALS, at_grid_rate

from interp.audio.mel import log_mel
from masks import (
    InterpError,
    MelGrid,
    PatchGrid,
    coverage,
    pitch_mask,
    predicted_cells,
    reduce_mask,
    static_cells,
    voiced_frames,
)

GRID = MelGrid()


def test_frames_of_voiced_phonemes_with_or_without_stress() -> None:
    found = voiced_frames(["S", "AH0", "N", "T", "IY1", "."], np.array([2, 3, 1, 1, 2, 4]))
    assert found.tolist() == [False] * 2 + [True] * 4 + [False] + [True] * 2 + [False] * 4


def test_a_blank_is_voiced_between_voiced_phonemes_alone() -> None:
    symbols = ["_", "AH0", "_", " ", "_", "N", "_", "S", "_"]
    assert voiced_frames(symbols, np.ones(9, dtype=int)).tolist() == [0, 1, 1, 1, 1, 1, 0, 0, 0]
    assert voiced_frames(["AH0", "_", ",", "_", "AH0"], np.ones(5, dtype=int)).tolist() == [1, 0, 0, 0, 1]


def test_static_cells_are_the_band_of_the_reference_and_its_harmonics_in_voiced_frames() -> None:
    ref_f0_hz = np.concatenate([np.zeros(50), np.linspace(149, 186, 101)])
    voiced = np.array([False, True, True])
    cells = static_cells(ref_f0_hz, voiced, GRID, n_harmonics=2)
    assert not cells[:, 0].any()
    assert (cells[:, 1] == cells[:, 2]).all()
    assert np.flatnonzero(cells[:, 1]).tolist() == [3, 4, 7, 8, 9]


def test_outliers_of_the_track_do_not_widen_the_band() -> None:
    steady = np.full(100, 149.0)
    wild = np.where(np.arange(100) < 4, 440.0, steady)
    voiced = np.ones(1, dtype=bool)
    np.testing.assert_array_equal(static_cells(wild, voiced, GRID), static_cells(steady, voiced, GRID))


def test_a_reference_without_voice_is_refused_with_the_remedy() -> None:
    with pytest.raises(InterpError, match=r"none of 9 frames is voiced.*give"):
        static_cells(np.zeros(9), np.ones(3, dtype=bool), GRID)


def test_predicted_cells_follow_the_mel_in_voiced_frames() -> None:
    signal = SIGNALS["rising 90-180"]
    wav = torch.from_numpy(at_grid_rate(signal, 22050)).float()
    mel = log_mel(wav[None], GRID)[0]
    voiced = np.arange(mel.shape[1]) % 5 > 0
    cells = predicted_cells(mel.requires_grad_(), voiced, GRID)
    true_cells = pitch_mask(signal.f0_hz(GRID.frame_times_s(mel.shape[1])), GRID, n_harmonics=3)
    assert not cells[:, ~voiced].any()
    assert (cells[:, voiced] == true_cells[:, voiced]).mean() > 0.99


def test_coverage_is_the_share_of_rows_up_to_the_resolved_limit() -> None:
    patches = PatchGrid.uniform(80, 20, 2)
    reduced = torch.tensor([[1, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]], dtype=torch.bool)
    found = coverage(reduced, patches, GRID, f0_median_hz=100.0)
    assert (found.n_rows, found.share, found.too_wide) == (2, 0.75, True)
    assert coverage(torch.zeros_like(reduced), patches, GRID, 100.0).share == 0.0


def test_coarser_levels_cover_too_much_to_tell_pitch_from_the_rest() -> None:
    mask = torch.from_numpy(pitch_mask(np.full(32, 120.0), GRID))
    levels = [PatchGrid.uniform(80, height, height) for height in (1, 2, 4)]
    found = [coverage(reduce_mask(mask, level), level, GRID, 120.0) for level in levels]
    assert found[0].share < min(found[1].share, found[2].share)
    assert [of_level.too_wide for of_level in found] == [False, True, True]
