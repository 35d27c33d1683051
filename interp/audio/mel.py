"""The log mel of HiFi-GAN and Grad-TTS: what the model, the vocoder and the masks all mean by a mel."""

from __future__ import annotations

from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from masks.grid import MelGrid

LOG_FLOOR = 1e-5
MAGNITUDE_EPS = 1e-9


def log_mel(wav: Float[Tensor, "batch samples"], grid: MelGrid) -> Float[Tensor, "batch n_mels frames"]:
    """Natural log of the mel magnitude spectrum, clamped at 1e-5.

    Reflect padding by (n_fft - hop) / 2, a periodic Hann window, ``sqrt(re^2 + im^2 + 1e-9)``, Slaney filters
    (HiFi-GAN, Kong et al. 2020, ``meldataset.py``). Frame i is centred at (hop i + hop / 2) / rate seconds.

    Parameters
    ----------
    wav : (batch, samples), in [-1, 1], at ``grid.sample_rate``; longer than (n_fft - hop) / 2 samples

    Returns
    -------
    (batch, n_mels, samples // hop), in the dtype and on the device of ``wav``
    """
    pad = (grid.n_fft - grid.hop_length) // 2
    assert wav.shape[-1] > pad, f"{wav.shape[-1]} samples are too few for a mel frame"
    window, bank = _window_and_bank(grid, wav.device, wav.dtype)
    padded = functional.pad(wav.unsqueeze(1), (pad, pad), mode="reflect").squeeze(1)
    spectrum = torch.stft(
        padded, grid.n_fft, grid.hop_length, window=window, center=False, onesided=True, return_complex=True
    )
    magnitude = (spectrum.real**2 + spectrum.imag**2 + MAGNITUDE_EPS).sqrt()
    return (bank @ magnitude).clamp(min=LOG_FLOOR).log()


@lru_cache(maxsize=8)
def _window_and_bank(grid: MelGrid, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    window = torch.hann_window(grid.n_fft, device=device, dtype=dtype)
    bank = torch.tensor(grid.filter_bank, device=device, dtype=dtype)
    return window, bank
