"""The mean mel of a text, free of style: an encoder over symbols, length regulation, a decoder over frames.

A frame knows its symbol, its place in it and its neighbours, so that the mean alone can be understood; one
mean a symbol, as Grad-TTS's encoder gives, cannot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from interp.estimators.parts.alignment import frame_mask_of, symbol_of_frame
from interp.estimators.parts.duration import DurationPredictor
from interp.text.symbols import BLANK, ID_OF

N_PLACE = 8
LONGEST_FRAMES = 60.0  # of a symbol, as its place knows it; a longer pause looks like this one
NEAR_FRAMES = 20.0  # how far a frame sees its symbol's ends in frames
GATE = 0.3


@dataclass(frozen=True)
class MeanMelConfig:
    """Sizes: ``width`` of all layers, ``mlp_share`` times that inside a block, ``n_heads`` of the attention.

    ``encoder_blocks`` look along symbols, ``decoder_blocks`` along frames; ``duration_width`` is the
    duration predictor's.
    """

    n_vocab: int = 79
    n_feats: int = 80
    width: int = 192
    mlp_share: int = 3
    encoder_blocks: int = 6
    decoder_blocks: int = 6
    n_heads: int = 4
    symbol_kernel: int = 5
    frame_kernel: int = 7
    duration_width: int = 192
    p_dropout: float = 0.1


class EncodedSymbols(NamedTuple):
    """What the encoder says of each symbol.

    Shapes: ``hidden`` (B, N, W), ``log_durations`` (B, N) log frames, 0 at padded symbols, ``x_mask`` (B, N).
    """

    hidden: Float[Tensor, "B N W"]
    log_durations: Float[Tensor, "B N"]
    x_mask: Bool[Tensor, "B N"]


class MeanMel(nn.Module):
    """Symbols to hidden states and log durations (`encode`), those and durations to the mean mel (`decode`).

    Padding never reaches a real symbol or frame: convolutions read masked input, attention sees real keys.
    """

    def __init__(self, config: MeanMelConfig) -> None:
        super().__init__()
        self.config = config
        w, half = config.width, config.encoder_blocks // 2
        self.embed = nn.Embedding(config.n_vocab, w)
        nn.init.normal_(self.embed.weight, std=0.7)
        self.before = _blocks(half, w, config.symbol_kernel, config)
        self.attention = nn.TransformerEncoderLayer(
            w, config.n_heads, 2 * w, config.p_dropout, batch_first=True, norm_first=True
        )
        self.after = _blocks(config.encoder_blocks - half, w, config.symbol_kernel, config)
        self.durations = DurationPredictor(w, config.duration_width, 3, config.p_dropout)
        self.place = nn.Linear(N_PLACE, w)
        self.frames = _blocks(config.decoder_blocks, w, config.frame_kernel, config)
        self.out = nn.Linear(w, config.n_feats)

    def encode(self, ids: Int[Tensor, "B N"], lengths: Int[Tensor, " B"]) -> EncodedSymbols:
        """Encode a batch of symbol sequences.

        Parameters
        ----------
        ids : (B, N), symbols, anything at padded places
        lengths : (B,), real symbols of each sequence, 1..N
        """
        x_mask = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]
        x = self.embed(ids)
        for block in self.before:
            x = block(x, x_mask)
        x = self.attention(x, src_key_padding_mask=~x_mask)
        for block in self.after:
            x = block(x, x_mask)
        return EncodedSymbols(x, self.durations(x.transpose(1, 2), x_mask), x_mask)

    def decode(self, hidden: Float[Tensor, "B N W"], durations: Int[Tensor, "B N"]) -> Float[Tensor, "B F T"]:
        """Mean mel in model units, 0 past a sentence's end.

        Parameters
        ----------
        hidden : (B, N, W) of `encode`
        durations : (B, N) frames, 0 or more; 0 at padded symbols
        """
        real = frame_mask_of(durations)
        symbol = symbol_of_frame(durations).clamp_max(durations.shape[1] - 1)
        x = hidden.gather(1, symbol[..., None].expand(-1, -1, hidden.shape[-1]))
        x = x + self.place(frame_places(durations, symbol).to(x.dtype))
        for block in self.frames:
            x = block(x, real)
        mu: Tensor = (self.out(x) * real[..., None]).transpose(1, 2)
        return mu

    def mean_mel(
        self, ids: Int[Tensor, "B N"], lengths: Int[Tensor, " B"], durations: Int[Tensor, "B N"]
    ) -> Float[Tensor, "B F T"]:
        """Mean mel of symbols whose durations are known."""
        return self.decode(self.encode(ids, lengths).hidden, durations)


class _Block(nn.Module):
    """Depthwise convolution, normalisation and MLP around which the input passes (ConvNeXt, in 1-D)."""

    def __init__(self, width: int, kernel: int, config: MeanMelConfig) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.wide = nn.Linear(width, config.mlp_share * width)
        self.drop = nn.Dropout(config.p_dropout)
        self.narrow = nn.Linear(config.mlp_share * width, width)
        self.gate = nn.Parameter(torch.full((width,), GATE))

    def forward(self, x: Float[Tensor, "B N W"], mask: Bool[Tensor, "B N"]) -> Float[Tensor, "B N W"]:
        near = self.depthwise((x * mask[..., None]).transpose(1, 2)).transpose(1, 2)
        added: Tensor = self.gate * self.narrow(self.drop(F.gelu(self.wide(self.norm(near)))))
        return x + added


def _blocks(n: int, width: int, kernel: int, config: MeanMelConfig) -> nn.ModuleList:
    return nn.ModuleList(_Block(width, kernel, config) for _ in range(n))


def ids_with_silence(symbols: Sequence[str]) -> Int[np.ndarray, " ids"]:
    """Ids of symbols, with a blank for the silence at either end and none between."""
    return np.array([ID_OF[s] for s in (BLANK, *symbols, BLANK)], dtype=np.int64)


def frame_places(durations: Int[Tensor, "B N"], symbol: Int[Tensor, "B T"]) -> Float[Tensor, "B T place"]:
    """Where a frame lies in its symbol: shares from either end, waves, frames to its ends, length."""
    ends = durations.cumsum(-1)
    stop = ends.gather(1, symbol).float()
    length = durations.gather(1, symbol).clamp_min(1).float()
    at = torch.arange(symbol.shape[1], device=symbol.device).float() + 0.5
    since = (at - (stop - length)).clamp_min(0.0)
    share = (since / length).clamp(0.0, 1.0)
    left = (stop - at).clamp_min(0.0)
    return torch.stack(
        [
            share,
            1 - share,
            (math.pi * share).sin(),
            (2 * math.pi * share).sin(),
            (2 * math.pi * share).cos(),
            since.clamp_max(NEAR_FRAMES) / NEAR_FRAMES,
            left.clamp_max(NEAR_FRAMES) / NEAR_FRAMES,
            length.clamp_max(LONGEST_FRAMES).log() / math.log(LONGEST_FRAMES),
        ],
        -1,
    )
