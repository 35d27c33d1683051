"""Is tuned noise still typical? Norm, kurtosis, neighbours' correlation and spectrum, against fresh noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

N_BANDS = 8


@dataclass(frozen=True)
class NoiseStats:
    """Statistics of one sample's normals over its real frames.

    Parameters
    ----------
    n_values : how many normals
    norm : Euclidean norm; sqrt(n_values) in fresh noise
    kurtosis : excess kurtosis; 0 in fresh noise
    lag1_time, lag1_frequency : correlation of neighbours along an axis; 0 in fresh noise
    spectrum_time, spectrum_frequency : power in bands of modulation, slow to fast; 1 in fresh noise
    against_fresh : the same deviations in standard errors of fresh noise (of a spectrum: its farthest band)
    """

    n_values: int
    norm: float
    kurtosis: float
    lag1_time: float
    lag1_frequency: float
    spectrum_time: tuple[float, ...]
    spectrum_frequency: tuple[float, ...]
    against_fresh: dict[str, float]


def noise_stats(
    z: Float[Tensor, "batch n_mels frames"], frame_mask: Bool[Tensor, "batch frames"]
) -> list[NoiseStats]:
    """Statistics of every sample, padding left out."""
    return [
        _of_sample(sample[:, real].detach().double().cpu())
        for sample, real in zip(z, frame_mask, strict=True)
    ]


def _of_sample(z: Float[Tensor, "n_mels frames"]) -> NoiseStats:
    n = z.numel()
    norm = float(torch.linalg.vector_norm(z))
    unit = (z - z.mean()) / z.std(correction=0).clamp(min=1e-12)
    kurtosis = float((unit**4).mean()) - 3
    along_time, time_error = _lag1(unit)
    along_frequency, frequency_error = _lag1(unit.T)
    spectrum_time, spectrum_time_off = _spectrum(unit)
    spectrum_frequency, spectrum_frequency_off = _spectrum(unit.T)
    off = {
        "norm": (norm - math.sqrt(n)) * math.sqrt(2),
        "kurtosis": kurtosis / math.sqrt(24 / n),
        "lag1_time": along_time / time_error,
        "lag1_frequency": along_frequency / frequency_error,
        "spectrum_time": spectrum_time_off,
        "spectrum_frequency": spectrum_frequency_off,
    }
    return NoiseStats(n, norm, kurtosis, along_time, along_frequency, spectrum_time, spectrum_frequency, off)


def _lag1(unit: Float[Tensor, "rows columns"]) -> tuple[float, float]:
    """Correlation of neighbours in a row, and its standard error in fresh noise."""
    products = unit[:, :-1] * unit[:, 1:]
    n = max(products.numel(), 1)
    return float(products.sum()) / n, 1 / math.sqrt(n)


def _spectrum(unit: Float[Tensor, "rows columns"]) -> tuple[tuple[float, ...], float]:
    """Band powers along a row, and the standard errors by which the farthest band is off.

    A periodogram bin of white noise is exponentially distributed with mean 1; the first and the last bin,
    which are real, are left out.
    """
    power = torch.fft.rfft(unit, dim=1).abs().square()[:, 1:-1] / unit.shape[1]
    bands = [band for band in torch.tensor_split(power, N_BANDS, dim=1) if band.numel()]
    means = tuple(float(band.mean()) for band in bands)
    off = [(mean - 1) * math.sqrt(band.numel()) for mean, band in zip(means, bands, strict=True)]
    return means, max(off, key=abs, default=0.0)
