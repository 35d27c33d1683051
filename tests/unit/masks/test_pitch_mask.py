"""The pitch mask on hand-computed cells, its resolved limit and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from masks import InterpError, MelGrid, pitch_mask, resolved_limit_hz

GRID = MelGrid()


def cells(f0_hz: float, **settings: float) -> list[int]:
    return np.flatnonzero(pitch_mask(np.array([f0_hz]), GRID, **settings)[:, 0]).tolist()


def test_a_harmonic_at_a_filter_peak_takes_that_bin_alone() -> None:
    assert cells(37.2 * 4, n_harmonics=1) == [3]
    assert cells(37.2 * 4, n_harmonics=3) == [3, 7, 11]


def test_a_harmonic_between_two_peaks_takes_both() -> None:
    assert cells(37.2 * 4.5, n_harmonics=1) == [3, 4]


def test_a_wider_mask_takes_the_neighbours() -> None:
    assert cells(37.2 * 4, n_harmonics=1, half_width_bins=1.1) == [2, 3, 4]


def test_without_a_number_harmonics_reach_the_resolved_limit_of_their_frame() -> None:
    f0_hz = np.array([100.0, 200.0])
    tops = GRID.centres_hz[[np.flatnonzero(column).max() for column in pitch_mask(f0_hz, GRID).T]]
    limits = resolved_limit_hz(f0_hz, GRID)
    assert (np.abs(tops - limits) < 200).all()
    np.testing.assert_allclose(limits, [1300, 2550], rtol=0.05)


def test_harmonics_end_at_the_grid() -> None:
    assert max(cells(400.0, n_harmonics=50)) == 79


def test_unvoiced_frames_are_empty() -> None:
    mask = pitch_mask(np.array([0.0, 150.0, 0.0]), GRID)
    assert mask.any(0).tolist() == [False, True, False]
    assert not pitch_mask(np.zeros(5), GRID).any()
    assert pitch_mask(np.zeros(0), GRID).shape == (80, 0)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"half_width_bins": 0.4}, "half_width_bins: 0.4"),
        ({"half_width_bins": float("nan")}, "half_width_bins: nan"),
        ({"n_harmonics": 0}, "n_harmonics: 0"),
    ],
)
def test_settings_that_lose_pitch_are_refused(settings: dict[str, float], named: str) -> None:
    with pytest.raises(InterpError, match=named):
        cells(150.0, **settings)
