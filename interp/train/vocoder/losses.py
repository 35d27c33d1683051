"""Losses of the vocoder on samples: mel, multi-resolution STFT, adversarial, feature matching."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from interp.audio.mel import log_mel
from masks.grid import MelGrid

# FFT sizes; hops are a quarter. The shortest resolves single pitch periods, the longest single harmonics.
RESOLUTIONS = (256, 512, 1024, 2048)
FLOOR = 1e-3
Maps = Sequence[Sequence[Tensor]]


def mel_loss(
    made: Float[Tensor, "batch samples"], real: Float[Tensor, "batch samples"], grid: MelGrid
) -> Float[Tensor, ""]:
    """Mean absolute difference of log mels, nepers (HiFi-GAN, Kong et al. 2020, eq. 3)."""
    return functional.l1_loss(log_mel(made, grid), log_mel(real, grid))


def stft_loss(
    made: Float[Tensor, "batch samples"], real: Float[Tensor, "batch samples"], grid: MelGrid
) -> Float[Tensor, ""]:
    """Spectral convergence and log magnitude, mean over resolutions, up to ``grid.f_max_hz``.

    Parallel WaveGAN (Yamamoto et al. 2020, eq. 4 to 6).
    """
    total = made.new_zeros(())
    for n_fft in RESOLUTIONS:
        n_bins = int(grid.f_max_hz * n_fft / grid.sample_rate)
        a, b = (magnitudes(x, n_fft)[:, :n_bins] for x in (made, real))
        convergence = torch.linalg.vector_norm(a - b) / torch.linalg.vector_norm(b).clamp(min=FLOOR)
        total = total + convergence + functional.l1_loss((a + FLOOR).log(), (b + FLOOR).log())
    return total / len(RESOLUTIONS)


def magnitudes(wav: Float[Tensor, "batch samples"], n_fft: int) -> Float[Tensor, "batch freqs frames"]:
    """STFT magnitude with a Hann window and a hop of a quarter; smooth at 0."""
    window = _window(n_fft, wav.device)
    x = torch.stft(wav, n_fft, n_fft // 4, window=window, center=True, return_complex=True)
    return (x.real**2 + x.imag**2 + 1e-9).sqrt()


def discriminator_loss(real: Sequence[Tensor], made: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Least squares (Mao et al. 2017): real to 1, made to 0, mean over discriminators."""
    pairs = zip(real, made, strict=True)
    return torch.stack([((r - 1) ** 2).mean() + (m**2).mean() for r, m in pairs]).mean()


def generator_loss(made: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Least squares: made to 1, mean over discriminators."""
    return torch.stack([((m - 1) ** 2).mean() for m in made]).mean()


def feature_loss(real: Maps, made: Maps) -> Float[Tensor, ""]:
    """Mean absolute difference of the discriminators' feature maps (MelGAN, Kumar et al. 2019, eq. 3)."""
    layers = [
        functional.l1_loss(m, r.detach())
        for rs, ms in zip(real, made, strict=True)
        for r, m in zip(rs, ms, strict=True)
    ]
    return torch.stack(layers).mean()


@lru_cache(maxsize=16)
def _window(n_fft: int, device: torch.device) -> Tensor:
    return torch.hann_window(n_fft, device=device)
