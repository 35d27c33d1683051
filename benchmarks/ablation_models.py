"""Estimators that the ablations compare with the shipped one: backbones, gates, prediction targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.config import BinConfig
from interp.estimators.bin.network import (
    N_POSITION_OCTAVES,
    N_TIME_FEATURES,
    BinEstimator,
    CrossAttention,
    EstimatorOutput,
    KeyBank,
    Modulation,
)
from interp.estimators.parts.fourier import fourier_features
from interp.estimators.parts.patches import cut_columns, pad_to_multiple
from interp.estimators.parts.reference_tokens import References, ReferenceTokens

PROCESS = DiffusionProcess()
SMALL = BinConfig(
    width=64, column_width=96, mlp_width=192
)  # half the shipped width, for many steps in few minutes
UNET_CHANNELS = (16, 32, 64)
N_GROUPS = 8


@dataclass(frozen=True)
class Built:
    """An estimator, and the weight of its squared error of v at time t: that of the target it predicts."""

    estimator: nn.Module
    weight: Callable[[Tensor], Tensor] = torch.ones_like


class OtherTarget(BinEstimator):
    """The same network, read as the clean `y_0` or as the noise; both are turned into v."""

    def __init__(self, config: BinConfig, target: str) -> None:
        super().__init__(config)
        self.target = target

    def forward(self, y_t: Tensor, t: Tensor, *args: Any, **kwargs: Any) -> EstimatorOutput:
        out = super().forward(y_t, t, *args, **kwargs)
        a, sigma = (x[:, None, None] for x in PROCESS.a_and_sigma(t))
        v = (a * y_t - out.v) / sigma if self.target == "clean" else (out.v - sigma * y_t) / a
        return replace(out, v=v)


def clean() -> Built:
    return Built(OtherTarget(SMALL, "clean"), lambda t: PROCESS.a_and_sigma(t)[1] ** 2)


def noise() -> Built:
    return Built(OtherTarget(SMALL, "noise"), lambda t: PROCESS.a_and_sigma(t)[0] ** 2)


class FixedGate(Modulation):
    """Scale and shift by time; what a sub-block adds is added as it is."""

    def forward(self, x: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        h, gate = super().forward(x, time)
        return h, torch.ones_like(gate)


def gates_fixed() -> Built:
    estimator = BinEstimator(SMALL)
    for parent in list(estimator.modules()):
        if isinstance(getattr(parent, "modulation", None), Modulation):
            parent.modulation = FixedGate(SMALL.width, SMALL.width)
    return Built(estimator)


def gates_rezero() -> Built:
    """Every sub-block starts closed."""
    estimator = BinEstimator(SMALL)
    for parent in estimator.modules():
        if isinstance(getattr(parent, "modulation", None), Modulation):
            parent.modulation.linear.bias.data[2 * SMALL.width :] = 0.0
    return Built(estimator)


class SelfAttention(nn.Module):
    """Every patch of the target attends all others."""

    def __init__(self, config: BinConfig) -> None:
        super().__init__()
        self.n_heads = config.n_heads
        self.modulation = Modulation(config.width, config.width)
        self.to_all = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, time: Tensor, column_mask: Tensor) -> Tensor:
        h, gate = self.modulation(x, time)
        b, rows, columns, w = x.shape
        q, k, v = self.to_all(h).reshape(b, rows * columns, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        real = column_mask[..., 0].bool().expand(b, rows, columns).reshape(b, 1, 1, -1)
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=real)
        return x + gate * self.out(found.transpose(1, 2).reshape(b, rows, columns, w))


class PatchMLP(nn.Module):
    """A pointwise MLP."""

    def __init__(self, config: BinConfig) -> None:
        super().__init__()
        w = config.width
        self.modulation = Modulation(w, w)
        self.mlp = nn.Sequential(nn.Linear(w, config.mlp_width), nn.GELU(), nn.Linear(config.mlp_width, w))

    def forward(self, x: Tensor, time: Tensor, column_mask: Tensor) -> Tensor:
        h, gate = self.modulation(x, time)
        return x + gate * self.mlp(h)


def transformer() -> Built:
    """A plain patch transformer of the same width, depth and patches."""
    estimator = BinEstimator(SMALL)
    for layer in estimator.layers:
        layer.local, layer.column = SelfAttention(SMALL), PatchMLP(SMALL)
    return Built(estimator)


class ResNetBlock(nn.Module):
    """Two 3 x 3 convolutions, the time between them."""

    def __init__(self, n_in: int, n_out: int, time_width: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.GroupNorm(N_GROUPS, n_in), nn.SiLU(), nn.Conv2d(n_in, n_out, 3, padding=1)
        )
        self.time = nn.Linear(time_width, n_out)
        self.second = nn.Sequential(
            nn.GroupNorm(N_GROUPS, n_out), nn.SiLU(), nn.Conv2d(n_out, n_out, 3, padding=1)
        )
        self.skip = nn.Conv2d(n_in, n_out, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        return self.skip(x) + self.second(self.first(x) + self.time(time)[..., None, None])


class UNetEstimator(nn.Module):
    """A U-Net over the mel, 80 x T, 40 x T/2, 20 x T/4; three cross-attentions at the bottom."""

    def __init__(self) -> None:
        super().__init__()
        self.config = config = replace(SMALL, row_heights=(4,) * 20)
        w, (c1, c2, c3) = config.width, UNET_CHANNELS
        self.tokens = ReferenceTokens(
            config.n_mels, w, config.fine_bins, config.coarse_bins, config.voice_size
        )
        self.time = nn.Sequential(nn.Linear(2 * N_TIME_FEATURES, w), nn.SiLU(), nn.Linear(w, w), nn.SiLU())
        self.enter = nn.Conv2d(2 + 4 * N_POSITION_OCTAVES, c1, 3, padding=1)
        self.down1, self.halve1 = ResNetBlock(c1, c1, w), nn.Conv2d(c1, c2, 4, 2, 1)
        self.down2, self.halve2 = ResNetBlock(c2, c2, w), nn.Conv2d(c2, c3, 4, 2, 1)
        self.middle = nn.ModuleList(ResNetBlock(c3, c3, w) for _ in range(3))
        self.cross = nn.ModuleList(CrossAttention(config) for _ in range(3))
        self.double2, self.up2 = nn.ConvTranspose2d(c3, c2, 4, 2, 1), ResNetBlock(2 * c2, c2, w)
        self.double1, self.up1 = nn.ConvTranspose2d(c2, c1, 4, 2, 1), ResNetBlock(2 * c1, c1, w)
        self.leave = nn.Sequential(nn.GroupNorm(N_GROUPS, c1), nn.SiLU(), nn.Conv2d(c1, 1, 3, padding=1))

    def encode_references(self, refs: References) -> KeyBank:
        tokens = self.tokens(refs)
        layers = {i: cross.encode(tokens.values, tokens.membership) for i, cross in enumerate(self.cross)}
        return KeyBank(layers, tokens.membership)

    def forward(
        self, y_t: Tensor, t: Tensor, mu: Tensor, frame_mask: Tensor, bank: KeyBank, log_weights: Tensor,
        relative_time: Tensor,
    ) -> EstimatorOutput:  # fmt: skip
        mask = pad_to_multiple(frame_mask.to(y_t.dtype), 4)
        time = self.time(fourier_features(t, N_TIME_FEATURES, -1.0).to(y_t.dtype))
        one = self.down1(self.enter(self._inputs(y_t, mu, mask, pad_to_multiple(relative_time, 4))), time)
        two = self.down2(self.halve1(one), time)
        x, masses, contributions = self.halve2(two), {}, {}
        columns = cut_columns(mask, 4).amax(-1)[:, None, :, None]
        for i, (block, cross) in enumerate(zip(self.middle, self.cross, strict=True)):
            rows = block(x, time).permute(0, 2, 3, 1)
            rows, masses[i], contributions[i] = cross(rows, time, bank.layers[i], log_weights, columns)
            x = rows.permute(0, 3, 1, 2)
        x = self.up2(torch.cat([self.double2(x), two], 1), time)
        x = self.up1(torch.cat([self.double1(x), one], 1), time)
        return EstimatorOutput(
            (self.leave(x)[:, 0] * mask[:, None])[..., : y_t.shape[-1]], masses, contributions
        )

    def _inputs(self, y_t: Tensor, mu: Tensor, mask: Tensor, at: Tensor) -> Tensor:
        """Noisy mel, mu, and where a cell lies in frequency and time: (B, channels, n_mels, T)."""
        both = pad_to_multiple(torch.stack([y_t, mu], 1), 4) * mask[:, None, None]
        shape = (len(y_t), -1, *both.shape[2:])
        bins = torch.linspace(0, 1, both.shape[2], device=y_t.device)
        height = fourier_features(bins, N_POSITION_OCTAVES, -1.0).T[None, :, :, None].expand(shape)
        times = fourier_features(at.to(y_t.dtype), N_POSITION_OCTAVES, -1.0).permute(0, 2, 1)[:, :, None]
        return torch.cat([both, height, times.expand(shape)], 1)


def unet() -> Built:
    return Built(UNetEstimator())


def crossing(*layers: int) -> Callable[[], Built]:
    """The shipped one, attending the references in these layers."""
    return lambda: Built(BinEstimator(replace(SMALL, cross_layers=layers)))
