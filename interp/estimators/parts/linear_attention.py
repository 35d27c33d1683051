"""Grad-TTS's linear self-attention over the cells of a map, and the share of it that falls on regions."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LinearAttention(nn.Module):
    """Attention whose softmax runs over the keys before the queries come in (after Shen et al. 2021).

    Every query sees the same key softmax, one per channel of every head, so attention mass belongs to the
    map and not to a query.

    Parameters
    ----------
    n_channels : int
    n_heads, d_head : int
    """

    def __init__(self, n_channels: int, n_heads: int = 4, d_head: int = 32) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.to_qkv = nn.Conv2d(n_channels, 3 * n_heads * d_head, 1, bias=False)
        self.to_out = nn.Conv2d(n_heads * d_head, n_channels, 1)

    def forward(
        self,
        x: Float[Tensor, "B C H W"],
        visible: Float[Tensor, "B 1 1 W"] | None = None,
        regions: Float[Tensor, "B G cells"] | None = None,
    ) -> tuple[Float[Tensor, "B C H W"], Float[Tensor, "B G"] | None]:
        """Attend, and measure where the keys' softmax lies if asked.

        Parameters
        ----------
        x : (B, C, H, W)
        visible : (B, 1, 1, W), 1 on frames that may be keys; None for all, padding included, as in Grad-TTS
        regions : (B, G, H W), weight of every cell, row by row, in each region; None measures nothing

        Returns
        -------
        (B, C, H, W), and (B, G): mass in each region, mean over heads and their channels. It sums to 1 where
        the weights of every visible cell do.
        """
        batch, _, height, width = x.shape
        q, k, v = self.to_qkv(x).view(batch, 3, self.n_heads, -1, height * width).unbind(1)
        if visible is not None:
            hidden = (visible == 0).expand(batch, 1, height, width).reshape(batch, 1, 1, -1)
            k = k.masked_fill(hidden, torch.finfo(k.dtype).min)
        key_weights = k.softmax(dim=-1)
        context = key_weights @ v.transpose(-2, -1)
        out = self.to_out((context.transpose(-2, -1) @ q).reshape(batch, -1, height, width))
        if regions is None:
            return out, None
        return out, torch.einsum("bn,bgn->bg", key_weights.mean(dim=(1, 2)), regions)


class ReZero(nn.Module):
    """A branch behind a learned gate that starts at 0 (Bachlechner et al. 2020)."""

    def __init__(self, fn: LinearAttention) -> None:
        super().__init__()
        self.fn = fn
        self.g = nn.Parameter(torch.zeros(1))

    def forward(
        self,
        x: Float[Tensor, "B C H W"],
        visible: Float[Tensor, "B 1 1 W"] | None,
        regions: Float[Tensor, "B G cells"] | None,
    ) -> tuple[Float[Tensor, "B C H W"], Float[Tensor, "B G"] | None]:
        """Arguments and results as in `LinearAttention`."""
        out, masses = self.fn(x, visible, regions)
        return out * self.g, masses


class ResidualAttention(nn.Module):
    """Gated linear attention added to its input; nested for Grad-TTS's names ``fn.g`` and ``fn.fn.*``."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.fn = ReZero(LinearAttention(n_channels))

    def forward(
        self,
        x: Float[Tensor, "B C H W"],
        visible: Float[Tensor, "B 1 1 W"] | None = None,
        regions: Float[Tensor, "B G cells"] | None = None,
    ) -> tuple[Float[Tensor, "B C H W"], Float[Tensor, "B G"] | None]:
        """Arguments and results as in `LinearAttention`."""
        out, masses = self.fn(x, visible, regions)
        return x + out, masses
