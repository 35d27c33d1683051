"""The text encoder: symbols to the mean mel of each and to log durations (Grad-TTS, section 3.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from interp.estimators.parts.alignment import expand
from interp.estimators.parts.channel_norm import ChannelNorm
from interp.estimators.parts.duration import DurationPredictor
from interp.estimators.parts.initial import normal_values
from interp.estimators.parts.relative_attention import RelativeAttention


@dataclass(frozen=True)
class TextEncoderConfig:
    """Sizes of a text encoder; the defaults are Grad-TTS's published ones.

    Parameters
    ----------
    n_vocab : int, symbols, the blank included
    n_feats : int, mel bins
    n_channels : int, channels of the embedding and the prenet
    filter_channels : int, inner channels of the feed-forward layers
    filter_channels_dp : int, inner channels of the duration predictor
    n_heads, n_layers : int, of the transformer; n_heads divides n_channels + spk_emb_dim
    kernel_size : int, odd, of the feed-forward layers and the duration predictor
    p_dropout, p_dropout_prenet : float
    window_size : int, symbols on either side with a relative position embedding
    spk_emb_dim : int, channels of a speaker vector appended after the prenet; 0 makes the encoder style-free
    """

    n_vocab: int = 149
    n_feats: int = 80
    n_channels: int = 192
    filter_channels: int = 768
    filter_channels_dp: int = 256
    n_heads: int = 2
    n_layers: int = 6
    kernel_size: int = 3
    p_dropout: float = 0.1
    window_size: int = 4
    p_dropout_prenet: float = 0.5
    spk_emb_dim: int = 0


class EncodedText(NamedTuple):
    """What a text encoder says of each symbol.

    Parameters
    ----------
    mu_x : (B, n_feats, N), mean mel in model units, 0 at padded symbols
    log_durations : (B, N), log frames, 0 at padded symbols
    x_mask : (B, N), True at real symbols
    """

    mu_x: Float[Tensor, "B F N"]
    log_durations: Float[Tensor, "B N"]
    x_mask: Bool[Tensor, "B N"]


class TextEncoder(nn.Module):
    """Embedding, convolutional prenet, transformer, then mean mel and log durations a symbol.

    Padding never reaches a real symbol: every convolution reads masked input, attention sees real keys only
    and the normalisation is over channels. Parameter names are those of Grad-TTS.
    """

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.config = config
        width = config.n_channels + config.spk_emb_dim
        symbols = normal_values(config.n_vocab, config.n_channels, std=config.n_channels**-0.5)
        self.emb = nn.Embedding(config.n_vocab, config.n_channels, _weight=symbols)
        self.prenet = _Prenet(config.n_channels, config.p_dropout_prenet)
        self.encoder = _Transformer(config, width)
        self.proj_m = nn.Conv1d(width, config.n_feats, 1)
        self.proj_w = DurationPredictor(
            width, config.filter_channels_dp, config.kernel_size, config.p_dropout
        )

    def forward(
        self,
        ids: Int[Tensor, "B N"],
        lengths: Int[Tensor, " B"],
        spk: Float[Tensor, "B E"] | None = None,
    ) -> EncodedText:
        """Encode a batch of symbol sequences.

        The duration predictor reads the features without passing gradients to them, as in Grad-TTS.

        Parameters
        ----------
        ids : (B, N), symbols, anything at padded places
        lengths : (B,), real symbols of each sequence, 1..N
        spk : (B, spk_emb_dim), speaker vectors where the configuration has them
        """
        assert (spk is None) == (self.config.spk_emb_dim == 0), "speaker vectors and configuration disagree"
        x_mask = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]
        mask = x_mask[:, None].to(self.emb.weight.dtype)
        x = self.emb(ids).transpose(1, 2) * math.sqrt(self.config.n_channels)
        x = self.prenet(x, mask)
        if spk is not None:
            x = torch.cat([x, spk[:, :, None].expand(-1, -1, x.shape[-1])], dim=1)
        x = self.encoder(x, x_mask)
        return EncodedText(self.proj_m(x) * mask, self.proj_w(x.detach(), x_mask), x_mask)

    def mean_mel(
        self, ids: Int[Tensor, "B N"], lengths: Int[Tensor, " B"], durations: Int[Tensor, "B N"]
    ) -> Float[Tensor, "B F T"]:
        """Mean mel of symbols whose durations are known, of a style-free encoder."""
        return expand(self(ids, lengths).mu_x, durations)


class _Prenet(nn.Module):
    """Three convolutions around which the embedding passes unchanged; starts as the identity."""

    def __init__(self, n_channels: int, p_dropout: float, kernel_size: int = 5, n_layers: int = 3) -> None:
        super().__init__()
        self.conv_layers = nn.ModuleList(
            nn.Conv1d(n_channels, n_channels, kernel_size, padding=kernel_size // 2) for _ in range(n_layers)
        )
        self.norm_layers = nn.ModuleList(ChannelNorm(n_channels) for _ in range(n_layers))
        self.drop = nn.Dropout(p_dropout)
        self.proj = nn.Conv1d(n_channels, n_channels, 1)
        nn.init.zeros_(self.proj.weight)
        assert self.proj.bias is not None
        nn.init.zeros_(self.proj.bias)

    def forward(self, x: Float[Tensor, "B C N"], mask: Float[Tensor, "B 1 N"]) -> Float[Tensor, "B C N"]:
        h = x
        for conv, norm in zip(self.conv_layers, self.norm_layers, strict=True):
            h = self.drop(norm(conv(h * mask)).relu())
        out: Tensor = (x + self.proj(h)) * mask
        return out


class _FeedForward(nn.Module):
    """Two convolutions with a ReLU between."""

    def __init__(self, n_channels: int, filter_channels: int, kernel_size: int, p_dropout: float) -> None:
        super().__init__()
        self.conv_1 = nn.Conv1d(n_channels, filter_channels, kernel_size, padding=kernel_size // 2)
        self.conv_2 = nn.Conv1d(filter_channels, n_channels, kernel_size, padding=kernel_size // 2)
        self.drop = nn.Dropout(p_dropout)

    def forward(self, x: Float[Tensor, "B C N"], mask: Float[Tensor, "B 1 N"]) -> Float[Tensor, "B C N"]:
        h = self.drop(self.conv_1(x * mask).relu())
        out: Tensor = self.conv_2(h * mask) * mask
        return out


class _Transformer(nn.Module):
    """Attention and feed-forward layers, normalised after each sum."""

    def __init__(self, config: TextEncoderConfig, width: int) -> None:
        super().__init__()
        layers = range(config.n_layers)
        self.drop = nn.Dropout(config.p_dropout)
        self.attn_layers = nn.ModuleList(
            RelativeAttention(width, config.n_heads, config.window_size, config.p_dropout) for _ in layers
        )
        self.norm_layers_1 = nn.ModuleList(ChannelNorm(width) for _ in layers)
        self.ffn_layers = nn.ModuleList(
            _FeedForward(width, config.filter_channels, config.kernel_size, config.p_dropout) for _ in layers
        )
        self.norm_layers_2 = nn.ModuleList(ChannelNorm(width) for _ in layers)

    def forward(self, x: Float[Tensor, "B C N"], x_mask: Bool[Tensor, "B N"]) -> Float[Tensor, "B C N"]:
        mask = x_mask[:, None].to(x.dtype)
        layers = zip(self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2, strict=True)
        for attend, norm_1, feed_forward, norm_2 in layers:
            x = x * mask
            x = norm_1(x + self.drop(attend(x, x_mask)))
            x = norm_2(x + self.drop(feed_forward(x, mask)))
        return x * mask
