"""F0 read off a log mel by a comb: for sound that exists only as a mel, such as the predicted clean mel."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from masks.grid import MelGrid

# What a mel of 80 bins resolves, and what the vocoder's network was trained on.
FLOOR_HZ = 65.0
CEILING_HZ = 450.0
STEPS_PER_SEMITONE = 4
COMB_TOP_HZ = 2200.0
TREND_SIGMA_BINS = 4.0
VOICED_SALIENCE = 0.45
FLOOR_DB = -40.0
SMOOTHED_FRAMES = 3


def f0_of_mel(
    mel: Float[Tensor, "*batch n_mels frames"],
    grid: MelGrid,
    voiced_salience: float = VOICED_SALIENCE,
) -> Float[Tensor, "*batch frames"]:
    """F0 in Hz of every frame of a log mel, 0 where no comb fits.

    The candidate, on a raster of a quarter semitone from 65 to 450 Hz, whose `comb_salience` is largest,
    refined by a parabola through its neighbours.

    Parameters
    ----------
    mel : (..., n_mels, frames), natural log
    voiced_salience : float in [-1, 1], least salience of a voiced frame; -1 gives every frame a value

    Returns
    -------
    (..., frames) Hz
    """
    salience = comb_salience(mel, grid)
    best = salience.max(-2)
    n = salience.shape[-2]
    inner = best.indices.clamp(1, n - 2)[..., None, :]
    left, mid, right = (salience.gather(-2, inner + k)[..., 0, :] for k in (-1, 0, 1))
    bend = (left - 2 * mid + right).clamp(max=-1e-6)
    steps = inner[..., 0, :] + (0.5 * (left - right) / bend).clamp(-1, 1)
    f0_hz = FLOOR_HZ * torch.exp2(steps / (12 * STEPS_PER_SEMITONE))
    return torch.where(best.values >= voiced_salience, f0_hz, 0.0)


def comb_salience(
    mel: Float[Tensor, "*batch n_mels frames"], grid: MelGrid
) -> Float[Tensor, "*batch candidates frames"]:
    """Correlation, in [-1, 1], of every frame's fine structure with that of a flat comb at each candidate F0.

    Fine structure is the log mel up to 2.2 kHz less its running mean over the bins, which takes formants and
    level away (a cepstral high-pass; compare subharmonic summation, Hermes 1988). Averaged over three frames.

    Parameters
    ----------
    mel : (..., n_mels, frames), natural log

    Returns
    -------
    (..., candidates, frames), candidates of `candidates_hz`
    """
    combs, high_pass = (torch.from_numpy(m).to(mel) for m in _combs_and_high_pass(grid))
    low = mel[..., : high_pass.shape[0], :]
    floor = mel.amax(-2, keepdim=True) + FLOOR_DB * np.log(10) / 20
    fine = high_pass @ torch.maximum(low, floor)
    salience = combs @ functional.normalize(fine, dim=-2)
    flat = salience.reshape(-1, 1, salience.shape[-1])
    half = SMOOTHED_FRAMES // 2
    smooth = functional.avg_pool1d(functional.pad(flat, (half, half), mode="replicate"), SMOOTHED_FRAMES, 1)
    return smooth.reshape(salience.shape)


def candidates_hz() -> Float[np.ndarray, " candidates"]:
    """The F0 raster, Hz: quarter semitones over the comb's range."""
    n = int(np.ceil(12 * STEPS_PER_SEMITONE * np.log2(CEILING_HZ / FLOOR_HZ))) + 1
    return FLOOR_HZ * 2.0 ** (np.arange(n) / (12 * STEPS_PER_SEMITONE))


@lru_cache(maxsize=4)
def _combs_and_high_pass(
    grid: MelGrid,
) -> tuple[Float[np.ndarray, "candidates low"], Float[np.ndarray, "low low"]]:
    """Unit-norm fine structure of flat combs, and the matrix that takes a log mel to its fine structure."""
    n_low = int(np.searchsorted(grid.centres_hz, COMB_TOP_HZ))
    bins = np.arange(n_low)
    weights = np.exp(-0.5 * ((bins[:, None] - bins) / TREND_SIGMA_BINS) ** 2)
    high_pass = np.eye(n_low) - weights / weights.sum(1, keepdims=True)
    combs = np.stack([high_pass @ _comb_mel(grid, f0)[:n_low] for f0 in candidates_hz()])
    return combs / np.linalg.norm(combs, axis=1, keepdims=True), high_pass


def _comb_mel(grid: MelGrid, f0_hz: float) -> Float[np.ndarray, " n_mels"]:
    """Log mel of harmonics of equal amplitude, each the main lobe of a Hann window; powers add."""
    freqs = np.fft.rfftfreq(grid.n_fft, 1 / grid.sample_rate)
    harmonics = f0_hz * np.arange(1, int(1.5 * COMB_TOP_HZ / f0_hz) + 2)
    offset = (freqs[:, None] - harmonics) * grid.n_fft / grid.sample_rate
    magnitude = np.sqrt((_hann_lobe(offset) ** 2).sum(1))
    return np.asarray(np.log(grid.filter_bank @ magnitude + 10 ** (FLOOR_DB / 20) * grid.filter_bank.max()))


def _hann_lobe(offset_bins: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Magnitude of a Hann window's spectrum, 1 at its peak, within its main lobe of 4 FFT bins."""
    x = np.where(np.isclose(np.abs(offset_bins), 1), offset_bins + 1e-6, offset_bins)
    return np.where(np.abs(x) < 2, np.abs(np.sinc(x) / (1 - x**2)), 0.0)
