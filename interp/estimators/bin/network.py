"""The `bin` estimator: cells of the target attend cells of the references, jointly and in groups.

A backbone over mel patches (convolution over neighbouring columns, a column stream that mixes all rows and
time, cross-attention to reference tokens) predicts v about mu. Style reaches it through the reference
tokens alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from interp.estimators.bin.config import BinConfig
from interp.estimators.parts.fourier import fourier_features
from interp.estimators.parts.initial import normal_values
from interp.estimators.parts.joint_attention import WideKeys, joint_attention, widen_keys
from interp.estimators.parts.patches import cut_band, cut_columns, join_band, pad_to_multiple, split_bands
from interp.estimators.parts.reference_tokens import References, ReferenceTokens
from masks.groups import NULL

N_TIME_FEATURES = 8
N_POSITION_OCTAVES = 4


@dataclass(frozen=True)
class KeyBank:
    """Widened keys and values of every cross-attention layer, by layer index; computed once a synthesis."""

    layers: dict[int, WideKeys]
    membership: Float[Tensor, "batch keys groups"]


@dataclass(frozen=True)
class EstimatorOutput:
    """What one evaluation gives.

    Shapes: ``v`` (B, n_mels, T), or None when the pass was stopped early; ``masses`` by layer (B, Q, G);
    ``contributions`` by layer (B,), norm of what the attention adds relative to what it adds to, detached.
    """

    v: Float[Tensor, "batch n_mels frames"] | None
    masses: dict[int, Float[Tensor, "batch queries groups"]]
    contributions: dict[int, Float[Tensor, " batch"]]


class Modulation(nn.Module):
    """Scale, shift and gate of a sub-block from the time embedding; gates start open."""

    def __init__(self, width: int, time_width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.linear = nn.Linear(time_width, 3 * width)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.linear.bias.data[2 * width :] = 1.0

    def forward(self, x: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """The modulated normalised x, and the gate; x (B, rows, columns, width), time (B, time_width)."""
        scale, shift, gate = self.linear(time)[:, None, None].chunk(3, -1)
        return torch.addcmul(shift, self.norm(x), 1 + scale), gate


class LocalMix(nn.Module):
    """Depthwise convolution over neighbouring patches, then a pointwise MLP."""

    def __init__(self, config: BinConfig) -> None:
        super().__init__()
        w = config.width
        self.modulation = Modulation(w, w)
        self.depthwise = nn.Conv2d(w, w, (3, 5), padding=(1, 2), groups=w)
        self.mlp = nn.Sequential(nn.Linear(w, config.mlp_width), nn.GELU(), nn.Linear(config.mlp_width, w))

    def forward(self, x: Tensor, time: Tensor, column_mask: Tensor) -> Tensor:
        """x (B, rows, columns, width); padded columns are zeroed before the convolution."""
        h, gate = self.modulation(x, time)
        h = (h * column_mask).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        h = self.depthwise(h).permute(0, 2, 3, 1)
        added: Tensor = gate * self.mlp(h)
        return x + added


class ColumnMix(nn.Module):
    """All rows of a column through one narrow stream, which also looks along time."""

    def __init__(self, config: BinConfig) -> None:
        super().__init__()
        w, rows, c = config.width, len(config.row_heights), config.column_width
        self.modulation = Modulation(w, w)
        self.down = nn.Linear(w * rows, c)
        self.along_time = nn.Conv1d(c, c, 7, padding=3, groups=c)
        self.pooled = nn.Linear(c, c)
        self.hidden = nn.Linear(c, c)
        self.up = nn.Linear(c, w * rows)

    def forward(self, x: Tensor, time: Tensor, column_mask: Tensor) -> Tensor:
        """x (B, rows, columns, width); ``pooled`` is the mean over real columns, the same for any length."""
        h, gate = self.modulation(x, time)
        real = column_mask[:, 0]
        h = F.gelu(self.down(h.transpose(1, 2).flatten(2))) * real
        near = self.along_time(h.transpose(1, 2)).transpose(1, 2)
        mean = h.sum(1, keepdim=True) / real.sum(1, keepdim=True).clamp(min=1.0)
        h = self.up(F.gelu(self.hidden(near) + self.pooled(mean)))
        added: Tensor = gate * h.reshape(*h.shape[:2], x.shape[1], x.shape[3]).transpose(1, 2)
        return x + added


class CrossAttention(nn.Module):
    """Joint attention to the reference tokens; what all closed groups add is exactly zero."""

    def __init__(self, config: BinConfig) -> None:
        super().__init__()
        w = config.width
        self.n_heads = config.n_heads
        self.modulation = Modulation(w, w)
        self.norm_keys = nn.LayerNorm(w)
        self.to_queries = nn.Linear(w, w)
        self.to_keys_values = nn.Linear(w, 2 * w)
        self.out = nn.Linear(w, w, bias=False)

    def encode(self, tokens: Tensor, membership: Tensor) -> WideKeys:
        """Widened keys and values of tokens (B, K, width); the null key's value is zero."""
        keys, values = self.to_keys_values(self.norm_keys(tokens)).chunk(2, -1)
        values = values * (1 - membership[..., NULL : NULL + 1])
        return widen_keys(self._heads(keys), self._heads(values), membership)

    def forward(
        self, x: Tensor, time: Tensor, wide: WideKeys, log_weights: Tensor, column_mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, rows, columns, width) with what the references add, masses (B, Q, G), contribution (B,).

        The contribution is that of real columns, or a sentence's would depend on the batch around it.
        """
        h, gate = self.modulation(x, time)
        out, mass = joint_attention(self._heads(self.to_queries(h).flatten(1, 2)), wide, log_weights)
        added = gate * self.out(out.transpose(1, 2).flatten(2)).reshape(x.shape)
        with torch.no_grad():
            before = (x * column_mask).flatten(1).norm(dim=1)
            contribution = (added * column_mask).flatten(1).norm(dim=1) / before.clamp(min=1e-8)
        return x + added, mass, contribution

    def _heads(self, y: Tensor) -> Tensor:
        return y.reshape(*y.shape[:-1], self.n_heads, -1).transpose(1, 2).contiguous()


class BinLayer(nn.Module):
    """Local mix, column mix, and cross-attention where the layer has one."""

    def __init__(self, config: BinConfig, crosses: bool) -> None:
        super().__init__()
        self.local = LocalMix(config)
        self.column = ColumnMix(config)
        self.cross = CrossAttention(config) if crosses else None


class BinEstimator(nn.Module):
    """Predicts v of ``y = x - mu`` from y_t, t, mu and the references' keys."""

    def __init__(self, config: BinConfig) -> None:
        super().__init__()
        self.config = config
        w, n = config.width, config.patch_frames
        self.bands = split_bands(config.row_heights)
        self.tokens = ReferenceTokens(
            config.n_mels, w, config.fine_bins, config.coarse_bins, config.voice_size, config.comb_bins
        )
        self.inputs = nn.ModuleList(nn.Linear(2 * height * n, w) for _, height, _ in self.bands)
        self.outputs = nn.ModuleList(nn.Linear(w, height * n) for _, height, _ in self.bands)
        self.row_position = nn.Parameter(normal_values(len(config.row_heights), 1, w, std=0.5))
        self.relative_time = nn.Linear(2 * N_POSITION_OCTAVES, w)
        self.time = nn.Sequential(nn.Linear(2 * N_TIME_FEATURES, w), nn.SiLU(), nn.Linear(w, w), nn.SiLU())
        self.layers = nn.ModuleList(
            BinLayer(config, i in config.cross_layers) for i in range(config.n_layers)
        )
        self.final = Modulation(w, w)

    def encode_references(self, refs: References) -> KeyBank:
        """Keys and values of all layers; once a synthesis, not once a step."""
        tokens = self.tokens(refs)
        layers = {
            i: layer.cross.encode(tokens.values, tokens.membership)
            for i, layer in enumerate(self._layers())
            if layer.cross is not None
        }
        return KeyBank(layers, tokens.membership)

    def forward(
        self,
        y_t: Float[Tensor, "batch n_mels frames"],
        t: Float[Tensor, " batch"],
        mu: Float[Tensor, "batch n_mels frames"],
        frame_mask: Bool[Tensor, "batch frames"],
        bank: KeyBank,
        log_weights: Float[Tensor, "batch queries groups"],
        relative_time: Float[Tensor, "batch frames"] | None = None,
        stop_after: int | None = None,
    ) -> EstimatorOutput:
        """Evaluate once.

        Parameters
        ----------
        y_t : (B, n_mels, T), noisy ``x - mu`` in model units
        t : (B,), 1 is noise, 0 is data
        mu : (B, n_mels, T)
        frame_mask : (B, T) bool, True on real frames
        bank : what `encode_references` returned
        log_weights : (B, Q, G), queries row by row (see `masks.groups`)
        relative_time : (B, T), position in the whole sentence, 0 to 1; None derives it from ``frame_mask``
        stop_after : index of the last layer to run; ``v`` is then None
        """
        n_frames = y_t.shape[-1]
        columns = pad_to_multiple(frame_mask.to(y_t.dtype), self.config.patch_frames)
        column_mask = cut_columns(columns, self.config.patch_frames).amax(-1)[:, None, :, None]
        x = self._embed(y_t, mu, frame_mask, relative_time)
        time = self.time(fourier_features(t, N_TIME_FEATURES, -1.0).to(x.dtype))
        masses, contributions = {}, {}
        for i, layer in enumerate(self._layers()):
            x = layer.local(x, time, column_mask)
            x = layer.column(x, time, column_mask)
            if layer.cross is not None:
                x, masses[i], contributions[i] = layer.cross(
                    x, time, bank.layers[i], log_weights, column_mask
                )
            if i == stop_after:
                return EstimatorOutput(None, masses, contributions)
        return EstimatorOutput(self._unembed(x, time, n_frames, frame_mask), masses, contributions)

    def _layers(self) -> list[BinLayer]:
        return cast(list[BinLayer], list(self.layers))

    def _embed(self, y_t: Tensor, mu: Tensor, frame_mask: Tensor, relative_time: Tensor | None) -> Tensor:
        width = self.config.patch_frames
        mask = frame_mask[:, None].to(y_t.dtype)
        both = pad_to_multiple(torch.stack([y_t * mask, mu * mask], 1), width)
        bands = zip(self.inputs, self.bands, strict=True)
        x = torch.cat([linear(cut_band(both, band, width)) for linear, band in bands], 1) + self.row_position
        at = relative_positions(frame_mask) if relative_time is None else relative_time
        columns = cut_columns(pad_to_multiple(at, width), width)[..., 0]
        times = fourier_features(columns.to(x.dtype), N_POSITION_OCTAVES, -1.0)
        embedded: Tensor = x + self.relative_time(times)[:, None]
        return embedded

    def _unembed(self, x: Tensor, time: Tensor, n_frames: int, frame_mask: Tensor) -> Tensor:
        h, gate = self.final(x, time)
        rows = (h * gate).split([rows for _, _, rows in self.bands], 1)
        parts = zip(rows, self.outputs, self.bands, strict=True)
        width = self.config.patch_frames
        v = torch.cat([join_band(linear(part), height, width) for part, linear, (_, height, _) in parts], 1)
        return v[..., :n_frames] * frame_mask[:, None].to(v.dtype)


def relative_positions(frame_mask: Bool[Tensor, "batch frames"]) -> Float[Tensor, "batch frames"]:
    """Where a frame lies in its sentence, 0 to 1; 0 on padding."""
    lengths = frame_mask.sum(1, keepdim=True).clamp(min=1)
    at = torch.arange(frame_mask.shape[1], device=frame_mask.device) / lengths
    return torch.where(frame_mask, at, 0.0)
