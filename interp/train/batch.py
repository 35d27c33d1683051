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
class Places:
    """Where the numbers of a batch stand in a bank, and who is the source of what; in numpy.

    Shapes: ``at`` and ``mu_at`` (B, T) frames of mel and mu, ``real`` (B, T), ``relative`` (B, T) position
    in the sentence, ``switch`` (B,), ``pitch_from``, ``rest_from`` (B, 2), ``visible`` (B, 5), ``counts``
    (B,) as in `Plan`; of the references, two by two, ``refs`` (2B,) items, ``ref_at``, ``ref_real`` and
    ``ref_relative`` (2B, R).
    """

    at: Int[np.ndarray, "batch frames"]
    mu_at: Int[np.ndarray, "batch frames"]
    real: Bool[np.ndarray, "batch frames"]
    relative: Float[np.ndarray, "batch frames"]
    switch: Int[np.ndarray, " batch"]
    pitch_from: Int[np.ndarray, "batch 2"]
    rest_from: Int[np.ndarray, "batch 2"]
    visible: Bool[np.ndarray, "batch groups"]
    counts: Bool[np.ndarray, " batch"]
    refs: Int[np.ndarray, " refs"]
    ref_at: Int[np.ndarray, "refs ref_frames"]
    ref_real: Bool[np.ndarray, "refs ref_frames"]
    ref_relative: Float[np.ndarray, "refs ref_frames"]


def places_of(plans: Sequence[Plan], bank: FeatureBank, frames: int, ref_frames: int) -> Places:
    """Places of several plans; of the bank only what is numpy is read."""
    items = np.array([[p.target, p.after] for p in plans])
    starts = np.array([p.starts for p in plans])
    switch = np.array([p.switch for p in plans])
    after = np.arange(frames) >= switch[:, None]
    first, first_real = frame_indices(items[:, 0], starts[:, 0], bank, frames)
    second_starts = starts[:, 1] - np.where(after.any(1), switch, 0)
    second, second_real = frame_indices(items[:, 1], second_starts, bank, frames)
    within = np.where(after, second, first)
    chosen = np.where(after, items[:, 1:], items[:, :1])
    refs = np.array([p.refs for p in plans]).ravel()
    ref_starts = np.array([p.ref_starts for p in plans]).ravel()
    ref_within, ref_real = frame_indices(refs, ref_starts, bank, ref_frames)
    return Places(
        at=bank.starts[chosen] + within,
        mu_at=bank.mu_starts[chosen] + within,
        real=np.where(after, second_real, first_real),
        relative=(within / bank.lengths[chosen]).astype(np.float32),
        switch=switch,
        pitch_from=np.array([p.pitch_from for p in plans]),
        rest_from=np.array([p.rest_from for p in plans]),
        visible=np.array([p.visible for p in plans]),
        counts=np.array([p.counts for p in plans]),
        refs=refs,
        ref_at=bank.starts[refs][:, None] + ref_within,
        ref_real=ref_real,
        ref_relative=(ref_within / bank.lengths[refs][:, None]).astype(np.float32),
    )


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
        return self.gather(places_of(plans, self.bank, self.frames, self.ref_frames))

    def gather(self, places: Places) -> Batch:
        """Tensors of crops of any length; the device is never waited for."""
        at, mask = self.there(places.at), self.there(places.real)
        mel = self.bank.mel[at].float().transpose(1, 2)
        mu = self.bank.mu[self.there(places.mu_at)].float().transpose(1, 2)
        low = F.pad(self.bank.low_pitch[at], (0, mel.shape[1] - self.bank.low_pitch.shape[1])).transpose(1, 2)
        real = cut_columns(mask, self.grid.column_frames).any(-1)[:, None].expand(-1, self.grid.n_rows, -1)
        pitch = reduce_mask(low, self.grid, HARMONIC_THRESHOLD, mask)
        first_frames = torch.arange(real.shape[-1], device=at.device) * self.grid.column_frames
        later = (first_frames >= self.there(places.switch)[:, None]).long()

        def source(pairs: Int[np.ndarray, "batch 2"]) -> Tensor:
            return self.there(pairs).gather(1, later).repeat(1, self.grid.n_rows)

        return Batch(
            y0=((mel - self.mel_mean) / self.mel_std - mu) * mask[:, None],
            mu=mu * mask[:, None],
            frame_mask=mask,
            relative_time=self.there(places.relative) * mask,
            refs=self._references(places),
            visible=self.there(places.visible).float(),
            pitch_queries=(pitch & real).flatten(1),
            rest_queries=(~pitch & real).flatten(1),
            pitch_from=source(places.pitch_from),
            rest_from=source(places.rest_from),
            counts=self.there(places.counts),
        )

    def _references(self, places: Places) -> References:
        at, mask = self.there(places.ref_at), self.there(places.ref_real)

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
            voice=pair(self.bank.voice[self.there(places.refs)]),
            relative_time=pair(self.there(places.ref_relative) * mask),
        )

    def there(self, values: np.ndarray) -> Tensor:
        """An array on the bank's device; to a GPU from pinned memory, so that nothing waits for the copy."""
        tensor, device = torch.from_numpy(values), self.bank.mel.device
        return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor
