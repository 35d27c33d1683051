"""ConvNeXt over frames: a depthwise convolution along time, then a pointwise MLP."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class ConvNeXtBlock(nn.Module):
    """Residual block of Liu et al. (2022), one-dimensional as in Vocos (Siuzdak 2023).

    Parameters
    ----------
    width, mlp_width : channels outside and inside
    kernel_size : frames, odd; frames outside the sentence are 0
    scale : start of the learned scale of the residual branch
    """

    def __init__(self, width: int, mlp_width: int, kernel_size: int, scale: float) -> None:
        super().__init__()
        self.along_time = nn.Conv1d(width, width, kernel_size, padding=kernel_size // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.grow = nn.Linear(width, mlp_width)
        self.shrink = nn.Linear(mlp_width, width)
        self.scale = nn.Parameter(torch.full((width,), scale))

    def forward(self, x: Float[Tensor, "batch frames width"]) -> Float[Tensor, "batch frames width"]:
        """One step of refinement."""
        y = self.along_time(x.mT).mT
        y = self.shrink(functional.gelu(self.grow(self.norm(y))))
        out: Tensor = x + self.scale * y
        return out


class FrameNetwork(nn.Module):
    """Frames in, frames out: an embedding convolution, ConvNeXt blocks, a norm and a linear head."""

    def __init__(
        self, n_in: int, n_out: int, width: int, mlp_width: int, n_blocks: int, kernel_size: int
    ) -> None:
        super().__init__()
        self.embed = nn.Conv1d(n_in, width, kernel_size, padding=kernel_size // 2)
        self.norm_in = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(width, mlp_width, kernel_size, 1 / n_blocks) for _ in range(n_blocks)
        )
        self.norm_out = nn.LayerNorm(width)
        self.head = nn.Linear(width, n_out)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Float[Tensor, "batch n_in frames"]) -> Float[Tensor, "batch n_out frames"]:
        """0 everywhere before training."""
        y = self.norm_in(self.embed(x).mT)
        for block in self.blocks:
            y = block(y)
        out: Tensor = self.head(self.norm_out(y)).mT
        return out
