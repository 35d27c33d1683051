"""What a mode asks of the attention: which queries stand for what, and which key groups they may attend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.queries import QuerySets
from guidance.step_state import StepState
from interp.estimators.bin.config import BinConfig
from interp.estimators.contract import Piece, TargetCells
from interp.estimators.parts.patches import cut_columns, pad_to_multiple
from interp.modes.registry import MODES
from interp.settings.synth import SynthSettings
from masks.grid import MelGrid
from masks.groups import (
    KINDS,
    REFERENCES,
    AttendMode,
    groups_of_kind,
    log_weights,
)
from masks.reduce import HARMONIC_THRESHOLD, PatchGrid, reduce_mask
from masks.spans import query_spans
from masks.target import Coverage, coverage, predicted_cells


def patch_grid(config: BinConfig) -> PatchGrid:
    """Grid of the queries of every attention layer of the `bin` estimator."""
    return PatchGrid(config.row_heights, config.patch_frames)


def query_sets(
    targets: Sequence[TargetCells], frame_mask: Bool[Tensor, "batch frames"], config: BinConfig, grid: MelGrid
) -> tuple[QuerySets, tuple[Coverage, ...]]:
    """Named query weights of a batch, the same for every layer, and how much of the low rows pitch covers."""
    patches = patch_grid(config)
    n_frames = frame_mask.shape[1]
    real = _columns(frame_mask, patches)
    pitch_cells = torch.stack([_pad(torch.from_numpy(t.pitch), n_frames) for t in targets]).to(
        frame_mask.device
    )
    pitch = reduce_mask(pitch_cells, patches, HARMONIC_THRESHOLD, frame_mask)
    found = tuple(
        coverage(p.cpu(), patches, grid, t.f0_median_hz or 100.0) for p, t in zip(pitch, targets, strict=True)
    )
    sets: dict[str, Tensor] = {
        "all": real.flatten(1).float(),
        "pitch": (pitch & real).flatten(1).float(),
        "rest": (~pitch & real).flatten(1).float(),
    }
    if targets[0].spans is not None:
        spans = _spans(targets, n_frames, patches).to(frame_mask.device) * sets["all"][:, None]
        for number, span in zip(REFERENCES, spans.unbind(1), strict=True):
            sets[f"span{number}"] = span
            sets |= {f"span{number}.{kind}": span * sets[kind] for kind in KINDS}
    n_layers = len(config.cross_layers)
    usable = torch.tensor([[not c.too_wide for c in found]], device=frame_mask.device).expand(n_layers, -1)
    return QuerySets((sets,) * n_layers, usable), found


def all_log_weights(
    settings: SynthSettings,
    membership: Float[Tensor, "batch keys channels"],
    targets: Sequence[TargetCells],
    n_frames: int,
    config: BinConfig,
) -> Mapping[frozenset[str], Float[Tensor, "batch queries channels"]]:
    """Log-weights with everything there, and without the groups that classifier-free guidance drops."""
    visible = _visibility(settings, targets, n_frames, config).to(membership.device)
    weights = {frozenset[str](): log_weights(visible, membership)}
    for kind in KINDS:
        without = visible.clone()
        without[..., groups_of_kind(kind)] = 0.0
        weights[frozenset({kind})] = log_weights(without, membership)
    return weights


def _visibility(
    settings: SynthSettings, targets: Sequence[TargetCells], n_frames: int, config: BinConfig
) -> Float[Tensor, "batch queries groups"]:
    attend: AttendMode = settings.attend
    leak = float(np.exp(-settings.attend_log_weight))
    spans = None if targets[0].spans is None else _spans(targets, n_frames, patch_grid(config))
    visible = MODES[settings.mode].visibility(spans, attend, leak)
    visible = visible.expand(len(targets), -1, -1)
    if not config.neither:
        return visible
    null = {"joint": 1.0, "weighted": leak, "masked": 0.0}[attend]
    return torch.nn.functional.pad(visible, (0, 1), value=null)


def _spans(
    targets: Sequence[TargetCells], n_frames: int, patches: PatchGrid
) -> Float[Tensor, "batch spans queries"]:
    """Means over the real frames of every column, sentence by sentence; 0 in columns of padding."""
    spans = [t.spans for t in targets]
    assert all(s is not None for s in spans), "sentences of one batch are of one mode"
    rows = [query_spans(s, patches).reshape(2, patches.n_rows, -1) for s in spans if s is not None]
    return torch.stack([_pad(r, patches.n_columns(n_frames)).flatten(1) for r in rows])


def _columns(
    frame_mask: Bool[Tensor, "batch frames"], patches: PatchGrid
) -> Bool[Tensor, "batch rows columns"]:
    padded = pad_to_multiple(frame_mask, patches.column_frames)
    real = cut_columns(padded, patches.column_frames).any(-1)
    return real[:, None].expand(-1, patches.n_rows, -1)


def _pad(x: Tensor, length: int) -> Tensor:
    return torch.nn.functional.pad(x, (0, length - x.shape[-1]))


@dataclass(frozen=True)
class PredictedQueries:
    """Sets of queries of a step: static ones early, then by what the step before predicted.

    Parameters
    ----------
    static : sets from the band of reference 1's F0, with the layers that they leave usable
    x0_from : progress from which the prediction is used
    to_log_mel : model units to natural log mel
    """

    static: QuerySets
    pieces: Sequence[Piece]
    x0_from: float
    config: BinConfig
    grid: MelGrid
    to_log_mel: Callable[[Tensor], Tensor]

    def __call__(self, state: StepState) -> QuerySets:
        """Sets for the step at hand."""
        if state.clean is None or state.progress < self.x0_from:
            return self.static
        mels = self.to_log_mel(state.clean)
        targets = [self._target(p, mel) for p, mel in zip(self.pieces, mels, strict=True)]
        return query_sets(targets, state.frame_mask, self.config, self.grid)[0]

    def _target(self, piece: Piece, mel: Tensor) -> TargetCells:
        sentence = piece.sentence
        cells = predicted_cells(mel[:, : sentence.n_frames], sentence.voiced, self.grid)
        return replace(piece.target, pitch=cells)
