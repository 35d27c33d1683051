"""Grad-TTS's score estimator: a U-Net over the mel with linear attention at every level (section 3.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from interp.estimators.parts.linear_attention import ResidualAttention
from interp.estimators.parts.masked_resnet import ConvBlock, ResnetBlock
from masks.errors import InterpError

Padding = Literal["exact", "official"]

WIDENING = (1, 2, 4)
FRAMES_A_CELL = 2 ** (len(WIDENING) - 1)


@dataclass(frozen=True)
class GradTTSEstimatorConfig:
    """Sizes and padding of the estimator; the defaults are Grad-TTS's published ones.

    Parameters
    ----------
    dim : int, channels of the first level, a multiple of 8; the levels have 1, 2 and 4 times as many
    n_feats : int, mel bins, a multiple of 4
    spk_emb_dim : int, channels of the speaker vector; 0 for a single speaker
    pe_scale : float, diffusion time is multiplied by it before its sinusoids (1 in `grad-tts-old.pt`)
    padding : ``exact`` keeps padding out of norms and attention; ``official`` lets it in, as Grad-TTS does
    """

    dim: int = 64
    n_feats: int = 80
    spk_emb_dim: int = 0
    pe_scale: float = 1000.0
    padding: Padding = "exact"

    def __post_init__(self) -> None:
        """Refuse a padding that does not exist."""
        if self.padding not in ("exact", "official"):
            raise InterpError(f"padding: {self.padding!r} is unknown; write 'exact' or 'official'")


@dataclass(frozen=True)
class _Grid:
    """What a level knows of its cells: the real frames, the frames that may be seen, regions to measure."""

    mask: Float[Tensor, "B 1 1 W"]
    visible: Float[Tensor, "B 1 1 W"] | None
    regions: Float[Tensor, "B G H W"] | None

    def halved(self) -> _Grid:
        """The grid after a stride of 2: a cell is real when its first frame is (Grad-TTS)."""
        mask = self.mask[..., ::2]
        regions = None if self.regions is None else _halve_regions(self.regions, self.mask)
        return _Grid(mask, None if self.visible is None else mask, regions)


class GradTTSEstimator(nn.Module):
    """Score of a noisy mel given its mean, under Grad-TTS's parameter names."""

    def __init__(self, config: GradTTSEstimatorConfig) -> None:
        super().__init__()
        self.config = config
        dim = config.dim
        near, middle, far = (dim * factor for factor in WIDENING)
        n_planes = 3 if config.spk_emb_dim else 2
        if config.spk_emb_dim:
            self.spk_mlp = _mlp(config.spk_emb_dim, 4 * config.spk_emb_dim, config.n_feats)
        self.mlp = _mlp(dim, 4 * dim, dim)
        self.downs = nn.ModuleList(
            [
                _Level(n_planes, near, dim, _Resample(nn.Conv2d(near, near, 3, 2, 1))),
                _Level(near, middle, dim, _Resample(nn.Conv2d(middle, middle, 3, 2, 1))),
                _Level(middle, far, dim, nn.Identity()),
            ]
        )
        self.mid_block1 = ResnetBlock(far, far, dim)
        self.mid_attn = ResidualAttention(far)
        self.mid_block2 = ResnetBlock(far, far, dim)
        self.ups = nn.ModuleList(
            [
                _Level(2 * far, middle, dim, _Resample(nn.ConvTranspose2d(middle, middle, 4, 2, 1))),
                _Level(2 * middle, near, dim, _Resample(nn.ConvTranspose2d(near, near, 4, 2, 1))),
            ]
        )
        self.final_block = ConvBlock(dim, dim)
        self.final_conv = nn.Conv2d(dim, 1, 1)

    def forward(
        self,
        x: Float[Tensor, "B F T"],
        frame_mask: Bool[Tensor, "B T"],
        mu: Float[Tensor, "B F T"],
        t: Float[Tensor, " B"],
        spk: Float[Tensor, "B E"] | None = None,
        speaker_plane: Float[Tensor, "B F T"] | None = None,
    ) -> Float[Tensor, "B F T"]:
        """Score of ``x`` at diffusion time ``t``, 0 on padded frames; see `score_and_masses`."""
        return self.score_and_masses(x, frame_mask, mu, t, None, spk, speaker_plane)[0]

    def score_and_masses(
        self,
        x: Float[Tensor, "B F T"],
        frame_mask: Bool[Tensor, "B T"],
        mu: Float[Tensor, "B F T"],
        t: Float[Tensor, " B"],
        regions: Float[Tensor, "B G F T"] | None,
        spk: Float[Tensor, "B E"] | None = None,
        speaker_plane: Float[Tensor, "B F T"] | None = None,
    ) -> tuple[Float[Tensor, "B F T"], tuple[Float[Tensor, "B G"], ...]]:
        """Score, and the attention mass of every layer on regions of the mel.

        Parameters
        ----------
        x, mu : (B, F, T), noisy mel and its mean, model units; any T
        frame_mask : (B, T), True on real frames
        t : (B,), in (0, 1]
        regions : (B, G, F, T), weight of each cell in each region, or None to measure nothing
        spk : (B, spk_emb_dim), speaker vectors of a model with speakers
        speaker_plane : (B, F, T), instead of ``spk``: planes by `speaker_plane`, composed cell by cell

        Returns
        -------
        score : (B, F, T)
        masses : (B, G) for each of the six layers in order (three down, middle, two up), empty without
            regions; with exact padding they sum to 1 where the regions' weights do on every real cell
        """
        if self.config.spk_emb_dim and speaker_plane is None:
            assert spk is not None, "a model with speakers needs a speaker vector or plane"
            speaker_plane = self.speaker_plane(spk, x.shape[-1])
        n_frames = x.shape[-1]
        planes = [mu, x] if speaker_plane is None else [mu, x, speaker_plane]
        padded = _pad_frames(torch.stack(planes, dim=1))
        mask = _pad_frames(frame_mask[:, None, None].to(x.dtype))
        visible = mask if self.config.padding == "exact" else None
        grid = _Grid(mask, visible, None if regions is None else _pad_frames(regions))
        score, masses = self._u_net(padded, self._embed_time(t), grid)
        return score[:, 0, :, :n_frames], masses

    def speaker_plane(self, spk: Float[Tensor, "B E"], n_frames: int) -> Float[Tensor, "B F T"]:
        """The third input plane: what a speaker vector says of every mel bin, the same on all frames."""
        plane: Tensor = self.spk_mlp(spk)
        return plane[:, :, None].expand(-1, -1, n_frames)

    def attentions(self) -> tuple[ResidualAttention, ...]:
        """The six attention layers, in the order of the masses."""
        down, up = ([level.attention for level in _levels(part)] for part in (self.downs, self.ups))
        return (*down, self.mid_attn, *up)

    def _embed_time(self, t: Float[Tensor, " B"]) -> Float[Tensor, "B E"]:
        half = self.config.dim // 2
        slowness = math.log(10000) / (half - 1)
        frequencies = torch.exp(torch.arange(half, device=t.device, dtype=t.dtype) * -slowness)
        angles = self.config.pe_scale * t[:, None] * frequencies
        time: Tensor = self.mlp(torch.cat([angles.sin(), angles.cos()], dim=-1))
        return time

    def _u_net(
        self, x: Float[Tensor, "B P F T"], time: Float[Tensor, "B E"], grid: _Grid
    ) -> tuple[Float[Tensor, "B 1 F T"], tuple[Float[Tensor, "B G"], ...]]:
        grids = [grid, grid.halved(), grid.halved().halved()]
        skips, masses = [], []
        for level, here in zip(_levels(self.downs), grids, strict=True):
            x, mass = level(x, time, here)
            masses.append(mass)
            skips.append(x)
            x = level.resample(x, here)
        x = self.mid_block1(x, time, here.mask, here.visible)
        x, mass = self.mid_attn(x, here.visible, _cells(here.regions))
        masses.append(mass)
        x = self.mid_block2(x, time, here.mask, here.visible)
        for level, here, skip in zip(_levels(self.ups), grids[:0:-1], skips[:0:-1], strict=True):
            x, mass = level(torch.cat([x, skip], dim=1), time, here)
            masses.append(mass)
            x = level.resample(x, here)
        x = self.final_block(x, grid.mask, grid.visible)
        return self.final_conv(x) * grid.mask, tuple(m for m in masses if m is not None)


