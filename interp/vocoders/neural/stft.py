"""STFT and its inverse on the mel's frames: frame i is centred at (hop i + hop / 2) / rate seconds."""

from __future__ import annotations

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional

from masks.grid import MelGrid


def margin(grid: MelGrid) -> int:
    """Samples that the first frame's window reaches over the start, and the last one's over the end."""
    return (grid.n_fft - grid.hop_length) // 2


def stft(wav: Float[Tensor, "batch samples"], grid: MelGrid) -> Complex[Tensor, "batch n_freqs frames"]:
    """Spectrum of a signal that brings its margins along: ``hop * frames + n_fft - hop`` samples."""
    window = torch.hann_window(grid.n_fft, device=wav.device)
    return torch.stft(
        wav, grid.n_fft, grid.hop_length, window=window, center=False, onesided=True, return_complex=True
    )


def istft(spectrum: Complex[Tensor, "batch n_freqs frames"], grid: MelGrid) -> Float[Tensor, "batch samples"]:
    """Weighted overlap-add (Griffin and Lim 1984, eq. 6), the margins cut off: ``hop * frames`` samples.

    The least-squares signal: exact where the spectrum is one of a signal.
    """
    window = torch.hann_window(grid.n_fft, device=spectrum.device)
    frames = torch.fft.irfft(spectrum.mT, n=grid.n_fft) * window
    weights = (window**2).expand(1, spectrum.shape[-1], -1)
    cut = slice(margin(grid), -margin(grid))
    return _overlap_add(frames, grid)[:, cut] / _overlap_add(weights, grid)[:, cut]


def _overlap_add(
    frames: Float[Tensor, "batch frames n_fft"], grid: MelGrid
) -> Float[Tensor, "batch samples"]:
    length = (frames.shape[1] - 1) * grid.hop_length + grid.n_fft
    summed = functional.fold(frames.mT, (1, length), kernel_size=(1, grid.n_fft), stride=(1, grid.hop_length))
    return summed[:, 0, 0]
