"""Fourier features of a number, for times, positions and log F0."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor


def fourier_features(
    x: Float[Tensor, "*shape"], n: int, lowest: float = 0.0
) -> Float[Tensor, "*shape two_n"]:
    """Sines and cosines of x at n octaves, half a period of the lowest is ``2 ** -lowest``; (..., 2 n)."""
    octaves = 2.0 ** (lowest + torch.arange(n, device=x.device, dtype=x.dtype))
    angles = x[..., None] * octaves * math.pi
    return torch.cat([angles.sin(), angles.cos()], -1)