class _Level(nn.ModuleList):
    """Two ResNet blocks, linear attention and the way to the next level, indexed as in Grad-TTS."""

    def __init__(self, in_channels: int, out_channels: int, time_channels: int, resample: nn.Module) -> None:
        super().__init__(
            [
                ResnetBlock(in_channels, out_channels, time_channels),
                ResnetBlock(out_channels, out_channels, time_channels),
                ResidualAttention(out_channels),
                resample,
            ]
        )

    def forward(
        self, x: Float[Tensor, "B C H W"], time: Float[Tensor, "B E"], grid: _Grid
    ) -> tuple[Float[Tensor, "B D H W"], Float[Tensor, "B G"] | None]:
        x = self[0](x, time, grid.mask, grid.visible)
        x = self[1](x, time, grid.mask, grid.visible)
        attended: tuple[Tensor, Tensor | None] = self[2](x, grid.visible, _cells(grid.regions))
        return attended

    @property
    def attention(self) -> ResidualAttention:
        return cast(ResidualAttention, self[2])

    def resample(self, x: Float[Tensor, "B D H W"], grid: _Grid) -> Tensor:
        resampled: Tensor = self[3](x * grid.mask)
        return resampled


class _Resample(nn.Module):
    """A strided convolution under the name ``conv``."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Float[Tensor, "B C H W"]) -> Tensor:
        resampled: Tensor = self.conv(x)
        return resampled


def _levels(levels: nn.ModuleList) -> list[_Level]:
    return [cast(_Level, level) for level in levels]


def _mlp(in_channels: int, hidden: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(in_channels, hidden), nn.Mish(), nn.Linear(hidden, out_channels))


def _pad_frames(x: Float[Tensor, "*rest T"]) -> Float[Tensor, "*rest W"]:
    """Zero frames appended up to the next multiple that the U-Net can halve twice; they count as padding."""
    return functional.pad(x, (0, -x.shape[-1] % FRAMES_A_CELL))


def _halve_regions(
    regions: Float[Tensor, "B G H W"], mask: Float[Tensor, "B 1 1 W"]
) -> Float[Tensor, "B G h w"]:
    """Mean weight of the real cells among the four that become one."""
    real = functional.avg_pool2d(mask.expand(-1, 1, 2, -1), 2)
    return functional.avg_pool2d(regions * mask, 2) / real.clamp_min(0.5)


def _cells(regions: Float[Tensor, "B G H W"] | None) -> Float[Tensor, "B G cells"] | None:
    return None if regions is None else regions.flatten(2)
