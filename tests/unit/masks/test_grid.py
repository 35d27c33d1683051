"""The mel grid against its filter bank and against a click at a known moment."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
import torch

from interp.audio.mel import log_mel
from masks import MelGrid

GRID = MelGrid()


def test_centres_are_where_the_filters_peak() -> None:
    freqs = np.arange(GRID.n_fft // 2 + 1) * GRID.sample_rate / GRID.n_fft
    peaks = freqs[GRID.filter_bank.argmax(1)]
    assert np.abs(peaks - GRID.centres_hz).max() <= 0.51 * GRID.sample_rate / GRID.n_fft


def test_centres_are_librosa_s_own() -> None:
    expected = librosa.mel_frequencies(82, fmin=0.0, fmax=8000.0)[1:-1]
    np.testing.assert_allclose(GRID.centres_hz, expected, rtol=1e-12)
    high = MelGrid(n_mels=40, f_min_hz=1200.0)
    np.testing.assert_allclose(high.centres_hz, librosa.mel_frequencies(42, fmin=1200.0, fmax=8000.0)[1:-1])


def test_centres_below_1_khz_are_37_hz_apart() -> None:
    np.testing.assert_allclose(GRID.centres_hz[:26], 37.2 * np.arange(1, 27), rtol=2e-3)


def test_bins_of_hz_are_whole_at_centres_and_half_between() -> None:
    between = (GRID.centres_hz[1:] + GRID.centres_hz[:-1]) / 2
    np.testing.assert_allclose(GRID.bins_of_hz(GRID.centres_hz), np.arange(80), atol=1e-9)
    np.testing.assert_allclose(GRID.bins_of_hz(between), np.arange(79) + 0.5, atol=1e-9)


@pytest.mark.parametrize("frame", [20, 57])
def test_a_click_at_a_frame_centre_is_loudest_there_and_even_on_both_sides(frame: int) -> None:
    wav = torch.zeros(1, 256 * 86)
    wav[0, round(float(GRID.frame_times_s(86)[frame]) * GRID.sample_rate)] = 1.0
    loudness = log_mel(wav, GRID)[0].mean(0)
    assert loudness.argmax() == frame
    torch.testing.assert_close(loudness[frame - 1], loudness[frame + 1], rtol=0, atol=0.05)


def test_cached_arrays_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        GRID.filter_bank[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        GRID.centres_hz[0] = 1.0
