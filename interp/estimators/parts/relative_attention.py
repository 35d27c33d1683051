"""Self-attention over symbols with learned embeddings of near relative positions (Shaw et al. 2018)."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from interp.estimators.parts.initial import normal_values


class RelativeAttention(nn.Module):
    """Multi-head self-attention; symbols within a window also see a key and a value of their distance.

    The arithmetic and the parameter names are those of Grad-TTS's text encoder.

    Parameters
    ----------
    n_channels : int, divisible by n_heads
    n_heads : int
    window_size : int, distances -window_size..window_size have an embedding, shared by the heads
    p_dropout : float, on the attention probabilities
    """

    def __init__(self, n_channels: int, n_heads: int, window_size: int, p_dropout: float) -> None:
        super().__init__()
        assert n_channels % n_heads == 0, (n_channels, n_heads)
        self.n_heads = n_heads
        self.window_size = window_size
        d_head = n_channels // n_heads
        self.conv_q = nn.Conv1d(n_channels, n_channels, 1)
        self.conv_k = nn.Conv1d(n_channels, n_channels, 1)
        self.conv_v = nn.Conv1d(n_channels, n_channels, 1)
        self.conv_o = nn.Conv1d(n_channels, n_channels, 1)
        self.emb_rel_k = nn.Parameter(normal_values(1, 2 * window_size + 1, d_head, std=d_head**-0.5))
        self.emb_rel_v = nn.Parameter(normal_values(1, 2 * window_size + 1, d_head, std=d_head**-0.5))
        self.drop = nn.Dropout(p_dropout)
        for conv in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(conv.weight)

    def forward(self, x: Float[Tensor, "B C N"], x_mask: Bool[Tensor, "B N"]) -> Float[Tensor, "B C N"]:
        """Attend over the real symbols; what comes out at padded positions is to be masked."""
        q, k, v = (self._heads(conv(x)) for conv in (self.conv_q, self.conv_k, self.conv_v))
        neighbour, in_window = _neighbours(x.shape[-1], self.window_size, x.device)
        logits = q @ k.transpose(-2, -1)
        near_logits = (q @ self.emb_rel_k[0].T).masked_fill(~in_window, 0.0)
        logits = logits.scatter_add(-1, neighbour.expand(near_logits.shape), near_logits)
        logits = logits / math.sqrt(q.shape[-1])
        logits = logits.masked_fill(~x_mask[:, None, None, :], torch.finfo(logits.dtype).min)
        weights = self.drop(logits.softmax(dim=-1))
        near_weights = weights.gather(-1, neighbour.expand(near_logits.shape)).masked_fill(~in_window, 0.0)
        out = weights @ v + near_weights @ self.emb_rel_v[0]
        attended: Tensor = self.conv_o(out.transpose(-2, -1).flatten(1, 2))
        return attended

    def _heads(self, x: Float[Tensor, "B C N"]) -> Float[Tensor, "B H N D"]:
        batch, channels, n = x.shape
        return x.view(batch, self.n_heads, channels // self.n_heads, n).transpose(-2, -1)


def _neighbours(
    n: int, window_size: int, device: torch.device
) -> tuple[Int[Tensor, "N W"], Bool[Tensor, "N W"]]:
    """Where the neighbour at each distance lies (clamped into the sentence), and whether it exists."""
    at = torch.arange(n, device=device)[:, None] + torch.arange(-window_size, window_size + 1, device=device)
    return at.clamp(0, n - 1), (at >= 0) & (at < n)
