"""Excitation of the vocoder: a band-limited pulse train at the mel's F0, and white noise, as spectra."""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional

from interp.vocoders.neural.stft import margin, stft
from masks.grid import MelGrid


def pulse_train(
    f0_hz: Float[Tensor, "batch frames"], start: Float[Tensor, " batch"], grid: MelGrid
) -> Float[Tensor, "batch samples"]:
    """Cosines of amplitude 1 at all harmonics of F0 up to ``grid.f_max_hz``, in phase.

    Their sum in closed form, ``(sin((2 H + 1) x) / sin(x) - 1) / 2`` at half the phase x (Dirichlet's
    kernel); phase is the running sum of F0, so harmonics stay in step over a whole sentence.

    Parameters
    ----------
    f0_hz : (batch, frames), Hz, positive, at the centres of frames
    start : (batch,), cycles, phase at the first sample

    Returns
    -------
    (batch, hop * frames + n_fft - hop), margins of `stft` included
    """
    f0 = _at_samples(f0_hz.double(), grid)
    cycles = (start.double()[:, None] + (f0 / grid.sample_rate).cumsum(1)).remainder(1.0)
    half = math.pi * cycles
    n_harmonics = (grid.f_max_hz / f0).floor()
    sine = half.sin()
    safe = torch.where(sine.abs() < 1e-6, 1e-6, sine)
    ratio = torch.where(sine.abs() < 1e-6, 2 * n_harmonics + 1, ((2 * n_harmonics + 1) * half).sin() / safe)
    return ((ratio - 1) / 2).float()


def excitation(
    f0_hz: Float[Tensor, "batch frames"],
    start: Float[Tensor, " batch"],
    noise: Float[Tensor, "batch samples"],
    grid: MelGrid,
) -> tuple[Complex[Tensor, "batch n_freqs frames"], Complex[Tensor, "batch n_freqs frames"]]:
    """Spectra of the pulse train and of white noise.

    A lone harmonic of the first peaks at 1; the second has a mean square of 1. (Harmonics plus noise: Serra
    and Smith 1990; as the input of a neural filter: Wang et al. 2019.)

    Parameters
    ----------
    noise : (batch, hop * frames + n_fft - hop), standard normal
    """
    window = torch.hann_window(grid.n_fft)
    pulses = stft(pulse_train(f0_hz, start, grid), grid) / (float(window.sum()) / 2)
    return pulses, stft(noise, grid) / float((window**2).sum().sqrt())


def _at_samples(f0_hz: Float[Tensor, "batch frames"], grid: MelGrid) -> Float[Tensor, "batch samples"]:
    """Linear between the centres of frames, constant beyond the first and the last."""
    reach = -(-margin(grid) // grid.hop_length)
    padded = functional.pad(f0_hz[:, None], (reach, reach), mode="replicate")
    dense = functional.interpolate(padded, scale_factor=grid.hop_length, mode="linear", align_corners=False)
    surplus = reach * grid.hop_length - margin(grid)
    return dense[:, 0, surplus : dense.shape[-1] - surplus]
