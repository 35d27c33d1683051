"""ResNet blocks of Grad-TTS's U-Net, whose normalisation can be kept from seeing padding."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

N_GROUPS = 8


class MaskedGroupNorm(nn.GroupNorm):
    """Group normalisation whose mean and variance are those of visible frames only."""

    def forward(
        self, x: Float[Tensor, "B C H W"], visible: Float[Tensor, "B 1 1 W"] | None = None
    ) -> Float[Tensor, "B C H W"]:
        """Normalise; ``visible`` is 1 on frames that count, None where all do (Grad-TTS: padding too)."""
        if visible is None:
            return super().forward(x)
        batch, channels, height, width = x.shape
        grouped = x.view(batch, self.num_groups, channels // self.num_groups * height, width)
        n_cells = visible.sum(dim=(1, 2, 3), keepdim=True) * grouped.shape[2]
        mean = (grouped * visible).sum(dim=(2, 3), keepdim=True) / n_cells
        centred = grouped - mean
        variance = (centred * visible).square().sum(dim=(2, 3), keepdim=True) / n_cells
        normalised = (centred * torch.rsqrt(variance + self.eps)).view_as(x)
        return normalised * self.weight[:, None, None] + self.bias[:, None, None]


class ConvBlock(nn.Module):
    """Convolution, group norm, Mish, on masked input and with masked output."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.block = nn.ModuleList(
            [nn.Conv2d(in_channels, out_channels, 3, padding=1), MaskedGroupNorm(N_GROUPS, out_channels)]
        )

    def forward(
        self,
        x: Float[Tensor, "B C H W"],
        mask: Float[Tensor, "B 1 1 W"],
        visible: Float[Tensor, "B 1 1 W"] | None,
    ) -> Float[Tensor, "B D H W"]:
        """``mask`` clears padded frames; ``visible`` is what the normalisation may see, None for all."""
        conv, norm = self.block
        out: Tensor = nn.functional.mish(norm(conv(x * mask), visible)) * mask
        return out


class ResnetBlock(nn.Module):
    """Two convolution blocks, the diffusion time added between them, around a residual.

    Parameters
    ----------
    in_channels, out_channels : int, out_channels a multiple of 8
    time_channels : int, channels of the time embedding
    """

    def __init__(self, in_channels: int, out_channels: int, time_channels: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Mish(), nn.Linear(time_channels, out_channels))
        self.block1 = ConvBlock(in_channels, out_channels)
        self.block2 = ConvBlock(out_channels, out_channels)
        same = in_channels == out_channels
        self.res_conv = nn.Identity() if same else nn.Conv2d(in_channels, out_channels, 1)

    def forward(
        self,
        x: Float[Tensor, "B C H W"],
        time: Float[Tensor, "B E"],
        mask: Float[Tensor, "B 1 1 W"],
        visible: Float[Tensor, "B 1 1 W"] | None,
    ) -> Float[Tensor, "B D H W"]:
        """Masks as in `ConvBlock`."""
        h = self.block1(x, mask, visible) + self.mlp(time)[:, :, None, None]
        residual: Tensor = self.res_conv(x * mask)
        out: Tensor = residual + self.block2(h, mask, visible)
        return out
