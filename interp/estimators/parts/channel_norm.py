"""Layer normalisation over the channels of `(B, C, N)`, with the parameter names of Glow-TTS and Grad-TTS."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ChannelNorm(nn.Module):
    """Each position of a sequence normalised over its channels: it never looks at a neighbour, padded or not.

    Parameters
    ----------
    n_channels : int
    eps : float, added to the variance (Grad-TTS: 1e-4, not torch's 1e-5)
    """

    def __init__(self, n_channels: int, eps: float = 1e-4) -> None:
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(n_channels))
        self.beta = nn.Parameter(torch.zeros(n_channels))

    def forward(self, x: Float[Tensor, "B C N"]) -> Float[Tensor, "B C N"]:
        """Zero mean, unit variance over C, then scale and shift."""
        variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=0)
        normalised = (x - mean) * torch.rsqrt(variance + self.eps)
        return normalised * self.gamma[:, None] + self.beta[:, None]
