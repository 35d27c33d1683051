"""Durations of symbols: predicted as log frames, trained on alignments, turned into whole frames."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from interp.estimators.parts.channel_norm import ChannelNorm

Rounding = Literal["ceil", "ceil_then_scale", "cumulative"]

# Half of a duration that `cumulative` would round away: stands for 0 frames, whose log does not exist.
ZERO_FRAMES = 0.25


class DurationPredictor(nn.Module):
    """Two convolutions and a projection (Grad-TTS, section 3.2; Glow-TTS's predictor and parameter names).

    Parameters
    ----------
    in_channels, filter_channels, kernel_size : int
    p_dropout : float
    """

    def __init__(self, in_channels: int, filter_channels: int, kernel_size: int, p_dropout: float) -> None:
        super().__init__()
        self.conv_1 = nn.Conv1d(in_channels, filter_channels, kernel_size, padding=kernel_size // 2)
        self.norm_1 = ChannelNorm(filter_channels)
        self.conv_2 = nn.Conv1d(filter_channels, filter_channels, kernel_size, padding=kernel_size // 2)
        self.norm_2 = ChannelNorm(filter_channels)
        self.proj = nn.Conv1d(filter_channels, 1, 1)
        self.drop = nn.Dropout(p_dropout)

    def forward(self, x: Float[Tensor, "B C N"], x_mask: Bool[Tensor, "B N"]) -> Float[Tensor, "B N"]:
        """Log of the number of frames of each symbol, 0 at padded ones."""
        mask = x_mask[:, None].to(x.dtype)
        x = self.drop(self.norm_1(self.conv_1(x * mask).relu()))
        x = self.drop(self.norm_2(self.conv_2(x * mask).relu()))
        log_durations: Tensor = self.proj(x * mask) * mask
        return log_durations.squeeze(1)


def duration_loss(
    log_durations: Float[Tensor, "B N"], durations: Int[Tensor, "B N"], x_mask: Bool[Tensor, "B N"]
) -> Float[Tensor, ""]:
    """Mean squared error of log durations over the real symbols; 0 frames count as `ZERO_FRAMES`."""
    target = durations.to(log_durations.dtype).clamp_min(ZERO_FRAMES).log()
    squared = (log_durations - target).square().masked_fill(~x_mask, 0.0)
    return squared.sum() / x_mask.sum()


def whole_frames(
    log_durations: Float[Tensor, "B N"],
    x_mask: Bool[Tensor, "B N"],
    length_scale: float = 1.0,
    rounding: Rounding = "ceil",
) -> Int[Tensor, "B N"]:
    """Predicted durations as whole frames, at least one a sentence.

    Parameters
    ----------
    log_durations : (B, N), log frames
    x_mask : (B, N), True at real symbols; padded ones get 0 frames
    length_scale : float > 0, larger is slower
    rounding : how frames become whole.
        ``ceil``: each symbol up, as Grad-TTS's models are used; half a frame too long on average.
        ``ceil_then_scale``: Grad-TTS's own order. Scaling *after* the ceiling leaves fractions; a frame
        belongs to the symbol that holds its start.
        ``cumulative``: symbol boundaries to the nearest frame, so that the length is unbiased and a symbol
        may vanish (a blank between two sounds).
    """
    frames = log_durations.exp().masked_fill(~x_mask, 0.0)
    if rounding == "ceil":
        return (frames * length_scale).ceil().long()
    if rounding == "ceil_then_scale":
        ends = (frames.ceil() * length_scale).cumsum(-1)
        return _between(torch.minimum(ends.ceil(), ends[:, -1:].floor().clamp_min(1)))
    ends = (frames * length_scale).cumsum(-1)
    return _between(ends.round().clamp_min((ends == ends[:, -1:]).to(ends.dtype)))


def _between(ends: Float[Tensor, "B N"]) -> Int[Tensor, "B N"]:
    return ends.long().diff(dim=-1, prepend=ends.new_zeros(len(ends), 1).long())
