"""From plans to tensors: crops of target and references, their masks, and who is the source of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from interp.estimators.parts.patches import cut_columns
from interp.estimators.parts.reference_tokens import References
from interp.train.dataset.bank import FeatureBank
from interp.train.examples import Plan, frame_indices
from masks.reduce import HARMONIC_THRESHOLD, PatchGrid, reduce_mask


@dataclass(frozen=True)
class Batch:
    """One training batch.

    Shapes, Q queries row by row, C columns: ``y0`` (B, n_mels, T) clean ``x - mu`` in model units, ``mu``
    (B, n_mels, T), ``frame_mask`` (B, T), ``relative_time`` (B, T), ``refs``, ``visible`` (B, 5) open
    groups, null last, ``pitch_queries`` (B, Q) and ``rest_queries`` (B, Q) bool, ``pitch_from`` and
    ``rest_from`` (B, Q) the source of each query, 2 for neither, ``counts`` (B,) whether they enter the
    auxiliary loss.
    """

    y0: Float[Tensor, "batch n_mels frames"]
    mu: Float[Tensor, "batch n_mels frames"]
    frame_mask: Bool[Tensor, "batch frames"]
    relative_time: Float[Tensor, "batch frames"]
    refs: References
    visible: Float[Tensor, "batch groups"]
    pitch_queries: Bool[Tensor, "batch queries"]
    rest_queries: Bool[Tensor, "batch queries"]
    pitch_from: Int[Tensor, "batch queries"]
    rest_from: Int[Tensor, "batch queries"]
    counts: Bool[Tensor, " batch"]


@dataclass(frozen=True)
class BatchMaker:
    """Gathers batches from a bank, on the bank's device."""

    bank: FeatureBank
    grid: PatchGrid
    frames: int
    ref_frames: int
    mel_mean: float
    mel_std: float

    def make(self, plans: Sequence[Plan]) -> Batch:
        """Tensors of several plans."""
        mel, mu, low, mask, at = self._targets(plans)
        columns = self.grid.n_columns(self.frames)
        real = cut_columns(mask, self.grid.column_frames).any(-1)[:, None].expand(-1, self.grid.n_rows, -1)
        pitch = reduce_mask(low, self.grid, HARMONIC_THRESHOLD, mask)
        switch = self._tensor([p.switch for p in plans])
        later = (
            torch.arange(columns, device=switch.device) * self.grid.column_frames >= switch[:, None]
        ).long()

        def source(pairs: Sequence[tuple[int, int]]) -> Tensor:
            return self._tensor(pairs).gather(1, later).repeat(1, self.grid.n_rows)

        return Batch(
            y0=((mel - self.mel_mean) / self.mel_std - mu) * mask[:, None],
            mu=mu * mask[:, None],
            frame_mask=mask,
            relative_time=at * mask,
            refs=self._references(plans),
            visible=self._tensor([p.visible for p in plans]).float(),
            pitch_queries=(pitch & real).flatten(1),
            rest_queries=(~pitch & real).flatten(1),
            pitch_from=source([p.pitch_from for p in plans]),
            rest_from=source([p.rest_from for p in plans]),
            counts=self._tensor([p.counts for p in plans]).bool(),
        )

    def _targets(self, plans: Sequence[Plan]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Mel, mu, low pitch cells (all (B, n_mels, T)), frame mask and relative time (B, T)."""
        items = np.array([[p.target, p.after] for p in plans])
        starts = np.array([p.starts for p in plans])
        after = np.arange(self.frames) >= np.array([p.switch for p in plans])[:, None]
        first, first_real = frame_indices(items[:, 0], starts[:, 0], self.bank, self.frames)
        second_starts = starts[:, 1] - np.where(after.any(1), [p.switch for p in plans], 0)
        second, second_real = frame_indices(items[:, 1], second_starts, self.bank, self.frames)
        within = np.where(after, second, first)
        real = np.where(after, second_real, first_real)
        chosen = np.where(after, items[:, 1:], items[:, :1])
        at = self._tensor(self.bank.starts[chosen] + within)
        mu_at = self._tensor(self.bank.mu_starts[chosen] + within)
        mel = self.bank.mel[at].float().transpose(1, 2)
        mu = self.bank.mu[mu_at].float().transpose(1, 2)
        low = F.pad(self.bank.low_pitch[at], (0, mel.shape[1] - self.bank.low_pitch.shape[1])).transpose(1, 2)
        relative = self._tensor(within / self.bank.lengths[chosen]).float()
        return mel, mu, low, self._tensor(real), relative

    def _references(self, plans: Sequence[Plan]) -> References:
        items = np.array([p.refs for p in plans]).ravel()
        within, real = frame_indices(
            items, np.array([p.ref_starts for p in plans]).ravel(), self.bank, self.ref_frames
        )
        at = self._tensor(self.bank.starts[items][:, None] + within)
        mask = self._tensor(real)

        def pair(x: Tensor) -> Tensor:
            return x.reshape(-1, 2, *x.shape[1:])

        mel = ((self.bank.mel[at].float() - self.mel_mean) / self.mel_std * mask[..., None]).transpose(1, 2)
        fine = self.bank.fine_pitch[at] & mask[..., None]
        cells = F.pad(fine, (0, mel.shape[1] - fine.shape[2])).transpose(1, 2)
        return References(
            mel=pair(mel),
            f0_hz=pair(self.bank.f0_hz[at] * mask),
            pitch_cells=pair(cells),
            frame_mask=pair(mask),
            voice=pair(self.bank.voice[self._tensor(items)]),
            relative_time=pair(self._tensor(within / self.bank.lengths[items][:, None]).float() * mask),
        )

    def _tensor(self, values: object) -> Tensor:
        return torch.as_tensor(np.asarray(values), device=self.bank.mel.device)
