"""The pitch mask lies where the pitch is: signals of known F0, at several rates and sample offsets."""

from __future__ import annotations

import numpy as np
import pytest
from harmonic_signals import SIGNALS, at_grid_rate

from masks import MelGrid, extract_f0, pitch_mask

GRID = MelGrid()
RATES = (8000, 16000, 22050, 44100, 48000)
OFFSETS = (0, 37, 165)
HALF_WIDTH = 0.75
TOLERANCE_HZ = 2.0


def strongest_bins(hz: np.ndarray) -> np.ndarray:
    """The bin whose filter responds most at a frequency, read off the bank (linear between FFT bins)."""
    freqs = np.arange(GRID.n_fft // 2 + 1) * GRID.sample_rate / GRID.n_fft
    responses = np.stack([np.interp(hz, freqs, row) for row in GRID.filter_bank])
    return responses.argmax(0)


def bank_positions(hz: np.ndarray) -> np.ndarray:
    """Frequencies in bins, by the Slaney formula and not by the code under test."""

    def mel(f: np.ndarray) -> np.ndarray:
        return np.where(f < 1000, 3 * f / 200, 15 + np.log(np.maximum(f, 1) / 1000) * 27 / np.log(6.4))

    return mel(hz) * 81 / mel(np.array(8000.0)) - 1


def share_with_strongest_bin(mask: np.ndarray, true_hz: np.ndarray) -> float:
    frames = np.arange(mask.shape[1])
    around = [mask[strongest_bins(true_hz + shift), frames] for shift in (-TOLERANCE_HZ, TOLERANCE_HZ)]
    return float((around[0] | around[1]).mean())


def share_without_far_cells(mask: np.ndarray, true_hz: np.ndarray) -> float:
    harmonics = np.arange(1, 60)[:, None] * true_hz
    lowest = bank_positions(harmonics - TOLERANCE_HZ) - HALF_WIDTH
    highest = bank_positions(harmonics + TOLERANCE_HZ) + HALF_WIDTH
    bins = np.arange(GRID.n_mels)[:, None, None]
    near = ((bins >= lowest) & (bins <= highest)).any(1)
    return float((~(mask & ~near).any(0)).mean())


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", SIGNALS)
def test_mask_holds_the_strongest_bin_and_nothing_far_from_a_harmonic(name: str, rate: int) -> None:
    whole = at_grid_rate(SIGNALS[name], rate)
    for offset in OFFSETS:
        wav = whole[offset:]
        n_frames = len(wav) // GRID.hop_length
        true_hz = SIGNALS[name].f0_hz(GRID.frame_times_s(n_frames) + offset / GRID.sample_rate)
        mask = pitch_mask(extract_f0(wav, GRID, n_frames), GRID, HALF_WIDTH)
        assert share_with_strongest_bin(mask, true_hz) >= 0.99
        assert share_without_far_cells(mask, true_hz) >= 0.99


@pytest.mark.parametrize("rate", RATES)
def test_white_noise_gives_an_empty_mask(rate: int) -> None:
    import librosa

    for seed in range(2):
        noise = 0.1 * np.random.default_rng(seed).standard_normal(2 * rate)
        wav = librosa.resample(noise, orig_sr=rate, target_sr=GRID.sample_rate, res_type="soxr_hq")
        assert not pitch_mask(extract_f0(wav, GRID, len(wav) // 256), GRID).any()


@pytest.mark.parametrize("level", [0.0, 1e-4])
def test_silence_gives_an_empty_mask(level: float) -> None:
    wav = level * np.ones(GRID.sample_rate)
    assert not pitch_mask(extract_f0(wav, GRID, 86), GRID).any()
