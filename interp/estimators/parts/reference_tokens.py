"""Reference tokens: patches of a reference's mel, each with the numbers that its group stands for.

Fine tokens (1 bin by 4 frames) up to ``fine_bins``, coarse ones above, pooled over bins so that no
harmonics remain. A token sees its own patch alone. Pitch tokens carry log F0 and voicing of their frames,
and the comb of that F0: where on the lowest mel bins its harmonics lie, which a network learns from the
number only late. Rest tokens carry the level of their frames and their reference's voice vector.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from interp.estimators.parts.fourier import fourier_features
from interp.estimators.parts.initial import normal_values
from interp.estimators.parts.patches import cut_columns, pad_to_multiple
from masks.grid import MelGrid
from masks.groups import key_groups, key_membership

FINE_FRAMES = 4
COARSE_FRAMES = 8
PITCH_CELL_SHARE = 0.5
LOG_F0_CENTRE, LOG_F0_SPAN = math.log(150.0), 2.0
N_F0_OCTAVES, N_TIME_OCTAVES = 8, 4
COARSE_POOL_BINS, COARSE_POOL_FRAMES = 4, 2


@dataclass(frozen=True)
class References:
    """Up to two references a sample, padded to one length.

    Shapes: ``mel`` (B, R, n_mels, T) in model units, ``f0_hz`` (B, R, T), 0 unvoiced, ``pitch_cells`` (B,
    R, n_mels, T) bool, ``frame_mask`` (B, R, T) bool (all False: no such reference), ``voice`` (B, R, V)
    voice vector, ``relative_time`` (B, R, T) position in the whole recording, 0 to 1.
    """

    mel: Float[Tensor, "batch refs n_mels frames"]
    f0_hz: Float[Tensor, "batch refs frames"]
    pitch_cells: Bool[Tensor, "batch refs n_mels frames"]
    frame_mask: Bool[Tensor, "batch refs frames"]
    voice: Float[Tensor, "batch refs voice"]
    relative_time: Float[Tensor, "batch refs frames"]

    def to(self, device: torch.device | str) -> References:
        """The same on another device."""
        return References(**{name: x.to(device) for name, x in vars(self).items()})


@dataclass(frozen=True)
class Tokens:
    """Keys of a batch: ``values`` (B, K, width), ``membership`` (B, K, G) one-hot, the null key last."""

    values: Float[Tensor, "batch keys width"]
    membership: Float[Tensor, "batch keys groups"]


class ReferenceTokens(nn.Module):
    """Cuts references into tokens and embeds them."""

    centres_hz: Tensor

    def __init__(
        self,
        n_mels: int,
        width: int,
        fine_bins: int,
        coarse_bins: int,
        voice_size: int,
        comb_bins: int = 0,
    ) -> None:
        super().__init__()
        assert (n_mels - fine_bins) % coarse_bins == 0, f"rows of {coarse_bins} in {n_mels - fine_bins} bins"
        assert coarse_bins % COARSE_POOL_BINS == 0, f"{coarse_bins} bins in pools of {COARSE_POOL_BINS}"
        self.fine_bins, self.coarse_bins = fine_bins, coarse_bins
        coarse_values = (coarse_bins // COARSE_POOL_BINS) * (COARSE_FRAMES // COARSE_POOL_FRAMES)
        n_rows = (n_mels - fine_bins) // coarse_bins
        self.fine = nn.Linear(FINE_FRAMES, width)
        self.coarse = nn.Linear(coarse_values, width)
        self.fine_position = nn.Parameter(normal_values(fine_bins, width, std=0.5))
        self.coarse_position = nn.Parameter(normal_values(n_rows, width, std=0.5))
        self.kind = nn.Parameter(normal_values(2, width, std=0.5))
        self.time = nn.Linear(2 * N_TIME_OCTAVES, width)
        centres_hz = torch.tensor(MelGrid().centres_hz[:comb_bins], dtype=torch.float32, device="cpu")
        self.register_buffer("centres_hz", centres_hz, persistent=False)  # no weight: never on meta
        self.f0 = nn.Linear(2 * N_F0_OCTAVES + 1 + comb_bins, width)
        self.voice = nn.Sequential(
            nn.Linear(voice_size + 1, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.null = nn.Parameter(torch.zeros(width))
        self.mix = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, refs: References) -> Tokens:
        """Embed both references: K = 2 (fine_bins T/4 + coarse_rows T/8) + 1 keys."""
        refs = _pad(refs)
        fine, fine_group = self._fine_tokens(refs)
        coarse, coarse_group = self._coarse_tokens(refs)
        values = torch.cat([fine.flatten(1, 3), coarse.flatten(1, 3)], 1)
        values = values + self.mix(values)
        values = torch.cat([values, self.null.to(values.dtype).expand(len(values), 1, -1)], 1)
        return Tokens(values, key_membership(fine_group, coarse_group).to(values.dtype))

    def _fine_tokens(self, refs: References) -> tuple[Tensor, Tensor]:
        """(B, R, bins, T/4, width) and their groups (B, R, bins, T/4)."""
        cells = cut_columns(refs.mel[:, :, : self.fine_bins], FINE_FRAMES)
        pitch_share = cut_columns(refs.pitch_cells[:, :, : self.fine_bins].float(), FINE_FRAMES).mean(-1)
        pitch = pitch_share >= PITCH_CELL_SHARE
        real = cut_columns(refs.frame_mask.float(), FINE_FRAMES).amax(-1) > 0
        base = self.fine(cells) + self.fine_position[:, None] + self.kind[pitch.long()]
        base = base + self._time_feature(refs, FINE_FRAMES)
        number = torch.where(
            pitch[..., None],
            self._f0_feature(refs)[:, :, None],
            self._voice_feature(refs, FINE_FRAMES)[:, :, None],
        )
        return base + number, key_groups({"pitch": pitch}, real[:, :, None].expand_as(pitch))

    def _coarse_tokens(self, refs: References) -> tuple[Tensor, Tensor]:
        """(B, R, rows, T/8, width) and their groups (B, R, rows, T/8)."""
        b, r = refs.mel.shape[:2]
        pooled = F.avg_pool2d(
            refs.mel[:, :, self.fine_bins :].flatten(0, 1)[:, None], (COARSE_POOL_BINS, COARSE_POOL_FRAMES)
        )
        high, wide = self.coarse_bins // COARSE_POOL_BINS, COARSE_FRAMES // COARSE_POOL_FRAMES
        rows, columns = pooled.shape[2] // high, pooled.shape[3] // wide
        cells = pooled.reshape(b, r, rows, high, columns, wide).permute(0, 1, 2, 4, 3, 5).flatten(-2)
        real = cut_columns(refs.frame_mask.float(), COARSE_FRAMES).amax(-1) > 0
        base = self.coarse(cells) + self.coarse_position[:, None] + self.kind[0]
        base = (
            base
            + self._time_feature(refs, COARSE_FRAMES)
            + self._voice_feature(refs, COARSE_FRAMES)[:, :, None]
        )
        return base, key_groups({}, real[:, :, None].expand(cells.shape[:-1]))

    def _time_feature(self, refs: References, width: int) -> Tensor:
        at = cut_columns(refs.relative_time, width).mean(-1)
        embedded: Tensor = self.time(fourier_features(at, N_TIME_OCTAVES, -1.0))
        return embedded[:, :, None]

    def _f0_feature(self, refs: References) -> Tensor:
        """Log F0, mean over a token's voiced frames, their share, and the comb: (B, R, T/4, width)."""
        voiced = cut_columns((refs.f0_hz > 0).float(), FINE_FRAMES)
        log_f0 = cut_columns(refs.f0_hz.clamp(min=1.0).log(), FINE_FRAMES)
        share = voiced.mean(-1)
        mean = (log_f0 * voiced).sum(-1) / voiced.sum(-1).clamp(min=1.0)
        level = torch.where(share > 0, (mean - LOG_F0_CENTRE) / LOG_F0_SPAN, 0.0)
        numbers = [fourier_features(level, N_F0_OCTAVES, -1.0), share[..., None], self._comb(mean, share)]
        embedded: Tensor = self.f0(torch.cat(numbers, -1))
        return embedded

    def _comb(self, log_f0: Tensor, voiced_share: Tensor) -> Tensor:
        """1 on a harmonic, -1 between two, at every centre; 0 where nothing is voiced: (B, R, T/4, bins)."""
        periods = self.centres_hz * log_f0.neg().exp()[..., None]
        comb: Tensor = (2 * math.pi * periods).cos() * (voiced_share > 0)[..., None]
        return comb

    def _voice_feature(self, refs: References, width: int) -> Tensor:
        """The reference's voice vector and the level of the token's frames: (B, R, T/width, width)."""
        level = cut_columns(refs.mel[:, :, self.fine_bins :].mean(2), width).mean(-1)[..., None]
        voice = refs.voice[:, :, None].expand(-1, -1, level.shape[2], -1)
        embedded: Tensor = self.voice(torch.cat([voice, level], -1))
        return embedded


def _pad(refs: References) -> References:
    """Zero frames up to a multiple of the coarse tokens' width."""
    return References(
        pad_to_multiple(refs.mel, COARSE_FRAMES),
        pad_to_multiple(refs.f0_hz, COARSE_FRAMES),
        pad_to_multiple(refs.pitch_cells, COARSE_FRAMES),
        pad_to_multiple(refs.frame_mask, COARSE_FRAMES),
        refs.voice,
        pad_to_multiple(refs.relative_time, COARSE_FRAMES),
    )
